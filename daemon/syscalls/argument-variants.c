/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/argument-variants.h"

#include <string.h>

#include "base/cleanup.h"
#include "syscalls/argument-macros.h"
#include "syscalls/call-numbers.h"

typedef struct Variant {
        int number;
        int8_t selectors[2]; /* indexes of the arguments that decide; the second may be -1 */
        uint32_t masks[2];   /* bits of them that are compared */
        uint32_t values[2];  /* with these */
        uint8_t first;       /* index of the first argument that is replaced */
        uint8_t count;       /* of `arguments` */
        SyscallArgument arguments[5];
} Variant;

static const char unused_name[] = "unused";

/* clang-format off */
#define UNUSED {unused_name, ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false}
#define VARIANT_MASKED(call, selector, mask, value, first, ...)                                    \
        {CALL_##call, {selector, -1}, {mask, 0}, {value, 0}, first,                                \
         ARGUMENTS_COUNT(__VA_ARGS__), {__VA_ARGS__}},
#define VARIANT(call, selector, value, first, ...)                                                 \
        VARIANT_MASKED(call, selector, UINT32_MAX, value, first, __VA_ARGS__)
#define VARIANT_OF_TWO(call, one, value_one, two, value_two, first, ...)                           \
        {CALL_##call, {one, two}, {UINT32_MAX, UINT32_MAX}, {value_one, value_two}, first,         \
         ARGUMENTS_COUNT(__VA_ARGS__), {__VA_ARGS__}},
/* clang-format on */

static const Variant variants[] = {
#include "syscalls/argument-variants.def"
};

/* The first row of a call, or of the next one that has any. */
static size_t first_variant(int number)
{
        size_t low = 0, high = ELEMENTS_OF(variants);

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (variants[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static bool variant_applies(const Variant *variant, const CallRegisters *registers)
{
        for (size_t i = 0; i < 2 && variant->selectors[i] >= 0; i++) {
                uint32_t value = (uint32_t) registers->arguments[variant->selectors[i]];

                if ((value & variant->masks[i]) != variant->values[i])
                        return false;
        }
        return true;
}

void call_arguments(const CallRegisters *registers, CallArguments *ret)
{
        const SyscallEntry *entry = syscall_by_number(registers->number);

        ret->count = entry ? entry->argument_count : 0;
        for (unsigned i = 0; i < ret->count; i++)
                ret->list[i] = &entry->arguments[i];
        for (size_t i = first_variant(registers->number);
             i < ELEMENTS_OF(variants) && variants[i].number == registers->number; i++) {
                if (!variant_applies(&variants[i], registers))
                        continue;
                ret->count = variants[i].first;
                for (unsigned j = 0; j < variants[i].count; j++)
                        ret->list[ret->count++] = &variants[i].arguments[j];
        }
}

bool argument_is_unused(const SyscallArgument *argument)
{
        return argument->name == unused_name;
}

/* By name: as this form of the call has it, or as the manual page does. */
static int index_by_name(const CallArguments *arguments, const SyscallEntry *entry,
                         const char *name)
{
        for (unsigned i = 0; i < arguments->count; i++)
                if (strcmp(arguments->list[i]->name, name) == 0)
                        return (int) i;
        return entry ? syscall_argument_index(entry, name) : -1;
}

int call_argument_index(const CallRegisters *registers, const char *name, Problem *problem)
{
        const SyscallEntry *entry = syscall_by_number(registers->number);
        unsigned limit = entry ? entry->argument_count : SYSCALL_ARGUMENTS_MAX;
        CallArguments arguments;
        int index;

        call_arguments(registers, &arguments);
        index = index_by_name(&arguments, entry, name);
        if (index >= 0)
                return index;
        if (name[0] >= '0' && name[0] <= '9' && !name[1])
                index = name[0] - '0';
        if (index < 0)
                return problem_set(problem, -EINVAL,
                                   "%s has no argument '%s'; name it as shown, or by number from 0",
                                   entry ? entry->name : "the call", name);
        if ((unsigned) index >= limit)
                return problem_set(problem, -EINVAL,
                                   "%s has %u arguments, numbered from 0; there is none %s",
                                   entry ? entry->name : "a call", limit, name);
        return index;
}
