/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every x86_64 system call that Linux 6.18 has: number, name, arguments, groups. The data is
 * syscall-table.def, one line a call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/argument-kind.h"

/* The first number that no x86_64 kernel up to 6.18 has: such a call answers ENOSYS unless a rule
 * names it. */
#define SYSCALL_TABLE_END 470

#define SYSCALL_ARGUMENTS_MAX 6

struct NamedConstants;  /* named-constants.h */
struct StructureLayout; /* structure-layout.h */

typedef struct SyscallArgument {
        const char *name; /* as the man page names it: "pathname", "flags", … */
        ArgumentKind kind;
        const struct NamedConstants *constants;  /* FLAGS and ENUM: the names; else NULL */
        const struct StructureLayout *structure; /* STRUCT_*: the fields; else NULL */
        int8_t size_argument; /* index of the argument that holds the count of bytes (or elements)
                                 behind this pointer, -1 when there is none */
        int8_t directory_argument; /* PATH: index of the DIRFD it is relative to, -1 for cwd */
        bool elements; /* the argument at `size_argument` counts elements of an array, not bytes */
} SyscallArgument;

typedef enum SyscallResult {
        SYSCALL_RESULT_NUMBER,  /* a number; most calls */
        SYSCALL_RESULT_FD,      /* a new descriptor */
        SYSCALL_RESULT_ADDRESS, /* an address: mmap, brk */
        SYSCALL_RESULT_PID,     /* a process */
        SYSCALL_RESULT_SIZE,    /* a count of bytes; bounds what is shown of an OUT buffer */
        SYSCALL_RESULT_NONE,    /* does not return: exit, rt_sigreturn */
} SyscallResult;

typedef struct SyscallEntry {
        int number;
        const char *name;
        unsigned argument_count;
        SyscallArgument arguments[SYSCALL_ARGUMENTS_MAX];
        SyscallResult result;
        bool known_to_follow; /* whether a path argument's last symlink is followed by default */
} SyscallEntry;

/* NULL when the number is not a call of this architecture. */
const SyscallEntry *syscall_by_number(int number);
const SyscallEntry *syscall_by_name(const char *name);

/* The index of the argument with that name, -1 when there is none. */
int syscall_argument_index(const SyscallEntry *entry, const char *name);

/* The name nearest to a mistyped one, for "did you mean"; NULL when nothing is near. */
const char *syscall_nearest_name(const char *name);

/* ---- groups, as systemd's SystemCallFilter= has them, with the leading '@' ---- */

/* The members of a group as numbers in ascending order, nested groups resolved; NULL for an unknown
 * group. Groups of this project's own: @file-open (every call that opens a file by name). */
const int *syscall_group(const char *name, size_t *ret_count);
const char *syscall_group_nearest_name(const char *name);
/* For listing: the i-th group's name, NULL past the last. */
const char *syscall_group_name(size_t index);
/* The best group to show a call under in charts and lists ("@file-system"), never NULL. */
const char *syscall_main_group(int number);
