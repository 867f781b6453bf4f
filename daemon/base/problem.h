/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What went wrong, for a person: an errno for the program that asks, and one sentence that names
 * what, where and what to do. Logic files fill it; bus files turn it into a D-Bus error; mains
 * print it.
 */
#pragma once

#include "base/cleanup.h"

typedef struct Problem {
        int error;  /* negative errno, 0 while nothing went wrong */
        char *text; /* one sentence without a full stop at its end, owned; may be NULL */
} Problem;

#define PROBLEM_INIT ((Problem){0})

/* Keeps the first problem (the cause), answers `error`, so that callers can return it. NULL for
 * `problem` is allowed. */
int problem_set(Problem *problem, int error, const char *format, ...) _printf_(3, 4);

/* The sentence, or strerror() of the error when there is none; never NULL. */
const char *problem_text(const Problem *problem);

void problem_release(Problem *problem);
#define _cleanup_problem_ _cleanup_(problem_release)
