/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forbidden deeds by other ways into the kernel, by children and by other images. */
#include <elf.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

#define X32_BIT            0x40000000L
#define I386_GETPID_NUMBER 20L
#define NUMBER_OF_NOBODY   2000
#define SET_USER_DISPATCH  59 /* PR_SET_SYSCALL_USER_DISPATCH */
#define COPY_BYTES         (1u << 20)
#define DYNAMIC_LINKER     "/lib64/ld-linux-x86-64.so.2"
#define ADDRESS_OF_32_BITS 0x10000000u

/* ---- other ways into the kernel ---- */

static int i386_entry(void)
{
        long result = I386_GETPID_NUMBER;

        __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        return result == getpid() ? 0 : (int) result;
}

static int x32_entry(void)
{
        return result_of(syscall(X32_BIT | SYS_getpid));
}

static int number_beyond(void)
{
        return result_of(syscall(NUMBER_OF_NOBODY));
}

/* The kernel looks at 32 bits of the number only. */
static int number_with_high_bits(void)
{
        int r = result_of(syscall(SYS_mkdir | 1L << 32, ATTACK_DIRECTORY, 0700));

        if (r == 0)
                rmdir(ATTACK_DIRECTORY);
        return r;
}

/* It comes before every filter, and may stop calls: never let one through. */
static int user_dispatch(void)
{
        static volatile char selector; /* 0: calls pass */

        prctl(SET_USER_DISPATCH, 1, 0, 0, &selector);
        return deed_mkdir();
}

static int filter_that_allows(void)
{
        struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        struct sock_fprog program = {1, &allow};

        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
                return -errno;
        return deed_mkdir();
}

static int clock_of_the_vdso(void)
{
        return time(NULL) < 0 ? -errno : 0;
}

/* ---- children ---- */

static int deed_of_clone(unsigned long flags)
{
        pid_t pid = (pid_t) syscall(SYS_clone, flags, 0, 0, 0, 0);

        if (pid == 0)
                exit_with(deed_mkdir());
        return await_deed(pid);
}

static int child_untraced(void)
{
        return deed_of_clone(CLONE_UNTRACED | SIGCHLD);
}

static int child_untraced_by_clone3(void)
{
        struct clone_args arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
        pid_t pid = (pid_t) syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (pid == 0)
                exit_with(deed_mkdir());
        return await_deed(pid);
}

static int child_by_vfork(void)
{
        return deed_of_clone(CLONE_VFORK | SIGCHLD);
}

static int child_without_a_signal(void)
{
        return deed_of_clone(0);
}

static int child_of_its_own_session(void)
{
        pid_t pid = fork();

        if (pid == 0) {
                setsid();
                exit_with(deed_mkdir());
        }
        return await_deed(pid);
}

/* Its maker is gone before it begins; it says how it went by a pipe. */
static int orphan(void)
{
        int answer = -ECANCELED, ends[2];
        pid_t maker;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        maker = fork();
        if (maker == 0 && fork() == 0) {
                while (getppid() == maker)
                        sched_yield();
                answer = deed_mkdir();
                exit_with(write(ends[1], &answer, sizeof(answer)) < 0 ? -errno : 0);
        }
        if (maker == 0)
                _exit(0);
        close_fd(ends[1]);
        await_deed(maker);
        if (read(ends[0], &answer, sizeof(answer)) != sizeof(answer))
                answer = -ECANCELED;
        close_fd(ends[0]);
        return answer;
}

/* ---- images ---- */

static void *exec_deed(void *unused)
{
        execl("/proc/self/exe", "jail-supervisor", "--attack", "mkdir", NULL);
        return unused;
}

static int exec_by_a_thread(void)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, exec_deed, NULL) != 0)
                return -EAGAIN;
        pthread_join(thread, NULL); /* the exec ends us: its image says how it went */
        return -ENOEXEC;
}

static int exec_by_the_linker(void)
{
        _cleanup_free_ char *self = realpath("/proc/self/exe", NULL);
        pid_t pid = self ? fork() : -1;

        if (pid == 0) {
                execl(DYNAMIC_LINKER, "ld.so", self, "--attack", "mkdir", NULL);
                exit_with(-errno);
        }
        return await_deed(pid);
}

/* A program that is no file. */
static int exec_of_memory(int fd, const char *const arguments[])
{
        const char *const environment[] = {NULL};
        pid_t pid = fork();

        if (pid == 0) {
                syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
                exit_with(-errno);
        }
        return await_deed(pid);
}

static int exec_from_memory(void)
{
        const char *const arguments[] = {"jail-supervisor", "--attack", "mkdir", NULL};
        _cleanup_close_ int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int fd = memfd_create("doctor", MFD_CLOEXEC);

        if (fd < 0 || self < 0)
                return -errno;
        while (sendfile(fd, self, NULL, COPY_BYTES) > 0)
                ;
        return exec_of_memory(fd, arguments);
}

