/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule and its action, as a rule file says them. Plain data: rule-file reads and writes it,
 * rule-check judges it, rule-set compiles and changes it, rule-match applies it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/problem.h"
#include "base/text.h"

typedef enum ActionKind {
        ACTION_ALLOW,         /* the call runs */
        ACTION_ABORT,         /* the call is refused with `error_number` */
        ACTION_NOTIFY,        /* held, a person answers */
        ACTION_RETURN,        /* not run; the caller sees `value` (or -error_number) and `writes` */
        ACTION_SCRIPT,        /* a program of the user's answers */
        ACTION_ALLOW_FOREVER, /* decided in the kernel */
        ACTION_ABORT_FOREVER, /* decided in the kernel, with `error_number` */
        _ACTION_KIND_COUNT,
} ActionKind;

/* Bytes for an output buffer of the call, or the value of a part of it that has a name. */
typedef struct BufferWrite {
        char *argument; /* by name or "0".."5" */
        char *field;    /* NULL for plain bytes; else as in result-field.h, and `bytes` is the value
                           as typed, with a NUL behind it */
        uint8_t *bytes; /* owned */
        size_t size;
} BufferWrite;

/* Adds a write to a list, with copies of all that it is given. -ENOMEM: then nothing was added. */
int buffer_writes_add(BufferWrite **writes, size_t *count, const BufferWrite *write);
/* "1.st_size" → argument "1", field "st_size"; "buf" → "buf", "". Owned. */
int buffer_field_split(const char *name, char **ret_argument, char **ret_field);

typedef struct Action {
        ActionKind kind;
        int error_number;    /* ABORT*: 1..4095, EPERM when the file says nothing. RETURN: 0 or an
                                errno */
        int64_t value;       /* RETURN without errno */
        BufferWrite *writes; /* RETURN and `after`: what the caller's buffers shall hold */
        size_t write_count;
        char *script;        /* SCRIPT: path of an executable, or the seed's bash text */
        bool script_is_seed; /* SCRIPT: `script` is text in the seed's protocol */
        bool after;          /* ALLOW: the call runs, then its result becomes value/errno/writes */
        bool after_return;   /* `after` changes the return value too */
        uint64_t delay_usec; /* wait before the call goes on, 0 for none */
        int signal;          /* sent to the caller after the call, 0 for none */
} Action;

int action_copy(const Action *action, Action *ret);
void action_release(Action *action);

bool action_is_forever(ActionKind kind);
const char *action_kind_name(ActionKind kind);          /* "abort-forever" */
int action_kind_from_name(const char *name);            /* -EINVAL */
const char *action_kind_nearest_name(const char *name); /* for "did you mean" */

/* "allow", "abort=EACCES", "return=0", "return=ENOENT" …: how an action is written on the command
 * line and on the bus. -EINVAL with a sentence. */
int action_parse(const char *text, Action *ret, Problem *problem);
int action_append(const Action *action, Text *text);

/* Which rules a call comes under is narrowed by these; all must hold. */
typedef struct RuleCondition RuleCondition; /* rule-condition.h */

/* `nth`: "3", "3+", "3..7", "2+3" (from the second, every third), as strace's when= */
typedef struct RuleNth {
        uint64_t first, last,
                step; /* 1-based; last UINT64_MAX for open; step 1 for every; 0/0/0: unset */
} RuleNth;

typedef struct Rule {
        int *numbers; /* the calls it selects, ascending; owned */
        size_t number_count;
        char *selector; /* as the file wrote it, for people: "mkdir", "@network", "open openat" */
        RuleCondition **conditions;
        size_t condition_count;
        char *exe;        /* glob on /proc/PID/exe, NULL for any */
        char *started_by; /* glob on the exe of an ancestor, NULL for any */
        int pid;          /* 0 for any */
        RuleNth nth;
        Action action;
        bool log;              /* false: not in the log; default true */
        bool disabled;         /* kept in the file, not applied */
        char *comment;         /* free text, NULL for none */
        unsigned line, column; /* where it stands in its file, 0 when it was made otherwise */

        uint64_t
                expires_usec; /* CLOCK_BOOTTIME when a rule made from an answer ends, 0 for never */
        uint64_t expires_uses; /* 1 for "once", 0 for no limit */
        int expires_pid;       /* ends with that process, 0 for none */
        bool persistent;       /* the answer said "always": to be written to the file */
} Rule;

void rule_free(Rule *rule);
DEFINE_CLEANUP(Rule *, rule_free)

/* A rule from one JSON object of a rule file: {"syscall": "mkdir", "action": "abort"}. -EINVAL with
 * the first mistake as its sentence. */
int rule_parse(const char *json, Rule **ret, Problem *problem);
/* Appends the object that rule_parse() would read back the same; what a running jail adds (when it
 * ends, whether it is to be saved) is not in it. */
int rule_append_json(const Rule *rule, Text *text);

/* Applies to every call that it selects, whatever its arguments and whoever makes it. */
bool rule_is_unconditional(const Rule *rule);
/* The place of a call number in `numbers`, -1 when the rule does not select it. */
ssize_t rule_place(const Rule *rule, int number);
