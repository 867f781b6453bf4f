/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/kernel-features.h"

#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The version of its interface that knows LANDLOCK_ACCESS_FS_REFER. */
#define LANDLOCK_REFER_VERSION 2

static bool is_switched_off(const char *name)
{
        const char *without = secure_getenv("SECCOMP_JAIL_WITHOUT");

        return without && strstr(without, name);
}

bool kernel_has(KernelFeature feature)
{
        switch (feature) {
        case KERNEL_MSEAL:
                return !is_switched_off("mseal") && syscall(SYS_MSEAL, 0, 0, 0) == 0;
        case KERNEL_LANDLOCK:
                return !is_switched_off("landlock") &&
                       syscall(SYS_landlock_create_ruleset, NULL, 0,
                               LANDLOCK_CREATE_RULESET_VERSION) >= LANDLOCK_REFER_VERSION;
        }
        return false;
}
