/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that a person has a thread execute, in whatever state it is (engine-facts 2): running,
 * blocked, held at a call, in group-stop. The interrupted call goes on as if nothing had happened.
 * Not judged by mutable rules; what the filter refuses stays refused.
 */
#pragma once

#include "supervisor/supervisor.h"
#include "syscalls/call-expression.h"

typedef struct InjectionResult {
        bool executed;  /* `result` is the call's */
        int64_t result; /* raw register */
        uint64_t ran_ns;
        const OpenCall *call;                         /* decoded */
        const uint8_t *output[SYSCALL_ARGUMENTS_MAX]; /* of out(N) arguments, NULL for others */
        size_t output_size[SYSCALL_ARGUMENTS_MAX];
        const char *why_not; /* when it was not executed */
        const char *note;    /* what the thread noticed of it after all, NULL for nothing */
} InjectionResult;

typedef void (*InjectionDone)(void *userdata, const InjectionResult *result);

/* Takes `expression` over in any case. `done` is called once, later, unless this fails: -EBUSY (the
 * thread cannot take a call now, the sentence says what to wait for), -ENXIO, -E2BIG, -ESRCH. */
int injection_start(Supervisor *supervisor, Tracee *tracee, CallExpression *expression, uid_t who,
                    InjectionDone done, void *userdata, Problem *problem);

/* A stop of a thread that has an injection: true when it was the injection's. */
bool injection_takes(Supervisor *supervisor, Tracee *tracee, const Stop *stop);

/* The thread was just put on hold: an injection that waited for it to stop uses that. */
void injection_held(Supervisor *supervisor, Tracee *tracee);

/* Whether the thread is executing an injected call right now: then it is single-stepped. */
bool injection_steps(const Tracee *tracee);

/* The thread is gone or runs another image. */
void injection_gone(Supervisor *supervisor, Tracee *tracee);
