/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/guard-list.h"

#include <linux/ioprio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "rules/argument-cube.h"

#define BITS(index, mask_, value_) .cube.mask[index] = (mask_), .cube.bits[index] = (value_)

/* Numbers that Debian 12's headers do not have. */
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static const Guard guards[] = {
#define GUARD(name_, call, wall_, errno_, open_, reason_, ...)                                     \
        {.name = (name_),                                                                          \
         .number = SYS_##call,                                                                     \
         .wall = GUARD_##wall_,                                                                    \
         .error_number = (errno_),                                                                 \
         .may_open = (open_),                                                                      \
         .reason = (reason_),                                                                      \
         __VA_ARGS__},
#include "rules/guard-list.def"
#undef GUARD
};

const Guard *guard_get(size_t index)
{
        return index < ELEMENTS_OF(guards) ? &guards[index] : NULL;
}

/* Where a call has a process id, and what else must hold (setpriority's `which`). */
typedef struct PidPlace {
        int number;
        unsigned argument;
        int which; /* value of argument 0, -1 for none */
} PidPlace;

static const PidPlace pid_places[] = {
        {SYS_kill, 0, -1},
        {SYS_tkill, 0, -1},
        {SYS_tgkill, 0, -1},
        {SYS_tgkill, 1, -1},
        {SYS_rt_sigqueueinfo, 0, -1},
        {SYS_rt_tgsigqueueinfo, 0, -1},
        {SYS_rt_tgsigqueueinfo, 1, -1},
        {SYS_pidfd_open, 0, -1},
        {SYS_prlimit64, 0, -1},
        {SYS_sched_setaffinity, 0, -1},
        {SYS_sched_setscheduler, 0, -1},
        {SYS_sched_setparam, 0, -1},
        {SYS_sched_setattr, 0, -1},
        {SYS_migrate_pages, 0, -1},
        {SYS_move_pages, 0, -1},
        {SYS_setpgid, 0, -1},
        {SYS_setpriority, 1, PRIO_PROCESS},
        {SYS_ioprio_set, 1, IOPRIO_WHO_PROCESS},
};

/* `mask`: the bits of the number that count. */
static int guard_pid(FilterPlan *plan, const PidPlace *place, uint32_t pid, uint32_t mask,
                     GuardWall wall)
{
        Guard guard = {.name = "supervisor",
                       .number = place->number,
                       .wall = wall,
                       .error_number = EPERM,
                       .reason = "it is aimed at the supervisor"};

        guard.cube.mask[place->argument] = mask;
        guard.cube.bits[place->argument] = pid & mask;
        if (place->which >= 0) {
                guard.cube.mask[0] = UINT32_MAX;
                guard.cube.bits[0] = (uint32_t) place->which;
        }
        return filter_plan_add_guard(plan, &guard);
}

int guard_protect_threads(FilterPlan *plan, pid_t process, pid_t first, pid_t last)
{
        static const PidPlace group = {SYS_kill, 0, -1};
        uint32_t mask = UINT32_MAX;
        int r = guard_pid(plan, &group, (uint32_t) -process, mask, GUARD_ERRNO);

        while (((uint32_t) first & mask) != ((uint32_t) last & mask))
                mask <<= 1;
        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(pid_places); i++)
                r = guard_pid(plan, &pid_places[i], (uint32_t) first, mask, GUARD_TRACE);
        return r;
}

bool guard_aim(size_t index, pid_t pid, CallRegisters *ret_call)
{
        const PidPlace *place = index < ELEMENTS_OF(pid_places) ? &pid_places[index] : NULL;

        if (!place)
                return false;
        *ret_call = (CallRegisters){.number = place->number};
        memset(ret_call->arguments, 0xff, sizeof(ret_call->arguments));
        ret_call->arguments[place->argument] = (uint32_t) pid;
        if (place->which >= 0)
                ret_call->arguments[0] = (uint32_t) place->which;
        return true;
}

bool guard_aims_at(const CallRegisters *call, bool (*is_ours)(pid_t tid))
{
        for (size_t i = 0; i < ELEMENTS_OF(pid_places); i++) {
                const PidPlace *place = &pid_places[i];

                if (place->number == call->number &&
                    (place->which < 0 ||
                     (uint32_t) call->arguments[0] == (uint32_t) place->which) &&
                    is_ours((pid_t) call->arguments[place->argument]))
                        return true;
        }
        return false;
}

/* A wall in front of a call whose argument `index`, where a range begins, lies in [low, high];
 * `advice` of madvise, or a flag that must be set. */
typedef struct AddressGuard {
        int number;
        unsigned index;
        unsigned condition; /* argument that `mask` is about, SYSCALL_ARGUMENTS_MAX for none */
        uint64_t mask, value;
} AddressGuard;

#define NO_CONDITION 6

static const AddressGuard advice_guards[] = {
        {SYS_madvise, 0, 2, UINT32_MAX, 10},  /* MADV_DONTFORK */
        {SYS_madvise, 0, 2, UINT32_MAX, 18},  /* MADV_WIPEONFORK */
        {SYS_madvise, 0, 2, UINT32_MAX, 102}, /* MADV_GUARD_INSTALL */
};

static const AddressGuard whole_guards[] = {
        {SYS_munmap, 0, NO_CONDITION, 0, 0},
        {SYS_mprotect, 0, NO_CONDITION, 0, 0},
        {SYS_pkey_mprotect, 0, NO_CONDITION, 0, 0},
        {SYS_madvise, 0, NO_CONDITION, 0, 0},
        {SYS_remap_file_pages, 0, NO_CONDITION, 0, 0},
        {SYS_shmat, 1, 2, 040000, 040000}, /* SHM_REMAP */
        {SYS_mmap, 0, 3, MAP_FIXED, MAP_FIXED},
        {SYS_mremap, 0, NO_CONDITION, 0, 0},
        {SYS_mremap, 4, 3, MREMAP_FIXED, MREMAP_FIXED},
};

static int guard_addresses(FilterPlan *plan, const AddressGuard *wall, uint64_t low, uint64_t high)
{
        _cleanup_cubes_ CubeList cubes = {0};
        int r = cube_list_add_range(&cubes, wall->index, 64, low, high);

        for (size_t i = 0; i < cubes.count && r >= 0; i++) {
                Guard guard = {.name = "landing-page",
                               .number = wall->number,
                               .cube = cubes.list[i],
                               .wall = GUARD_ERRNO,
                               .error_number = EPERM,
                               .reason = "it is aimed at the landing page"};

                if (wall->condition != NO_CONDITION) {
                        guard.cube.mask[wall->condition] |= wall->mask;
                        guard.cube.bits[wall->condition] |= wall->value;
                }
                r = filter_plan_add_guard(plan, &guard);
        }
        return r;
}

/* Up to the next power of two a range from 0 is one cube; in cubes that fit exactly the filter
 * would be longer than the kernel takes. */
static uint64_t last_address(uint64_t end)
{
        uint64_t power = 1;

        while (power != 0 && power < end)
                power <<= 1;
        return power - 1;
}

int guard_protect_memory(FilterPlan *plan, uint64_t start, uint64_t size, bool whole)
{
        uint64_t last = last_address(start + size);
        int r = 0;

        if (size == 0 || start + size < start)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTS_OF(advice_guards) && r >= 0; i++)
                r = guard_addresses(plan, &advice_guards[i], 0, last);
        for (size_t i = 0; whole && i < ELEMENTS_OF(whole_guards) && r >= 0; i++)
                r = guard_addresses(plan, &whole_guards[i], 0, last);
        return r;
}