/* An i386 program, made by hand: exit(0), which only works if its calls do. */
static int exec_of_32_bits(void)
{
        static const unsigned char code[] = {
                0xb8, 1,    0, 0, 0, /* mov eax, 1: exit */
                0x31, 0xdb,          /* xor ebx, ebx */
                0xcd, 0x80,          /* int 0x80 */
                0x0f, 0x0b,          /* ud2 */
        };
        const Elf32_Ehdr header = {
                .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                .e_type = ET_EXEC,
                .e_machine = EM_386,
                .e_version = EV_CURRENT,
                .e_entry = ADDRESS_OF_32_BITS + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
                .e_phoff = sizeof(Elf32_Ehdr),
                .e_ehsize = sizeof(Elf32_Ehdr),
                .e_phentsize = sizeof(Elf32_Phdr),
                .e_phnum = 1};
        const unsigned size = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr) + sizeof(code);
        const Elf32_Phdr segment = {.p_type = PT_LOAD,
                                    .p_vaddr = ADDRESS_OF_32_BITS,
                                    .p_filesz = size,
                                    .p_memsz = size,
                                    .p_flags = PF_R | PF_X,
                                    .p_align = 0x1000};
        const char *const arguments[] = {"doctor", NULL};
        _cleanup_close_ int fd = memfd_create("doctor", MFD_CLOEXEC);

        if (fd < 0 || write(fd, &header, sizeof(header)) < 0 ||
            write(fd, &segment, sizeof(segment)) < 0 || write(fd, code, sizeof(code)) < 0)
                return -errno;
        return exec_of_memory(fd, arguments);
}

/* The refused program begins although nobody asked for it: a script does. */
static int exec_of_an_interpreter(void)
{
        _cleanup_free_ char *line = string_format("#!%s --attack\n", ground()->refused);
        _cleanup_close_ int fd = memfd_create("doctor", 0); /* the interpreter opens it */
        const char *const arguments[] = {"script", NULL};

        if (!line || fd < 0 || write(fd, line, strlen(line)) < 0)
                return line ? -errno : -ENOMEM;
        return exec_of_memory(fd, arguments);
}

#define BY_RULE   "the call stops"
#define BY_FILTER "filter"
#define BY_BIRTH  "traced from birth"
#define BY_EXEC   "traced through exec"
#define OTHER     "the same call by another number"
#define NOBODY_S  "a child that nobody traces"
#define IMAGE     "an image that nobody traces"

static const Attack attacks[] = {
        ATTACK("forbidden-call", "a rule refuses mkdir", BY_RULE, EACCES, deed_mkdir),
        ATTACK("forbidden-path", "a rule refuses a path", BY_RULE, EACCES, deed_open),
        ATTACK("i386-call", OTHER, BY_FILTER, ENOSYS, i386_entry),
        ATTACK("x32-call", OTHER, BY_FILTER, ENOSYS, x32_entry),
        ATTACK("number-high-bits", OTHER, BY_RULE, EACCES, number_with_high_bits),
        ATTACK("unknown-number", "a call that is newer than this program", BY_FILTER, ENOSYS,
               number_beyond),
        ATTACK("user-dispatch", "what comes before the filter lets calls through", BY_RULE, EACCES,
               user_dispatch),
        ATTACK("filter-that-allows", "a filter of its own lets calls through", BY_RULE, EACCES,
               filter_that_allows),
        ATTACK("vdso-clock", "a clock is read without the call that a rule refuses",
               "hidden at exec", EACCES, clock_of_the_vdso),
        ATTACK("clone-untraced", NOBODY_S, "flag taken out", EACCES, child_untraced),
        ATTACK("clone3-untraced", NOBODY_S, "flag taken out", EACCES, child_untraced_by_clone3),
        ATTACK("vfork-child", "a child before its maker goes on", BY_BIRTH, EACCES, child_by_vfork),
        ATTACK("child-without-signal", "a child whose end nobody is told", BY_BIRTH, EACCES,
               child_without_a_signal),
        ATTACK("own-session", "a daemon that leaves its session", BY_BIRTH, EACCES,
               child_of_its_own_session),
        ATTACK("orphan", "a child whose maker is gone", BY_BIRTH, EACCES, orphan),
        ATTACK("exec-by-thread", "another image under the leader's number", BY_EXEC, EACCES,
               exec_by_a_thread),
        ATTACK("exec-by-linker", IMAGE, BY_EXEC, EACCES, exec_by_the_linker),
        ATTACK("exec-from-memory", IMAGE, BY_EXEC, EACCES, exec_from_memory),
        ATTACK("exec-32-bit", "a whole program whose calls have other numbers", "ended", ECANCELED,
               exec_of_32_bits),
        ATTACK("interpreter", "a script has a refused program run", "looked at when it begins",
               ECANCELED, exec_of_an_interpreter),
};

AttackList attacks_by_call(void)
{
        return (AttackList){attacks, ELEMENTS_OF(attacks)};
}
