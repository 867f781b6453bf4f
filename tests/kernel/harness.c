/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces that the kernel facts share. */
#include "harness.h"

#include <time.h>

#define DEADLINE_SECONDS 60

void fact_check(bool holds, const char *text, const char *file, int line)
{
        if (holds)
                return;
        fprintf(stderr, "%s:%d: does not hold: %s (errno %d, %s)\n", file, line, text, errno,
                strerror(errno));
        exit(1);
}

void fact_check_equal(long long left, long long right, const char *text, const char *file, int line)
{
        if (left == right)
                return;
        fprintf(stderr, "%s:%d: does not hold: %s: %lld (0x%llx) is not %lld (0x%llx)\n", file,
                line, text, left, (unsigned long long) left, right, (unsigned long long) right);
        exit(1);
}

_Noreturn void fact_skip(const char *why)
{
        printf("skip (kernel): %s\n", why);
        exit(77);
}

static pid_t start(FactChild body, void *argument, bool traced, long options)
{
        int go[2];
        pid_t pid;

        /* A fact that hangs fails; the children die with us. */
        alarm(DEADLINE_SECONDS);
        CHECK_EQUAL(pipe2(go, O_CLOEXEC), 0);
        fflush(NULL);
        pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
                char byte;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                close(go[1]);
                if (read(go[0], &byte, 1) != 1)
                        _exit(125);
                close(go[0]);
                body(argument);
                _exit(0);
        }
        close(go[0]);
        if (traced)
                CHECK_EQUAL(ptrace(PTRACE_SEIZE, pid, NULL, (void *) options), 0);
        CHECK_EQUAL(write(go[1], "", 1), 1);
        close(go[1]);
        return pid;
}

pid_t fact_start_with(FactChild body, void *argument, long options)
{
        return start(body, argument, true, options);
}

pid_t fact_start(FactChild body, void *argument)
{
        return start(body, argument, true, FACT_OPTIONS);
}

pid_t fact_start_free(FactChild body, void *argument)
{
        return start(body, argument, false, 0);
}

int fact_wait(pid_t pid)
{
        int status;
        pid_t got;

        do
                got = waitpid(pid, &status, __WALL);
        while (got < 0 && errno == EINTR);
        CHECK(got > 0);
        return status;
}

bool fact_is_event(int status, int event)
{
        return WIFSTOPPED(status) && status >> 16 == event;
}

void fact_expect_event(pid_t pid, int event)
{
        int status = fact_wait(pid);

        CHECK(WIFSTOPPED(status));
        CHECK_EQUAL(status >> 16, event);
}

void fact_expect_exit(pid_t pid, int status)
{
        int got = fact_wait(pid);

        CHECK(WIFEXITED(got));
        CHECK_EQUAL(WEXITSTATUS(got), status);
}

void fact_resume(pid_t pid, int request, int signal)
{
        CHECK_EQUAL(ptrace(request, pid, NULL, (void *) (long) signal), 0);
}

void fact_end(pid_t pid)
{
        int status;

        kill(pid, SIGKILL);
        while (waitpid(pid, &status, __WALL) == pid && !WIFSIGNALED(status) && !WIFEXITED(status))
                ;
}

struct user_regs_struct fact_registers(pid_t pid)
{
        struct user_regs_struct registers = {0};

        CHECK_EQUAL(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
        return registers;
}

void fact_set_registers(pid_t pid, const struct user_regs_struct *registers)
{
        CHECK_EQUAL(ptrace(PTRACE_SETREGS, pid, NULL, (void *) registers), 0);
}

int fact_filter_flags(int call, uint32_t action, unsigned int flags)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t) call, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, action),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

        CHECK_EQUAL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        return (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

void fact_filter(int call, uint32_t action)
{
        CHECK_EQUAL(fact_filter_flags(call, action, 0), 0);
}

long fact_status_number(pid_t pid, const char *name)
{
        char path[64];
        char line[256];
        size_t length = strlen(name);
        long number = -1;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/status", pid);
        file = fopen(path, "re");
        if (!file)
                return -1;
        while (number < 0 && fgets(line, sizeof(line), file))
                if (strncmp(line, name, length) == 0 && line[length] == ':')
                        number = strtol(line + length + 1, NULL, 10);
        fclose(file);
        return number;
}

char fact_state(pid_t pid)
{
        char path[64];
        char text[512] = "";
        char *name_end;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        file = fopen(path, "re");
        if (!file)
                return '?';
        if (!fgets(text, sizeof(text), file))
                text[0] = '\0';
        fclose(file);
        name_end = strrchr(text, ')');
        return name_end && name_end[1] ? name_end[2] : '?';
}

bool fact_reaches_state(pid_t pid, char state)
{
        struct timespec pause = {.tv_nsec = 1000000};

        for (int i = 0; i < 2000; i++) {
                if (fact_state(pid) == state)
                        return true;
                nanosleep(&pause, NULL);
        }
        return false;
}
