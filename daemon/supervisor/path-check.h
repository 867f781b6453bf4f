/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A path is more than its bytes: between the judgement and the kernel's look a directory or a link
 * on the way may be exchanged. Where a path decided, opening goes through openat2 with
 * RESOLVE_NO_SYMLINKS when it could change something or the process shares its descriptors, and
 * what was opened is compared with what was judged.
 */
#pragma once

#include "supervisor/judged-view.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/supervisor.h"

/* The call was decided by what a path leads to, or by a person who saw it: mark it for the checks
 * below. */
void path_check_mark(OpenCall *call);

/* What the kernel shall execute for the open call: itself, or a form on the resolved path where it
 * could change something, or where another thread could use the descriptor before it is compared.
 */
CallRegisters path_check_call(Supervisor *supervisor, Tracee *tracee);

/* Whether a call that was judged in `view` can do without the check at its exit: then *ret is what
 * the kernel shall execute. An opening by a name that led through no link is made by openat2, which
 * follows none now either. */
bool path_check_is_spared(Supervisor *supervisor, Tracee *tracee, const PinnedCall *pinned,
                          const JudgedView *view, CallRegisters *ret);

/* A name that the kernel has marked: nothing is called that any more. */
bool path_check_is_deleted(const char *path);

/* At the exit stop: the result that the program shall see. A descriptor of something else than what
 * was judged is closed and the call has failed with EACCES. */
int64_t path_check_exit(Supervisor *supervisor, Tracee *tracee, int64_t result);

/* After a successful exec: whether the image may run. What a path led to may be the interpreter of
 * a script, or have been exchanged: exec-image.h. */
bool path_check_exec(Supervisor *supervisor, Tracee *tracee);
