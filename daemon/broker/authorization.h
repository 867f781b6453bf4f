/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks polkit, and waits for nobody: the person may be typing a password. The only part that knows
 * polkit. When polkit is not there, the answer is no.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#define AUTHORIZATION_PREFIX "org.deepin.SeccompJail."

typedef struct Authorization Authorization;

/* Strings are borrowed; what a dialog shows of them is made harmless here. */
typedef struct AuthorizationQuestion {
        const char *subject; /* the caller's unique name on the system bus */
        const char *action;  /* behind AUTHORIZATION_PREFIX */
        const char *member;  /* the method */
        bool interactive;    /* a dialog may be shown */
        uint64_t jail;       /* its number; 0 when it is about none, or all */
        uid_t owner;         /* whose program; -1 when nobody's in particular */
        pid_t process;       /* 0 for none */
        const char *program; /* what runs or is to run; NULL */
        const char *rules;   /* what its rules are called; NULL */
} AuthorizationQuestion;

/* verdict 0: yes; negative: no, and `why` is a sentence. Called once, never from within
 * authorization_ask(). */
typedef void (*AuthorizationAnswer)(int verdict, const char *why, void *userdata);

int authorization_new(Authorization **ret);
void authorization_free(Authorization *authorization);

/* Whether polkit let the same caller do the same to the same jail a moment ago (limits.h) without
 * anybody having had to authenticate, and has not said since that something has changed. */
bool authorization_is_known(const Authorization *authorization,
                            const AuthorizationQuestion *question);

int authorization_ask(Authorization *authorization, const AuthorizationQuestion *question,
                      AuthorizationAnswer answer, void *userdata);

/* Runs the loop until it exits: polkit's library has a loop of its own, which carries ours here. */
int authorization_run_loop(Authorization *authorization, sd_event *event);
