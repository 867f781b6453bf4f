/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many bits of a register the kernel looks at for an argument. The kind tells it for nearly all
 * of them; the exceptions are listed. Where the kernel looks at more bits than are compared here,
 * the bits above have no meaning on x86_64 (no flag lies there), and comparing fewer is the safe
 * side: nothing slips by with garbage above.
 */
#include <string.h>

#include "rules/rule-condition.h"
#include "syscalls/named-constants.h"
#include "syscalls/syscall-table.h"

typedef struct WidthException {
        const char *call, *argument;
        ArgumentWidth width;
} WidthException;

/* include/linux/syscalls.h, v6.18: int or unsigned int where the kind does not say so */
static const WidthException exceptions[] = {
        {"socket", "protocol", {32, true}},    {"socketpair", "protocol", {32, true}},
        {"setsockopt", "optname", {32, true}}, {"getsockopt", "optname", {32, true}},
        {"seccomp", "flags", {32, false}},
};

static bool has_high_constant(const NamedConstants *constants)
{
        for (size_t i = 0; constants && i < constants->count; i++)
                if (constants->list[i].value >> 32 &&
                    constants->list[i].value >> 31 != UINT64_MAX >> 31)
                        return true;
        return false;
}

static ArgumentWidth width_of_kind(const SyscallArgument *argument)
{
        switch (argument->kind) {
        case ARGUMENT_KIND_INT:
        case ARGUMENT_KIND_FD:
        case ARGUMENT_KIND_DIRFD:
        case ARGUMENT_KIND_PID:
        case ARGUMENT_KIND_SIGNAL:
        case ARGUMENT_KIND_CLOCK:
                return (ArgumentWidth){32, true};
        case ARGUMENT_KIND_UINT:
        case ARGUMENT_KIND_UID:
        case ARGUMENT_KIND_GID:
        case ARGUMENT_KIND_DEVICE:
        case ARGUMENT_KIND_IOCTL:
                return (ArgumentWidth){32, false};
        case ARGUMENT_KIND_FLAGS:
        case ARGUMENT_KIND_ENUM:
                return (ArgumentWidth){has_high_constant(argument->constants) ? 64 : 32, false};
        case ARGUMENT_KIND_MODE: /* umode_t */
                return (ArgumentWidth){16, false};
        case ARGUMENT_KIND_NUMBER:
        case ARGUMENT_KIND_OFFSET:
                return (ArgumentWidth){64, true};
        default:
                return (ArgumentWidth){64, false};
        }
}

ArgumentWidth argument_width(const SyscallEntry *entry, unsigned index)
{
        const SyscallArgument *argument;

        if (!entry || index >= entry->argument_count)
                return (ArgumentWidth){64, false};
        argument = &entry->arguments[index];
        for (size_t i = 0; i < ELEMENTS_OF(exceptions); i++)
                if (strcmp(exceptions[i].call, entry->name) == 0 &&
                    strcmp(exceptions[i].argument, argument->name) == 0)
                        return exceptions[i].width;
        return width_of_kind(argument);
}
