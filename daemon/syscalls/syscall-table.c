/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/syscall-table.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/nearest-name.h"
#include "syscalls/argument-macros.h"

#define ENTRY(number_, name_, result_, follow, ...)                                                \
        [number_] = {                                                                              \
                .number = number_,                                                                 \
                .name = #name_,                                                                    \
                .argument_count = ARGUMENTS_COUNT(__VA_ARGS__),                                    \
                .arguments = {__VA_ARGS__},                                                        \
                .result = SYSCALL_RESULT_##result_,                                                \
                .known_to_follow = follow,                                                         \
        },
#define SYSCALL(number, name, result, ...)        ENTRY(number, name, result, true, __VA_ARGS__)
#define SYSCALL_ITSELF(number, name, result, ...) ENTRY(number, name, result, false, __VA_ARGS__)

/* Indexed by number; numbers that no call has are all zero. */
static const SyscallEntry entries[SYSCALL_TABLE_END] = {
#include "syscalls/syscall-table.def"
};

const SyscallEntry *syscall_by_number(int number)
{
        if (number < 0 || number >= SYSCALL_TABLE_END || !entries[number].name)
                return NULL;
        return &entries[number];
}

const SyscallEntry *syscall_by_name(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(entries); i++)
                if (entries[i].name && strcmp(entries[i].name, name) == 0)
                        return &entries[i];
        return NULL;
}

int syscall_argument_index(const SyscallEntry *entry, const char *name)
{
        for (unsigned i = 0; i < entry->argument_count; i++)
                if (strcmp(entry->arguments[i].name, name) == 0)
                        return (int) i;
        return -1;
}

const char *syscall_nearest_name(const char *name)
{
        NearestName nearest = nearest_name_begin(name);

        for (size_t i = 0; i < ELEMENTS_OF(entries); i++)
                if (entries[i].name)
                        nearest_name_offer(&nearest, entries[i].name);
        return nearest.best;
}
