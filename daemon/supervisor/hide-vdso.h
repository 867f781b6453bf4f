/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program asks the vDSO for the time without entering the kernel, so that no rule could see it.
 * An image that is told of no vDSO makes the calls themselves (getauxval(3), AT_SYSINFO_EHDR).
 */
#pragma once

#include "supervisor/tracee.h"

/* `tracee` is at the exit of its execve, its stack as the kernel made it, from `stack_pointer` on.
 * 0 also when it has no vDSO; -EFAULT, -ESRCH, -EBADMSG for a stack that no kernel makes. */
int vdso_hide(const Tracee *tracee, uint64_t stack_pointer);
