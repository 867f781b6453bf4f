/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/kernel-features.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        }
        return false;
}
