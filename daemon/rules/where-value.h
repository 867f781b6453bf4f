/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of a member of `where`, read as a test for one kind of argument. */
#pragma once

#include "base/json-document.h"
#include "rules/rule-condition.h"
#include "syscalls/named-constants.h"
#include "syscalls/syscall-table.h"

/* All that decides how a value is to be read. */
typedef struct WhereDialect {
        ConditionSubject subject;
        ArgumentWidth width;             /* INTEGER, ACCESS */
        const NamedConstants *constants; /* NULL when the argument has no names */
        bool always_writes;              /* ACCESS of a call that has no flags */
        const char *argument, *call;     /* for messages */
} WhereDialect;

bool where_dialect_equal(const WhereDialect *a, const WhereDialect *b);

/* *ret stays NULL when the value had mistakes, which were reported. -ENOMEM. */
int where_value_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                     Diagnostics *diagnostics);

/* where-integer.c: numbers, names of constants, and the keys min, max, mask, value, any-of, all-of,
 * none-of; "access" for open flags. */
int where_integer_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                       Diagnostics *diagnostics);
int where_integer_read_object(JsonValue object, const WhereDialect *dialect, ConditionTest *all,
                              Diagnostics *diagnostics);
int where_access_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                      Diagnostics *diagnostics);
