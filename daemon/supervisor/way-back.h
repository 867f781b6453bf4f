/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call whose arguments were changed and that nobody follows to its exit: its thread takes its own
 * registers back by itself, in the code at the end of its slot (hook/landing-page.h). That spares
 * the exit stop, which costs as much as the whole entry stop.
 *
 * The program is never seen there: every signal comes to the supervisor before the program, and at
 * each such stop way_back_leave() puts the registers back first. So a handler finds the program's
 * own, and a call that is made again is the program's own, judged and pinned anew.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Whether the thread can be let go this way with a call of this number. Not for what returns in two
 * threads or in another image. */
bool way_back_suits(const Supervisor *supervisor, const Tracee *tracee, int number);

/* At a seccomp stop with these registers: the thread executes `call` in place of its own, and is as
 * after its own then. Its slot is kept until it needs it again. -ESRCH. */
int way_back_take(Supervisor *supervisor, Tracee *tracee, const Registers *registers,
                  const CallRegisters *call);

/* Whether the thread's last call was let go this way: then the next one probably will be. */
static inline bool way_back_was_taken(const Tracee *tracee)
{
        return tracee->way_back.resume != 0;
}

/* At any other stop: puts the registers back if the thread is on its way. -ESRCH. */
int way_back_leave(Tracee *tracee);

/* At a seccomp stop at `place`: 1 when the kernel makes a call again that was let go this way,
 * which the program's own instruction shall do: the registers are put back, the call that the
 * thread is stopped at is skipped. Else 0, the thread has come back. -ESRCH. */
int way_back_repeats(Tracee *tracee, uint64_t place);
