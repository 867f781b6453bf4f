/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer to a held call as `decide` and the prompt put it together, and its way to the daemon.
 */
#pragma once

#include "client-cli/command.h"

/* NAME=TEXT as a person typed it. */
typedef struct VerdictText {
        char *key, *value;
} VerdictText;

typedef struct VerdictBytes {
        char *key;
        uint8_t *bytes;
        size_t size;
} VerdictBytes;

typedef struct VerdictTexts {
        VerdictText *list;
        size_t count;
} VerdictTexts;

typedef struct VerdictWrites {
        VerdictBytes *list;
        size_t count;
} VerdictWrites;

typedef struct Verdict {
        const char *action;        /* "allow", "abort=EACCES" …; borrowed */
        const char *number;        /* another call to run, NULL; borrowed */
        VerdictTexts arguments;    /* index or name → new value */
        VerdictTexts fields;       /* "2.st_size" → value */
        VerdictWrites writes;      /* index or name → bytes */
        const char *after_return;  /* changed when the call has run, NULL; borrowed */
        VerdictTexts after_fields; /* as `fields`, when the call has run */
        VerdictWrites after_writes;
        bool remember;     /* make it a rule */
        const char *scope; /* call, image, process, children, jail; NULL for jail */
        bool values;       /* with these argument values only */
        uint64_t seconds;  /* the rule's life, 0 for no limit */
        uint64_t uses;     /* the rule's calls, 0 for no limit */
        bool always;       /* the rule is to be written to the file */
} Verdict;

void verdict_release(Verdict *verdict);
#define _cleanup_verdict_ _cleanup_(verdict_release)

/* Splits "N=VALUE" at the first '='. Reports what is wrong as being about `option`. */
int verdict_add_text(Session *session, VerdictTexts *texts, const char *option, const char *word);
int verdict_set_text(VerdictTexts *texts, const char *key, const char *value);
int verdict_add_write(Session *session, VerdictWrites *writes, const char *option,
                      const char *word);

/* Answers call `id`. Nothing is reported: *error says what the daemon said. */
int verdict_send(Session *session, const Verdict *verdict, uint64_t id, sd_bus_error *error,
                 cJSON **ret_result);
/* The held calls of the processes that `wanted` says yes to end as interrupted, so that the signals
 * which wait behind them are delivered. A held call is not run by that. Reported. */
int verdict_interrupt(Session *session, uint64_t jail, bool (*wanted)(pid_t pid, void *userdata),
                      void *userdata);
/* What the verdict's rule would have matched so far. Reported. */
int verdict_preview(Session *session, const Verdict *verdict, uint64_t id, cJSON **ret_preview);
