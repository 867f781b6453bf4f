/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process of the same user outside of the jail (started by the driver, with its pid and the
 * address of a flag in the environment): it makes the directory when the flag is set.
 */
#pragma once

#include "attack.h"

static inline pid_t victim_pid(void)
{
        return atoi(setting("ATTACK_VICTIM"));
}

static inline void *victim_flag(void)
{
        return (void *) strtoul(setting("ATTACK_VICTIM_FLAG"), NULL, 0);
}

/* Time for it to do what it was told. */
static inline void victim_acts(void)
{
        sleep_ms(150);
}
