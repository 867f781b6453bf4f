/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another name of a file is another way to it. Rules on opening go by names, so what gives a file
 * another one (link and rename, of a directory too; open_tree, which opens without a name) is
 * judged as opening it by its old name would be, unless the new name falls under the same rule.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Whether the call makes names and rules on opening go by them. */
bool file_names_concern(const Supervisor *supervisor, int number);

/* Whether it may run beside no other such call (name-turn.h): it makes names, or takes a directory
 * away, where rules on opening go by names. */
bool file_names_take_turns(const Supervisor *supervisor, const CallRegisters *call);

/* The tracee's open call, whose turn it is, is about to run: what it shall run as, by the names
 * that its paths led to, in *call. With `anew` they may have changed since it was judged or shown,
 * and are looked up again. 0; -EBADMSG: they lead elsewhere now; any other negative errno is what
 * the program shall see. */
int file_names_hold(Supervisor *supervisor, Tracee *tracee, bool anew, CallRegisters *call);

/* Has `view` look the call's paths up, so that a server that has to be asked is asked before the
 * rules count the call. */
void file_names_look_up(const CallRegisters *call, const CallerView *view);

/* The call's arguments are pinned, and `view` reads them. 1: opening a file that gets another name
 * would have the outcome *ret, and so has the call; 0: nothing speaks against it; -E2BIG: a
 * directory with more files than are looked at; -EREMOTE: one whose files a server would have to be
 * asked for; -ETIMEDOUT, -EBUSY: one that did not answer where a path leads; -ENOMEM. Paths that
 * lead to nothing are left to the kernel. */
int file_names_judge(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                     const CallerView *view, RuleOutcome *ret);
