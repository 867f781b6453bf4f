/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allowed calls whose copies found no free slot of the landing page: many are answered at once and
 * none has run yet. They go on in their order, each when a slot gets free.
 */
#pragma once

#include "supervisor/supervisor.h"

/* The tracee's open call was allowed and waits; it is pending no more. 0 or -ENOMEM. */
int slot_queue_add(Supervisor *supervisor, Tracee *tracee);

/* To be called when slots may have got free: after every stop. */
void slot_queue_serve(Supervisor *supervisor);
