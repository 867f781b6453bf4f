/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What /proc says of processes in known states. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "supervisor/process-facts.h"
#include "view-child.h"

static int stand_in_etc(void *context)
{
        (void) context;
        if (chdir("/etc") < 0 || prctl(PR_SET_NAME, "a b\n)c\xff") < 0)
                return -errno;
        dup2(open("/etc/passwd", O_RDONLY), 30);
        dup2(open("/etc/passwd", O_RDONLY), 9);
        return 0;
}

static void a_process_is_described_by_its_files(void **state)
{
        _cleanup_child_ Child child = child_start(stand_in_etc, NULL);
        _cleanup_free_ char *exe = NULL, *own = NULL, *cwd = NULL, *comm = NULL;
        pid_t group = 0, parent = 0, tracer = -1;
        uid_t uid = (uid_t) -1;

        (void) state;
        assert_int_equal(process_exe(child.pid, &exe), 0);
        assert_int_equal(process_exe(getpid(), &own), 0);
        assert_string_equal(exe, own);
        assert_int_equal(process_cwd(child.pid, &cwd), 0);
        assert_string_equal(cwd, "/etc");
        assert_int_equal(process_comm(child.pid, &comm), 0);
        assert_string_equal(comm, "a b\n)c\xff");
        assert_int_equal(process_thread_group(child.pid, &group), 0);
        assert_int_equal(group, child.pid);
        assert_int_equal(process_parent(child.pid, &parent), 0);
        assert_int_equal(parent, getpid());
        assert_int_equal(process_tracer(child.pid, &tracer), 0);
        assert_int_equal(tracer, 0);
        assert_int_equal(process_uid(child.pid, &uid), 0);
        assert_int_equal(uid, getuid());
}

/* A name that looks like a line of /proc/PID/status. */
static int name_itself_like_a_line(void *context)
{
        (void) context;
        return prctl(PR_SET_NAME, "x\nPPid:\t1") < 0 ? -errno : 0;
}

static void a_name_cannot_pretend_to_be_a_fact(void **state)
{
        _cleanup_child_ Child child = child_start(name_itself_like_a_line, NULL);
        pid_t parent = 0;

        (void) state;
        assert_int_equal(process_parent(child.pid, &parent), 0);
        assert_int_equal(parent, getpid());
}

static void a_process_that_is_gone_is_named(void **state)
{
        Child child = child_start(NULL, NULL);
        pid_t pid = child.pid, other = 7;
        char *text = NULL, **lines = NULL;
        uint64_t set = 7;
        unsigned count = 7;
        uid_t uid = 7;

        (void) state;
        child_end(&child);
        assert_int_equal(process_exe(pid, &text), -ESRCH);
        assert_int_equal(process_cwd(pid, &text), -ESRCH);
        assert_int_equal(process_comm(pid, &text), -ESRCH);
        assert_int_equal(process_thread_group(pid, &other), -ESRCH);
        assert_int_equal(process_parent(pid, &other), -ESRCH);
        assert_int_equal(process_tracer(pid, &other), -ESRCH);
        assert_int_equal(process_uid(pid, &uid), -ESRCH);
        assert_int_equal(process_seccomp_filters(pid, &count), -ESRCH);
        assert_int_equal(process_pending_signals(pid, &set), -ESRCH);
        assert_int_equal(process_command_line(pid, &lines), -ESRCH);
        assert_int_equal(process_maps(pid, &lines), -ESRCH);
        assert_int_equal(process_descriptors(pid, &lines), -ESRCH);
        assert_int_equal(process_stack(pid, false, 10, &lines), -ESRCH);
        assert_null(text);
        assert_null(lines);
        assert_true(other == 7 && set == 7 && count == 7 && uid == 7);
}

static int block_signals(void *context)
{
        sigset_t set;

        (void) context;
        sigfillset(&set);
        sigprocmask(SIG_SETMASK, &set, NULL);
        kill(getpid(), SIGUSR1);
        syscall(SYS_tgkill, getpid(), gettid(), SIGRTMIN + 1);
        return 0;
}

static void signals_of_the_thread_and_of_the_process_wait_together(void **state)
{
        _cleanup_child_ Child child = child_start(block_signals, NULL);
        uint64_t set = 0;

        (void) state;
        assert_int_equal(process_pending_signals(child.pid, &set), 0);
        assert_true(set == (UINT64_C(1) << (SIGUSR1 - 1) | UINT64_C(1) << SIGRTMIN));
}

static int add_filters(void *context)
{
        struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
        struct sock_fprog program = {1, &allow};

        for (int i = *(int *) context; i > 0; i--)
                if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                        return -errno;
        return 0;
}

