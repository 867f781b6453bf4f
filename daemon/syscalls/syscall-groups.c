/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest-name.h"
#include "syscalls/call-numbers.h"
#include "syscalls/syscall-table.h"

#define SYSCALL(number, ...)        number,
#define SYSCALL_ITSELF(number, ...) number,
static const int known[] = {
#include "syscalls/syscall-table.def"
};

typedef struct SyscallGroup {
        const char *name;
        const int *members; /* ascending */
        size_t count;
} SyscallGroup;

#define C(name) CALL_##name
#define GROUP(name, description, ...)                                                              \
        {name, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int)},
static const SyscallGroup groups[] = {
#include "syscalls/syscall-groups.def"
        {"@known", known, ELEMENTS_OF(known)},
};

/* Where a call that is in several groups is shown: what it is most about comes first. */
static const char *const main_groups[] = {
        "@obsolete",   "@exec",      "@chown",         "@mount",   "@module",         "@reboot",
        "@swap",       "@raw-io",    "@debug",         "@clock",   "@keyring",        "@sandbox",
        "@network-io", "@aio",       "@io-event",      "@timer",   "@sync",           "@memlock",
        "@pkey",       "@setuid",    "@signal",        "@ipc",     "@file-system",    "@basic-io",
        "@process",    "@resources", "@cpu-emulation", "@default", "@system-service", "@privileged",
};

static const SyscallGroup *group_find(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(groups); i++)
                if (strcmp(groups[i].name, name) == 0)
                        return &groups[i];
        return NULL;
}

static bool group_has(const SyscallGroup *group, int number)
{
        size_t low = 0, high = group->count;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (group->members[middle] == number)
                        return true;
                if (group->members[middle] < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return false;
}

const int *syscall_group(const char *name, size_t *ret_count)
{
        const SyscallGroup *group = group_find(name);

        if (!group)
                return NULL;
        *ret_count = group->count;
        return group->members;
}

const char *syscall_group_nearest_name(const char *name)
{
        NearestName nearest = nearest_name_begin(name);

        for (size_t i = 0; i < ELEMENTS_OF(groups); i++)
                nearest_name_offer(&nearest, groups[i].name);
        return nearest.best;
}

const char *syscall_group_name(size_t index)
{
        return index < ELEMENTS_OF(groups) ? groups[index].name : NULL;
}

const char *syscall_main_group(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(main_groups); i++)
                if (group_has(group_find(main_groups[i]), number))
                        return main_groups[i];
        return "@known";
}
