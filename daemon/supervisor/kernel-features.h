/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this kernel has beyond the oldest one that is supported, found by trying.
 * SECCOMP_JAIL_WITHOUT="mseal" in the environment makes do without, so that the tests run the
 * fallbacks too.
 */
#pragma once

#include <stdbool.h>

#define SYS_MSEAL 462

typedef enum KernelFeature {
        KERNEL_MSEAL, /* Linux 6.10; else address checks in the filter */
} KernelFeature;

bool kernel_has(KernelFeature feature);
