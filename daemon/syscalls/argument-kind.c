/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/argument-kind.h"

#include <stddef.h>

static const struct {
        const char *name;
        ArgumentDirection direction;
} kinds[] = {
#define X(enumerator, name, direction, text) {name, ARGUMENT_##direction},
        ARGUMENT_KINDS(X)
#undef X
};

const char *argument_kind_name(ArgumentKind kind)
{
        return (size_t) kind < _ARGUMENT_KIND_COUNT ? kinds[kind].name : NULL;
}

ArgumentDirection argument_kind_direction(ArgumentKind kind)
{
        return (size_t) kind < _ARGUMENT_KIND_COUNT ? kinds[kind].direction : ARGUMENT_VALUE;
}
