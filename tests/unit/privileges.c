/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor's own walls: what dies behind them, and what goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "supervisor/privileges.h"

#define FAILED 9

/* How `function` ended in a process behind the walls. */
static int run_behind_walls(int (*function)(void))
{
        pid_t program = fork(), pid;
        int status;

        assert_true(program >= 0);
        if (program == 0) {
                pause();
                _exit(0);
        }
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;

                if (privileges_drop(program, NULL, &problem) < 0)
                        _exit(FAILED + 1);
                _exit(function() < 0 ? FAILED : 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        kill(program, SIGKILL);
        assert_int_equal(waitpid(program, NULL, 0), program);
        return status;
}

/* ---- what dies ---- */

typedef struct ForbiddenCall {
        const char *name;
        long number;
        long a, b, c, d;
} ForbiddenCall;

#define TEXT(string) ((long) (uintptr_t) (string))

/* Each would have no effect if it were allowed: bad descriptors, missing files. */
static const ForbiddenCall forbidden[] = {
        {"execve", SYS_execve, TEXT("/nothing"), 0, 0, 0},
        {"execveat", SYS_execveat, -1, TEXT(""), 0, 0},
        {"fork", SYS_fork, 0, 0, 0, 0},
#ifndef __SANITIZE_ADDRESS__ /* which searches for leaks in such a process */
        {"vfork by clone", SYS_clone, CLONE_VFORK | CLONE_VM | SIGCHLD, 0, 0, 0},
#endif
        {"mkdir", SYS_mkdir, TEXT("/proc/nothing"), 0, 0, 0},
        {"unlink", SYS_unlink, TEXT("/nothing"), 0, 0, 0},
        {"rename", SYS_rename, TEXT("/nothing"), TEXT("/nowhere"), 0, 0},
        {"chmod", SYS_chmod, TEXT("/nothing"), 0, 0, 0},
        {"open that makes", SYS_open, TEXT("/nothing/x"), O_CREAT | O_WRONLY, 0600, 0},
        {"openat that empties", SYS_openat, AT_FDCWD, TEXT("/nothing/x"), O_TRUNC | O_WRONLY, 0},
        {"creat", SYS_creat, TEXT("/nothing/x"), 0600, 0, 0},
        {"socket of the internet", SYS_socket, AF_INET, SOCK_STREAM, 0, 0},
        {"socket of packets", SYS_socket, AF_PACKET, SOCK_RAW, 0, 0},
        {"connect", SYS_connect, -1, 0, 0, 0},
        {"bind", SYS_bind, -1, 0, 0, 0},
        {"ioctl TIOCSTI", SYS_ioctl, -1, TIOCSTI, 0, 0},
        {"setuid", SYS_setuid, 0, 0, 0, 0},
        {"mount", SYS_mount, 0, 0, 0, 0},
        {"unshare", SYS_unshare, CLONE_NEWUSER, 0, 0, 0},
        {"setns", SYS_setns, -1, 0, 0, 0},
        {"bpf", SYS_bpf, -1, 0, 0, 0},
        {"io_uring_setup", SYS_io_uring_setup, 0, 0, 0, 0},
        {"userfaultfd", SYS_userfaultfd, -1, 0, 0, 0},
        {"perf_event_open", SYS_perf_event_open, 0, 0, -1, -1},
        {"keyctl", SYS_keyctl, -1, 0, 0, 0},
        {"seccomp", SYS_seccomp, -1, 0, 0, 0},
#ifndef __SANITIZE_ADDRESS__ /* the search for leaks wants it */
        {"dumpable again", SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0},
#endif
        {"code that is written", SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
         MAP_PRIVATE | MAP_ANONYMOUS},
        {"limits", SYS_setrlimit, RLIMIT_CORE, 0, 0, 0},
        {"a number that nobody has", 1000, 0, 0, 0, 0},
};

static const ForbiddenCall *current;

static int make_current_call(void)
{
        syscall(current->number, current->a, current->b, current->c, current->d, -1, 0);
        return 0;
}

static void a_call_that_the_supervisor_never_makes_ends_it(void **state)
{
        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(forbidden); i++) {
                int status;

                current = &forbidden[i];
                status = run_behind_walls(make_current_call);
                if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
                        fail_msg("%s: status %#x", current->name, (unsigned) status);
        }
}

