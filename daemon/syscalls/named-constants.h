/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of flag bits and enumerated values, both ways. The data is named-constants.def. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

typedef struct NamedConstant {
        uint64_t value;
        const char *name;
} NamedConstant;

typedef struct NamedConstants {
        const char *name;          /* of the set: "open-flags" */
        const NamedConstant *list; /* in the order to try; multi-bit entries before their bits */
        size_t count;
        uint64_t field; /* bits that hold a number rather than flags (O_ACCMODE), 0 for none */
        bool flags;     /* bits to be or-ed, else one value of a list */
} NamedConstants;

const NamedConstants *named_constants_by_name(const char *set);

/* "O_RDONLY|O_CLOEXEC|0x80000000": unknown bits in hex, as strace shows them. */
int named_constants_append(const NamedConstants *set, uint64_t value, Text *text);

/* The value of 'A|B|0x10' from this set (NULL: from any set); -EINVAL with *ret_bad at the word
 * that is not known. */
int named_constants_parse(const NamedConstants *set, const char *text, uint64_t *ret,
                          const char **ret_bad);
