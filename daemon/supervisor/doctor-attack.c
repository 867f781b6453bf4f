/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doctor-attack.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/text.h"
#include "hook/landing-page.h"

#define ATTACK_SECONDS     20
#define RACE_ROUNDS        3000
#define X32_BIT            0x40000000L
#define I386_GETPID_NUMBER 20L
#define NUMBER_OF_NOBODY   2000
#define PAGE               4096

/* Of the process outside; set before the attacks are forked. */
static pid_t outsider;
static uintptr_t outsider_address;

static int result_of(long result)
{
        return result < 0 ? -errno : 0;
}

/* ---- the two deeds ---- */

static int deed_mkdir(void)
{
        if (syscall(SYS_mkdir, ATTACK_DIRECTORY, 0700) < 0)
                return errno == EEXIST ? 0 : -errno;
        rmdir(ATTACK_DIRECTORY);
        return 0;
}

static int deed_open(void)
{
        _cleanup_close_ int fd =
                (int) syscall(SYS_openat, AT_FDCWD, ATTACK_SECRET, O_RDONLY | O_CLOEXEC, 0);

        return result_of(fd);
}

/* What a child's status says. */
static int await_deed(pid_t pid)
{
        int status;

        if (pid < 0)
                return -errno;
        while (waitpid(pid, &status, __WALL) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

static _Noreturn void exit_with(int r)
{
        _exit(r < 0 ? -r : 0);
}

/* ---- other ways into the kernel ---- */

static int own_listener(void)
{
        struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        struct sock_fprog program = {1, &allow};

        return result_of(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                 SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

static int ring(void)
{
        struct io_uring_params parameters = {0};

        return result_of(syscall(SYS_io_uring_setup, 1, &parameters));
}

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

/* ---- children ---- */

static int child_by_clone(void)
{
        pid_t pid = (pid_t) syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);

        if (pid == 0)
                exit_with(deed_mkdir());
        return await_deed(pid);
}

static int child_by_clone3(void)
{
        struct clone_args arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
        pid_t pid = (pid_t) syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (pid == 0)
                exit_with(deed_mkdir());
        return await_deed(pid);
}

static int child_by_vfork(void)
{
        pid_t pid = (pid_t) syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);

        if (pid == 0)
                exit_with(deed_mkdir());
        return await_deed(pid);
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

static void *exec_deed(void *unused)
{
        execl("/proc/self/exe", "jail-supervisor", "--attack", "deed", NULL);
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

/* ---- the supervisor, and processes outside ---- */

static pid_t tracer(void)
{
        _cleanup_(fclosep) FILE *file = fopen("/proc/self/status", "re");
        char line[256];
        int pid = 0;

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "TracerPid: %d", &pid) == 1)
                        break;
        return pid;
}

/* Signal 0 asks only whether one may. */
static int signal_to_the_supervisor(void)
{
        pid_t pid = tracer();

        return pid > 1 ? result_of(kill(pid, 0)) : 0;
}

static int open_memory_of(pid_t pid, int *ret_fd)
{
        _cleanup_free_ char *path = string_format("/proc/%d/mem", pid);

        *ret_fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
        return result_of(*ret_fd);
}

static int memory_of_the_supervisor(void)
{
        _cleanup_close_ int fd = -1;

        return open_memory_of(tracer(), &fd);
}

static int outsider_by_proc_mem(void)
{
        _cleanup_close_ int fd = -1;
        int r = open_memory_of(outsider, &fd), one = 1;

        return r < 0 ? r : result_of(pwrite(fd, &one, sizeof(one), (off_t) outsider_address));
}

static int outsider_by_vm_writev(void)
{
        int one = 1;
        struct iovec from = {&one, sizeof(one)}, to = {(void *) outsider_address, sizeof(one)};

        return result_of(process_vm_writev(outsider, &from, 1, &to, 1, 0));
}

static int own_tracer(void)
{
        return result_of(syscall(SYS_ptrace, 0 /* PTRACE_TRACEME */, 0, 0, 0));
}

/* ---- the landing page ---- */

static int page_by_proc_mem(void)
{
        _cleanup_close_ int fd = -1;
        int r = open_memory_of(getpid(), &fd);

        return r < 0 ? r : result_of(pwrite(fd, "x", 1, LANDING_BASE + LANDING_SLOT_OFFSET));
}

static int page_unmapped(void)
{
        return result_of(munmap((void *) LANDING_BASE, LANDING_BYTES));
}

static int page_moved(void)
{
        void *there = mremap((void *) LANDING_BASE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                             (void *) (uintptr_t) 0x10000000);

        return there == MAP_FAILED ? -errno : 0;
}

static int page_covered(void)
{
        void *there = mmap((void *) LANDING_BASE, PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

        return there == MAP_FAILED ? -errno : 0;
}

static int page_not_inherited(void)
{
        return result_of(madvise((void *) LANDING_BASE, LANDING_BYTES, MADV_DONTFORK));
}

/* ---- calls that reach further ---- */

static int fault_handler(void)
{
        return result_of(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int program_in_the_kernel(void)
{
        union bpf_attr attributes = {
                .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

        return result_of(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

static int namespace_of_another(void)
{
        _cleanup_close_ int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : result_of(setns(fd, 0));
}

static int namespace_of_its_own(void)
{
        return result_of(unshare(CLONE_NEWUSER));
}

static int file_by_handle(void)
{
        struct {
                struct file_handle head;
                unsigned char bytes[MAX_HANDLE_SZ];
        } handle = {.head.handle_bytes = MAX_HANDLE_SZ};
        int mount;

        if (name_to_handle_at(AT_FDCWD, ATTACK_SECRET, &handle.head, &mount, 0) < 0)
                return -errno;
        return result_of(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY | O_CLOEXEC));
}

static int terminal_input(void)
{
        _cleanup_close_ int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

        return result_of(ioctl(fd < 0 ? STDIN_FILENO : fd, TIOCSTI, ""));
}

static int executable_personality(void)
{
        return result_of(personality(READ_IMPLIES_EXEC));
}

static int hidden_memory(void)
{
        prctl(PR_SET_DUMPABLE, 0);
        return deed_open();
}

/* ---- the race ---- */

typedef struct Race {
        char path[32];
        atomic_bool over;
} Race;

static void *flip_path(void *userdata)
{
        Race *race = userdata;

        while (!atomic_load(&race->over)) {
                memcpy(race->path, ATTACK_SECRET, sizeof(ATTACK_SECRET));
                memcpy(race->path, "/dev/nullxxx", 9);
                race->path[9] = '\0';
        }
        return NULL;
}

static bool is_secret(int fd)
{
        struct stat opened, secret;

        return fd >= 0 && fstat(fd, &opened) == 0 && stat(ATTACK_SECRET, &secret) == 0 &&
               opened.st_dev == secret.st_dev && opened.st_ino == secret.st_ino;
}

static int flipped_path(void)
{
        Race race = {.path = "/dev/null"};
        pthread_t thread;
        bool won = false;

        if (pthread_create(&thread, NULL, flip_path, &race) != 0)
                return -EAGAIN;
        for (int i = 0; i < RACE_ROUNDS && !won; i++) {
                int fd = (int) syscall(SYS_openat, AT_FDCWD, race.path, O_RDONLY | O_CLOEXEC, 0);

                won = is_secret(fd);
                close_fd(fd);
        }
        atomic_store(&race.over, true);
        pthread_join(thread, NULL);
        return won ? 0 : -EACCES;
}

#define BY_RULE   "the call stops"
#define BY_FILTER "filter"

static const Attack attacks[] = {
        {"forbidden-call", "a rule refuses mkdir", BY_RULE, EACCES, deed_mkdir},
        {"forbidden-path", "a rule refuses a path", BY_RULE, EACCES, deed_open},
        {"path-race", "a thread changes the path after it was judged", "pinned arguments", EACCES,
         flipped_path},
        {"own-listener", "a filter of its own would answer its calls", BY_FILTER, EBUSY,
         own_listener},
        {"io-uring", "opens and connects without a call", BY_FILTER, ENOSYS, ring},
        {"i386-call", "the same call by another number", BY_FILTER, ENOSYS, i386_entry},
        {"x32-call", "the same call by another number", BY_FILTER, ENOSYS, x32_entry},
        {"unknown-number", "a call that is newer than this program", BY_FILTER, ENOSYS,
         number_beyond},
        {"clone-untraced", "a child that nobody traces", "flag taken out", EACCES, child_by_clone},
        {"clone3-untraced", "a child that nobody traces", "flag taken out", EACCES,
         child_by_clone3},
        {"vfork-child", "a child before its maker goes on", "traced from birth", EACCES,
         child_by_vfork},
        {"own-session", "a daemon that leaves its session", "traced from birth", EACCES,
         child_of_its_own_session},
        {"exec-by-thread", "another image under the leader's number", "traced through exec", EACCES,
         exec_by_a_thread},
        {"own-tracer", "a tracer inside would take the stops", BY_FILTER, EPERM, own_tracer},
        {"signal-supervisor", "stops or kills who judges", BY_FILTER, EPERM,
         signal_to_the_supervisor},
        {"supervisor-memory", "changes who judges", "non-dumpable", EACCES,
         memory_of_the_supervisor},
        {"outsider-proc-mem", "changes a process outside", "Landlock domain", EACCES,
         outsider_by_proc_mem},
        {"outsider-vm-writev", "changes a process outside", BY_FILTER, EPERM,
         outsider_by_vm_writev},
        {"landing-page-written", "changes what was judged", "sealed memfd", EIO, page_by_proc_mem},
        {"landing-page-unmapped", "puts its own memory there", "sealed mapping", EPERM,
         page_unmapped},
        {"landing-page-moved", "puts its own memory there", "sealed mapping", EPERM, page_moved},
        {"landing-page-covered", "puts its own memory there", "sealed mapping", EPERM,
         page_covered},
        {"landing-page-dont-fork", "a child puts its own memory there", BY_FILTER, EPERM,
         page_not_inherited},
        {"userfaultfd-wait", "makes who reads its memory wait for ever", BY_FILTER, EPERM,
         fault_handler},
        {"bpf", "programs in the kernel", BY_FILTER, EPERM, program_in_the_kernel},
        {"setns", "paths get other meanings", BY_FILTER, EPERM, namespace_of_another},
        {"unshare", "paths and rights get other meanings", BY_FILTER, EPERM, namespace_of_its_own},
        {"file-handle", "opens a file without its path", BY_FILTER, EPERM, file_by_handle},
        {"terminal-input", "types into the caller's terminal", BY_FILTER, EPERM, terminal_input},
        {"personality", "makes all memory executable in what comes next", BY_FILTER, EPERM,
         executable_personality},
        {"hidden-memory", "PR_SET_DUMPABLE hides what a path says", "memory held open", EACCES,
         hidden_memory},
};

const Attack *attack_get(size_t index)
{
        return index < ELEMENTS_OF(attacks) ? &attacks[index] : NULL;
}

static int run_apart(const Attack *attack)
{
        pid_t pid = fork();

        if (pid == 0) {
                alarm(ATTACK_SECONDS);
                exit_with(attack->run());
        }
        return await_deed(pid);
}

int attack_main(int count, char **arguments)
{
        if (count == 1 && string_equal(arguments[0], "deed"))
                exit_with(deed_mkdir());
        if (count != 2)
                return 2;
        outsider = (pid_t) strtol(arguments[0], NULL, 10);
        outsider_address = strtoull(arguments[1], NULL, 16);
        if (tracer() == 0)
                return 2; /* never without a jail */
        for (size_t i = 0; i < ELEMENTS_OF(attacks); i++) {
                printf("%zu %d\n", i, -run_apart(&attacks[i]));
                fflush(stdout);
        }
        return 0;
}