static void filters_are_counted(void **state)
{
        unsigned before = 0;

        (void) state;
        assert_int_equal(process_seccomp_filters(getpid(), &before), 0);
        for (int i = 0; i < 3; i++) {
                _cleanup_child_ Child child = child_start(add_filters, &i);
                unsigned count = 99;

                assert_int_equal(child.error, 0);
                assert_int_equal(process_seccomp_filters(child.pid, &count), 0);
                assert_int_equal(count, before + (unsigned) i);
        }
}

/* Starts PROGRAM with arguments and answers when it has become that program. */
static pid_t start_program(const char *const argv[])
{
        int fds[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                execv(argv[0], (char *const *) argv);
                _exit(127);
        }
        close(fds[1]);
        assert_int_equal(read(fds[0], &byte, 1), 0);
        close(fds[0]);
        return pid;
}

static void a_command_line_keeps_empty_arguments(void **state)
{
        static const char *const argv[] = {
                "/bin/sh", "-c", "kill -STOP $$", "", "a b\n", "", NULL,
        };
        _cleanup_(child_end) Child child = {.pid = start_program(argv)};
        char **got = NULL;
        size_t count = 0;

        (void) state;
        assert_int_equal(process_command_line(child.pid, &got), 0);
        for (; got[count]; count++)
                assert_string_equal(got[count], argv[count]);
        assert_int_equal(count, ELEMENTS_OF(argv) - 1);
        strv_free(got);
}

static void descriptors_are_listed_in_order(void **state)
{
        _cleanup_child_ Child child = child_start(stand_in_etc, NULL);
        bool nine = false, thirty = false;
        char **lines = NULL;
        int last = -1;

        (void) state;
        assert_int_equal(process_descriptors(child.pid, &lines), 0);
        for (char **line = lines; *line; line++) {
                assert_true(atoi(*line) > last);
                last = atoi(*line);
                nine |= strcmp(*line, "9: /etc/passwd") == 0;
                thirty |= strcmp(*line, "30: /etc/passwd") == 0;
        }
        assert_true(nine && thirty);
        strv_free(lines);
}

static void maps_name_the_program(void **state)
{
        _cleanup_child_ Child child = child_start(NULL, NULL);
        _cleanup_free_ char *exe = NULL;
        char **lines = NULL;
        bool found = false;

        (void) state;
        assert_int_equal(process_exe(child.pid, &exe), 0);
        assert_int_equal(process_maps(child.pid, &lines), 0);
        for (char **line = lines; *line; line++)
                found |= strstr(*line, exe) != NULL;
        assert_true(found);
        strv_free(lines);
}

static void *outlive_the_first_thread(void *context)
{
        (void) context;
        for (;;)
                pause();
        return NULL;
}

/* Leaves the process to its second thread: says so itself, since it never comes back. */
static int end_first_thread(void *context)
{
        pthread_t thread;
        int error;

        (void) stand_in_etc(NULL);
        error = -pthread_create(&thread, NULL, outlive_the_first_thread, NULL);
        if (write(*(int *) context, &error, sizeof(error)) == sizeof(error))
                syscall(SYS_exit, 0);
        return -EIO;
}

static void a_process_whose_first_thread_has_ended_still_shows_itself(void **state)
{
        _cleanup_free_ char *exe = NULL, *own = NULL, *cwd = NULL, *status = NULL;
        char **lines = NULL, **maps = NULL, **argv = NULL;
        _cleanup_child_ Child child = {.pid = -1};
        bool thirty = false;
        int words[2], error;

        (void) state;
        assert_int_equal(pipe(words), 0);
        child.pid = fork();
        if (child.pid == 0) {
                end_first_thread(&words[1]);
                _exit(1);
        }
        assert_int_equal(read(words[0], &error, sizeof(error)), sizeof(error));
        assert_int_equal(error, 0);
        close(words[0]);
        close(words[1]);
        status = string_format("/proc/%d/exe", child.pid);
        for (int i = 0; i < 5000 && readlink(status, (char[8]){0}, 8) > 0; i++)
                usleep(1000);
        assert_int_equal(process_exe(child.pid, &exe), 0);
        assert_int_equal(process_exe(getpid(), &own), 0);
        assert_string_equal(exe, own);
        assert_int_equal(process_cwd(child.pid, &cwd), 0);
        assert_string_equal(cwd, "/etc");
        assert_int_equal(process_command_line(child.pid, &argv), 0);
        assert_non_null(argv[0]);
        assert_int_equal(process_maps(child.pid, &maps), 0);
        assert_non_null(maps[0]);
        assert_int_equal(process_descriptors(child.pid, &lines), 0);
        for (char **line = lines; *line; line++)
                thirty |= strcmp(*line, "30: /etc/passwd") == 0;
        assert_true(thirty);
        strv_free(lines);
        strv_free(maps);
        strv_free(argv);
}

