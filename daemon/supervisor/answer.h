/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person's answer to a held call: checked whole, then carried out whole. Nothing is changed in
 * the tracee until every part of it was found good.
 */
#pragma once

#include "supervisor/pending-calls.h"

/* "2=/tmp/decoy": an argument by index or name, and its new value as typed. */
typedef struct ArgumentText {
        const char *argument;
        const char *text;
} ArgumentText;

typedef struct ArgumentBytes {
        const char *argument;
        const void *bytes;
        size_t size;
} ArgumentBytes;

typedef enum RememberScope {
        REMEMBER_CALL,     /* this call of the jail */
        REMEMBER_IMAGE,    /* … of this program image */
        REMEMBER_PROCESS,  /* … of this process */
        REMEMBER_CHILDREN, /* … of this program image's descendants */
} RememberScope;

/* Strings and bytes are borrowed for the length of the call that takes it. */
typedef struct Answer {
        uid_t who;
        bool interrupt;
        Action action; /* ALLOW, ABORT or RETURN */
        const char *number;
        ArgumentText *arguments;
        size_t argument_count;
        ArgumentBytes *writes; /* RETURN: output buffers; ALLOW: what arguments shall point to */
        size_t write_count;
        ArgumentText *fields; /* "2.st_size" → "0": of what is written, or of what is read */
        size_t field_count;
        const char *after_return; /* ALLOW: the result is changed when the call has returned */
        ArgumentBytes *after_writes;
        size_t after_write_count;
        ArgumentText *after_fields;
        size_t after_field_count;
        bool remember;
        RememberScope scope;
        bool with_values;  /* only with these argument values */
        uint64_t for_usec; /* 0: no limit */
        uint64_t uses;     /* 0: no limit */
        bool always;       /* to be written to the rule file */
} Answer;

typedef struct Answered {
        CallAction action;
        bool edited;
        char *from, *to;   /* texts when it was edited; owned */
        size_t remembered; /* number of the rule that was made, 0 for none */
} Answered;

void answered_release(Answered *answered);

/* -EINVAL with a sentence naming the argument; -EPERM when a rule stands in the way of an edited
 * call; -EFAULT when a buffer cannot be written; -ESRCH. On failure the call is still held. */
int answer_pending(PendingCall *pending, const Answer *answer, Answered *ret, Problem *problem);

/* The rule that `remember` stands for, as one JSON object of a rule file; owned. */
int answer_rule_json(const PendingCall *pending, const Answer *answer, char **ret);
