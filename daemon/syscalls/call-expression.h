/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call as a person types it: openat(AT_FDCWD, "/tmp/x", O_CREAT|O_RDWR, 0600). Used to inject
 * calls and, argument by argument, to edit a held one.
 */
#pragma once

#include "base/problem.h"
#include "syscalls/syscall-table.h"

/* An argument as typed: a register value, or bytes to be placed in the caller with their address in
 * the register. */
typedef struct TypedArgument {
        uint64_t value; /* the register when `bytes` is NULL */
        uint8_t *bytes; /* owned; what the register shall point to; NULL for a plain value */
        size_t size;    /* of `bytes`, a string's NUL included */
        bool output;    /* `out(N)` or `buffer(N)`: N zero bytes that come back after the call */
} TypedArgument;

typedef struct CallExpression {
        int number;
        unsigned argument_count;
        TypedArgument arguments[SYSCALL_ARGUMENTS_MAX];
} CallExpression;

/* One argument of `entry` by its kind: number, 'symbolic|flags', "string" with C escapes,
 * hex"00ff", an errno-free NULL, out(64). `entry` may be NULL: then any form by its own look.
 * -EINVAL with a sentence that names the argument and the column. */
int typed_argument_parse(const SyscallEntry *entry, unsigned index, const char *text,
                         TypedArgument *ret, Problem *problem);
void typed_argument_release(TypedArgument *argument);

/* name(arg, …) or number(arg, …). */
int call_expression_parse(const char *text, CallExpression *ret, Problem *problem);
void call_expression_release(CallExpression *expression);
