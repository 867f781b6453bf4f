/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/ptrace-stop.h"

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/wait.h>

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

static StopKind event_kind(int event, int signal)
{
        switch (event) {
        case PTRACE_EVENT_SECCOMP:
                return STOP_SECCOMP;
        case PTRACE_EVENT_EXEC:
                return STOP_EXEC;
        case PTRACE_EVENT_FORK:
        case PTRACE_EVENT_VFORK:
        case PTRACE_EVENT_CLONE:
                return STOP_BIRTH;
        case PTRACE_EVENT_STOP:
                return signal == SIGTRAP ? STOP_TRAP : STOP_GROUP;
        default:
                return STOP_EVENT_OTHER;
        }
}

Stop stop_classify(pid_t tid, int status)
{
        int signal, event;

        if (WIFEXITED(status))
                return (Stop){.tid = tid, .kind = STOP_EXITED, .value = WEXITSTATUS(status)};
        if (WIFSIGNALED(status))
                return (Stop){.tid = tid, .kind = STOP_KILLED, .value = WTERMSIG(status)};
        signal = WSTOPSIG(status);
        event = status >> 16;
        if (event)
                return (Stop){.tid = tid, .kind = event_kind(event, signal), .value = signal};
        if (signal == SYSCALL_STOP)
                return (Stop){.tid = tid, .kind = STOP_SYSCALL};
        return (Stop){.tid = tid, .kind = STOP_SIGNAL, .value = signal};
}
