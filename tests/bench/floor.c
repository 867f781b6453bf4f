/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What nobody can beat: the smallest ptrace loop there is, waitpid and PTRACE_CONT.
 *
 *   floor CPU|- PROGRAM [ARG...]     mkdirat and openat are traced; all on that processor, or
 *                                    wherever they run
 *   floor plain PROGRAM [ARG...]     no tracer: only a seccomp filter with the same two verdicts
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* For mkdirat and one more call. */
static int install(unsigned int action, unsigned int number)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 1, 0),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 1, 0),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, action),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0;
}

static int trace(pid_t first)
{
        int status;
        int result = 1;

        for (;;) {
                pid_t pid = waitpid(-1, &status, __WALL);

                if (pid < 0)
                        return result;
                if (WIFSTOPPED(status))
                        ptrace(PTRACE_CONT, pid, 0,
                               status >> 16 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
                else if (pid == first)
                        result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        }
}

int main(int argc, char **argv)
{
        int go[2];
        char byte = 0;
        pid_t pid;

        if (argc < 3)
                return 2;
        if (strcmp(argv[1], "plain") == 0) {
                if (install(SECCOMP_RET_ERRNO | 2, SYS_mkdirat))
                        return 1;
                execv(argv[2], argv + 2);
                return 1;
        }
        if (strcmp(argv[1], "-") != 0) {
                cpu_set_t set;

                CPU_ZERO(&set);
                CPU_SET(atoi(argv[1]), &set);
                sched_setaffinity(0, sizeof(set), &set);
        }
        if (pipe(go) < 0)
                return 1;
        pid = fork();
        if (pid == 0) {
                if (read(go[0], &byte, 1) != 1 || install(SECCOMP_RET_TRACE, SYS_openat))
                        _exit(1);
                execv(argv[2], argv + 2);
                _exit(1);
        }
        if (ptrace(PTRACE_SEIZE, pid, 0,
                   PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK) < 0 ||
            write(go[1], &byte, 1) != 1)
                return 1;
        return trace(pid);
}
