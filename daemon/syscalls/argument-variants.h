/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arguments that a call really has once its registers are known: fcntl's third by its command,
 * ioctl's by its request, open's mode only when it creates. The data is argument-variants.def.
 */
#pragma once

#include "base/problem.h"
#include "syscalls/caller-view.h"
#include "syscalls/syscall-table.h"

typedef struct CallArguments {
        const SyscallArgument *list[SYSCALL_ARGUMENTS_MAX];
        unsigned count;
} CallArguments;

/* None for a number outside the table. */
void call_arguments(const CallRegisters *registers, CallArguments *ret);

/* The index of an argument that a person wrote by its name or its number from 0. -EINVAL with a
 * sentence. */
int call_argument_index(const CallRegisters *registers, const char *name, Problem *problem);

/* An argument that this form of the call does not look at; it is not shown. */
bool argument_is_unused(const SyscallArgument *argument);