/* ---- the stack ---- */

/* Two functions that the stack must show, each a frame of its own. */
__attribute__((noinline, noclone)) int waits_in_the_kernel(void);
__attribute__((noinline, noclone)) int calls_the_waiter(void *context);

int waits_in_the_kernel(void)
{
        raise(SIGSTOP);
        return getpid() > 0 ? 0 : -1;
}

int calls_the_waiter(void *context)
{
        (void) context;
        return waits_in_the_kernel() + (getppid() > 0 ? 0 : 1);
}

/* A stopped tracee of ours that runs `body`. */
static pid_t stopped_tracee(int (*body)(void *context), void *context)
{
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                ptrace(PTRACE_TRACEME, 0, NULL, NULL);
                _exit(body(context));
        }
        assert_int_equal(waitpid(pid, &status, __WALL), pid);
        assert_true(WIFSTOPPED(status));
        return pid;
}

static size_t count_lines(char **lines)
{
        size_t count = 0;

        while (lines[count])
                count++;
        return count;
}

static void a_stack_names_its_functions_innermost_first(void **state)
{
        _cleanup_child_ Child child = {.pid = stopped_tracee(calls_the_waiter, NULL)};
        char **lines = NULL;
        size_t inner = 0, outer = 0;

        (void) state;
        assert_int_equal(process_stack(child.pid, false, 64, &lines), 0);
        for (size_t i = 0; lines[i]; i++) {
                if (strstr(lines[i], "waits_in_the_kernel+0x"))
                        inner = i + 1;
                if (strstr(lines[i], "calls_the_waiter+0x"))
                        outer = i + 1;
        }
        if (inner == 0 || outer != inner + 1)
                for (size_t i = 0; lines[i]; i++)
                        print_error("%s\n", lines[i]);
        assert_true(inner > 0 && outer == inner + 1);
        strv_free(lines);
        assert_int_equal(process_stack(child.pid, false, 2, &lines), 0);
        assert_int_equal(count_lines(lines), 2);
        strv_free(lines);
}

static int jump_into_nowhere(void *context)
{
        ((void (*)(void)) context)();
        return 0;
}

static void a_stack_that_leads_nowhere_still_has_its_first_line(void **state)
{
        /* far from any file: libdwfl counts what is behind a file's end to the file */
        void *nowhere = mmap((void *) 0x20000000, 4096, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        _cleanup_child_ Child child = {.pid = stopped_tracee(jump_into_nowhere, nowhere)};
        _cleanup_free_ char *first = string_format("0x%lx", (unsigned long) (uintptr_t) nowhere);
        char **lines = NULL;

        (void) state;
        assert_int_equal(process_stack(child.pid, false, 64, &lines), 0);
        assert_true(count_lines(lines) >= 1);
        assert_string_equal(lines[0], first);
        strv_free(lines);
}

static void how_long_a_thread_sleeps_is_known(void **state)
{
        _cleanup_child_ Child child = child_start(NULL, NULL);
        struct timespec pause = {.tv_nsec = 300 * 1000 * 1000};
        uint64_t slept, later;
        int r;

        (void) state;
        nanosleep(&pause, NULL);
        r = process_slept_ns(child.pid, &slept);
        if (r == -EOPNOTSUPP) {
                print_message("not run (kernel): it does not tell (CONFIG_SCHED_DEBUG)\n");
                return;
        }
        assert_int_equal(r, 0);
        /* its preparation came first, and a busy machine's own time is not the scheduler's */
        assert_in_range(slept, 200 * 1000 * 1000, 60 * 1000000000ull);
        nanosleep(&pause, NULL);
        assert_int_equal(process_slept_ns(child.pid, &later), 0);
        assert_true(later > slept + 200 * 1000 * 1000);
        assert_int_equal(process_slept_ns(4194303, &slept), -ESRCH);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_process_is_described_by_its_files),
                cmocka_unit_test(a_name_cannot_pretend_to_be_a_fact),
                cmocka_unit_test(a_process_that_is_gone_is_named),
                cmocka_unit_test(signals_of_the_thread_and_of_the_process_wait_together),
                cmocka_unit_test(filters_are_counted),
                cmocka_unit_test(a_command_line_keeps_empty_arguments),
                cmocka_unit_test(descriptors_are_listed_in_order),
                cmocka_unit_test(maps_name_the_program),
                cmocka_unit_test(a_process_whose_first_thread_has_ended_still_shows_itself),
                cmocka_unit_test(a_stack_names_its_functions_innermost_first),
                cmocka_unit_test(a_stack_that_leads_nowhere_still_has_its_first_line),
                cmocka_unit_test(how_long_a_thread_sleeps_is_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
