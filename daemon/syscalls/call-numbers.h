/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of syscall-table.def as constants: CALL_openat is 257. */
#pragma once

#define SYSCALL(number, name, ...)        CALL_##name = number,
#define SYSCALL_ITSELF(number, name, ...) CALL_##name = number,
enum CallNumber {
#include "syscalls/syscall-table.def"
};
#undef SYSCALL
#undef SYSCALL_ITSELF
