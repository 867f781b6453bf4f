/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which file systems here another program or machine serves (FUSE, NFS and their kin), so that
 * looking at what they hold waits for it; and autofs, where a daemon has to mount something first.
 * As this process sees mounts. Costs nothing but a look at the clock while nothing is mounted anew.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether any is mounted that holds files. */
bool served_mounts_hold_files(void);
/* Whether there is any that a path may lead to. */
bool served_mounts_hold_paths(void);
/* Whether there is any that the kernel also asks for what it knows already (NFS: at the root of a
 * mount). */
bool served_mounts_are_asked_always(void);
/* Whether the device is that of one, as of the last question above. */
bool served_mounts_have(uint32_t major, uint32_t minor);
