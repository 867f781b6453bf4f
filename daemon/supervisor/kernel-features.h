/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this kernel has beyond the oldest one that is supported, found by trying.
 * SECCOMP_JAIL_WITHOUT="mseal,landlock" in the environment makes do without, so that the tests run
 * the fallbacks too.
 */
#pragma once

#include <stdbool.h>

#define SYS_MSEAL 462

typedef enum KernelFeature {
        KERNEL_MSEAL,    /* Linux 6.10; else address checks in the filter */
        KERNEL_LANDLOCK, /* Linux 5.19, where moving files can be allowed; else nothing behind the
                            filter at the jail's edge */
} KernelFeature;

bool kernel_has(KernelFeature feature);
