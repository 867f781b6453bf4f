/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace-calls OUTPUT PROGRAM [ARG...]: each system call of one process as the decoder shows it, a
 * line a call, "text = result". The plainest tracer there can be, so that strace-compare.py
 * compares the decoder and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "supervisor/tracee-view.h"
#include "syscalls/decode.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)

typedef struct Tracer {
        pid_t pid;
        FILE *output;
        TraceeView tracee;
        DecodedCall call;
        bool inside; /* between a call's entry and its exit */
} Tracer;

static pid_t start(char **arguments)
{
        pid_t pid = fork();

        if (pid != 0)
                return pid;
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(arguments[0], arguments);
        _exit(127);
}

static CallRegisters registers_of(const struct user_regs_struct *user)
{
        return (CallRegisters){(int) user->orig_rax,
                               {user->rdi, user->rsi, user->rdx, user->r10, user->r8, user->r9}};
}

static int enter(Tracer *tracer, const struct user_regs_struct *user)
{
        CallerView view = tracee_view_caller(&tracer->tracee);
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        CallRegisters registers = registers_of(user);

        decoded_call_release(&tracer->call);
        limits.vector_elements = 256; /* as strace -s 256 */
        return decode_call(&registers, &view, &limits, &tracer->call);
}

/* The memory that a successful exec was called with is gone. */
static bool is_new_image(const Tracer *tracer, int64_t result)
{
        return result == 0 && string_starts_with(tracer->call.name, "execve");
}

static int leave(Tracer *tracer, const struct user_regs_struct *user)
{
        CallerView view = tracee_view_caller(&tracer->tracee);
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        _cleanup_text_ Text text = TEXT_INIT;
        int64_t result = (int64_t) user->rax;
        int r = 0;

        limits.vector_elements = 256;
        if (!is_new_image(tracer, result))
                r = decode_call_exit(&tracer->call, result, &view, &limits);
        if (r == 0)
                r = decode_result(&tracer->call.registers, result, &view, &text);
        if (r == 0)
                fprintf(tracer->output, "%s = %s\n", tracer->call.text, text_get(&text));
        return r;
}

static int handle_call(Tracer *tracer)
{
        struct user_regs_struct user;

        if (ptrace(PTRACE_GETREGS, tracer->pid, NULL, &user) < 0)
                return -errno;
        tracer->inside = !tracer->inside;
        return tracer->inside ? enter(tracer, &user) : leave(tracer, &user);
}

/* 0 when the program has ended. */
static int trace(Tracer *tracer)
{
        int signal = 0;

        for (;;) {
                int status, r = 0;

                if (ptrace(PTRACE_SYSCALL, tracer->pid, NULL, signal) < 0 ||
                    waitpid(tracer->pid, &status, 0) < 0)
                        return -errno;
                if (!WIFSTOPPED(status))
                        return 0;
                signal = 0;
                if (WSTOPSIG(status) == SYSCALL_STOP)
                        r = handle_call(tracer);
                else if (WSTOPSIG(status) != SIGTRAP)
                        signal = WSTOPSIG(status);
                if (r < 0 && r != -ESRCH)
                        return r;
        }
}

int main(int argc, char **argv)
{
        Tracer tracer = {0};
        int status, r;

        if (argc < 3) {
                fprintf(stderr, "usage: trace-calls OUTPUT PROGRAM [ARG...]\n");
                return 2;
        }
        tracer.output = fopen(argv[1], "we");
        if (!tracer.output) {
                fprintf(stderr, "trace-calls: cannot write %s: %s\n", argv[1], strerror(errno));
                return 2;
        }
        tracer.pid = start(argv + 2);
        tracer.tracee = (TraceeView){.pid = tracer.pid, .tid = tracer.pid, .memory_fd = -1};
        if (tracer.pid < 0 || waitpid(tracer.pid, &status, 0) < 0 ||
            ptrace(PTRACE_SETOPTIONS, tracer.pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) <
                    0) {
                fprintf(stderr, "trace-calls: cannot trace: %s\n", strerror(errno));
                return 2;
        }
        r = trace(&tracer);
        if (tracer.inside)
                fprintf(tracer.output, "%s = ?\n", tracer.call.text);
        decoded_call_release(&tracer.call);
        fclose(tracer.output);
        return r < 0;
}
