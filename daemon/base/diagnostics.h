/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects what the readers of people's files find wrong, bounded and in the file's order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING } Severity;

/* What the checker found: "mine.jail.json:4:17: error: unknown system call 'mkdri'; did you mean
 * 'mkdir'?" */
typedef struct Diagnostic {
        Severity severity;
        unsigned line, column; /* 1-based, column in characters */
        char *message;         /* what is wrong and what would be right */
} Diagnostic;

typedef struct Diagnostics {
        Diagnostic *list;
        size_t count;
} Diagnostics;

/* How many findings a list holds; warnings leave the second half to errors. */
#define DIAGNOSTICS_MAX 100

/* Adds a finding; one that is already there, and those past the limit, are dropped. -ENOMEM. */
int diagnostics_add(Diagnostics *diagnostics, Severity severity, unsigned line, unsigned column,
                    const char *format, ...) _printf_(5, 6);

void diagnostics_sort(Diagnostics *diagnostics);
bool diagnostics_have_error(const Diagnostics *diagnostics);

void diagnostics_release(Diagnostics *diagnostics);
#define _cleanup_diagnostics_ _cleanup_(diagnostics_release)
