/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a verdict does to the stopped thread, and the log record that follows. */
#pragma once

#include "supervisor/supervisor.h"

/* The call goes on (with the registers of call->decoded, the program's own put back at its exit).
 */
void carry_out_allow(Supervisor *supervisor, Tracee *tracee);

/* The kernel never runs the call; the program sees `result` (a value, or a negative errno). */
void carry_out_result(Supervisor *supervisor, Tracee *tracee, CallAction action, int64_t result);

/* The call ends in EINTR or is made again by the kernel, whichever the signal that waits decides.
 */
void carry_out_interrupt(Supervisor *supervisor, Tracee *tracee);

/* `tracee` is at the exit stop of its open call. */
void carry_out_exit(Supervisor *supervisor, Tracee *tracee, int64_t result);

/* What broke a wait off is known by now: the kernel makes it again, or the program sees EINTR. Its
 * record, which waited for that, is written; nothing where none waits. */
void carry_out_settle(Supervisor *supervisor, Tracee *tracee, bool again);

/* The open call ended without returning to the program: its record is written. */
void carry_out_ended(Supervisor *supervisor, Tracee *tracee, const char *how);
