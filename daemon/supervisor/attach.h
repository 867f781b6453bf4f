/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking a jail's processes from the outside, while they run: all threads and descendants are
 * seized, then each process is given landing page and filter (engine-facts 4). What a process had
 * opened before stays its own.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Takes `pid`, which `pidfd` proves to be the one that was meant, with all its threads and
 * descendants. On failure the processes go on as they are, once we are gone. */
int attach_process(Supervisor *supervisor, pid_t pid, int pidfd, Problem *problem);

/* A process that was born or could not be stopped while the filter went in, at a stop of `tracee`
 * where it can make calls: true when it was given what it lacked, or is gone, and the stop is over.
 */
bool attach_completes(Supervisor *supervisor, Tracee *tracee);
