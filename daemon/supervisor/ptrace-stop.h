/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waitpid(2) reported, named: classify first, then act. ptrace(2) "Stopped states".
 */
#pragma once

#include <sys/types.h>

typedef enum StopKind {
        STOP_EXITED,  /* gone: `value` is the exit status */
        STOP_KILLED,  /* gone: `value` is the signal */
        STOP_SECCOMP, /* the filter said RET_TRACE; resume, or skip the call and resume */
        STOP_SYSCALL, /* entry or exit, after TRACEE_RUN_TO_SYSCALL; tracee_get_call() says which */
        STOP_EXEC,    /* a new image; the event message is the old tid */
        STOP_BIRTH,   /* fork, vfork, clone, clone3 made a task; the event message is its tid */
        STOP_EVENT_OTHER, /* an event of no interest: resume */
        STOP_GROUP,       /* group-stop by signal `value`: listen, never continue */
        STOP_TRAP, /* PTRACE_EVENT_STOP: first stop of a new tracee, our interrupt, or the end of a
                      group-stop: resume */
        STOP_SIGNAL, /* signal `value` is about to be delivered: resume with it */
} StopKind;

typedef struct Stop {
        pid_t tid;
        StopKind kind;
        int value; /* see StopKind */
} Stop;

Stop stop_classify(pid_t tid, int status);