/* ---- what goes on ---- */

static void *in_thread(void *unused)
{
        (void) unused;
        return (void *) (uintptr_t) (getpid() > 0);
}

static int make_a_thread(void)
{
        pthread_t thread;
        void *result = NULL;

        if (pthread_create(&thread, NULL, in_thread, NULL) != 0 ||
            pthread_join(thread, &result) != 0)
                return -1;
        return result ? 0 : -1;
}

static int look_at_files(void)
{
        _cleanup_(fclosep) FILE *file = fopen("/proc/self/status", "re");
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
        _cleanup_close_ int place =
                (int) syscall(SYS_openat2, AT_FDCWD, "/proc", &how, sizeof(how));
        char line[256];

        return file && place >= 0 && fgets(line, sizeof(line), file) ? 0 : -1;
}

static int ask_about_sockets(void)
{
        _cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 4);

        return fd;
}

static int use_much_memory(void)
{
        void *memory = malloc((size_t) 64 << 20);

        free(memory);
        return memory ? 0 : -1;
}

static int look_for_privileges(void)
{
        _cleanup_(fclosep) FILE *file = fopen("/proc/thread-self/status", "re");
        uint64_t value;
        char line[256];
        int found = 0;

        while (file && fgets(line, sizeof(line), file)) {
                if (sscanf(line, "NoNewPrivs: %lu", &value) == 1)
                        found += value == 1;
                if (sscanf(line, "Seccomp: %lu", &value) == 1)
                        found += value == 2;
                if (sscanf(line, "CapAmb: %lx", &value) == 1)
                        found += value == 0;
                if (sscanf(line, "CapInh: %lx", &value) == 1)
                        found += value == 0;
        }
        return found == 4 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : -1;
}

static int look_at_limits(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max != 0)
                return -1;
        return 0;
}

static void its_own_work_goes_on(void **state)
{
        static int (*const works[])(void) = {make_a_thread,       look_at_files,
                                             ask_about_sockets,   use_much_memory,
                                             look_for_privileges, look_at_limits};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(works); i++) {
                int status = run_behind_walls(works[i]);

                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                        fail_msg("work %zu: status %#x", i, (unsigned) status);
        }
}

/* ---- threads that were there before ---- */

static volatile int phase;

static void *wait_and_break_out(void *unused)
{
        (void) unused;
        while (phase == 0)
                sched_yield();
        syscall(SYS_mkdir, "/proc/nothing", 0700);
        phase = 2;
        return NULL;
}

static int let_the_thread_go(void)
{
        phase = 1;
        while (phase != 2)
                sched_yield();
        return 0;
}

static void threads_that_run_already_are_behind_the_walls_too(void **state)
{
        int status;
        pid_t pid = fork();

        (void) state;
        assert_true(pid >= 0);
        if (pid == 0) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                pthread_t thread;

                if (pthread_create(&thread, NULL, wait_and_break_out, NULL) != 0 ||
                    privileges_drop(getpid(), NULL, &problem) < 0)
                        _exit(FAILED);
                _exit(let_the_thread_go());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void a_program_that_is_gone_is_an_error(void **state)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        pid_t pid = fork();

        (void) state;
        if (pid == 0)
                _exit(0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(privileges_drop(pid, NULL, &problem), -ESRCH);
        assert_non_null(problem_text(&problem));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_call_that_the_supervisor_never_makes_ends_it),
                cmocka_unit_test(its_own_work_goes_on),
                cmocka_unit_test(threads_that_run_already_are_behind_the_walls_too),
                cmocka_unit_test(a_program_that_is_gone_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
