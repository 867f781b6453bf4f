/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects what the reader and the checker of rule files find, bounded and in the file's order. */
#pragma once

#include "rules/rule-set.h"

/* How many findings a list holds; warnings leave the second half to errors. */
#define DIAGNOSTICS_MAX 100

/* Adds a finding; one that is already there, and those past the limit, are dropped. -ENOMEM. */
int diagnostics_add(Diagnostics *diagnostics, Severity severity, unsigned line, unsigned column,
                    const char *format, ...) _printf_(5, 6);

void diagnostics_sort(Diagnostics *diagnostics);
bool diagnostics_have_error(const Diagnostics *diagnostics);
