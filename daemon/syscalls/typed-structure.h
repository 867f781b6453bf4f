/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a structure that a person typed as {…}: socket addresses and plain structures. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/call-expression.h"

#define TYPED_FIELDS_MAX 16 /* values in one {…} */

typedef struct TypedField {
        const char *at; /* where it was typed */
        char *string;   /* owned; NULL for a number */
        size_t length;  /* of `string` */
        uint64_t value;
} TypedField;

typedef struct TypedFields {
        TypedField list[TYPED_FIELDS_MAX];
        size_t count;
} TypedFields;

/* The bytes for `argument` (NULL: a socket address) from at least one field. -EINVAL with the index
 * of the field that is wrong and a sentence; -ENOMEM. */
int typed_structure_build(const SyscallArgument *argument, const TypedFields *fields,
                          TypedArgument *ret, size_t *ret_field, const char **ret_sentence);
