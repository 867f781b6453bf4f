/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A part of what a call answers, set by its name: a field of a structure ("st_size"), of an element
 * ("0.events"), of a socket address ("sin_port"), of a directory's entries ("0.d_name"), or a whole
 * buffer as text ("").
 */
#pragma once

#include "base/problem.h"
#include "syscalls/argument-variants.h"

/* What the caller's buffer is to hold. */
typedef struct ResultAnswer {
        uint8_t *bytes; /* `room` of them */
        size_t size;    /* that are in use */
        size_t room;
} ResultAnswer;

/* Whether the result of the call is the size of this buffer's content. */
bool result_field_is_sized(const CallRegisters *registers, const SyscallArgument *argument);

/* -EINVAL, -ENOSPC with a sentence that names the argument; then nothing was changed. */
int result_field_set(const CallRegisters *registers, const SyscallArgument *argument,
                     const char *field, const char *value, ResultAnswer *answer, Problem *problem);

/* What can be said about argument `name` before there is a call; -EINVAL with a sentence. */
int result_field_check(int number, const char *name, const char *field, const char *value,
                       Problem *problem);
