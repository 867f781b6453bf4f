/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How syscall-table.def and argument-variants.def write an argument. Only for the two files that
 * include them: the names are short.
 */
#include "syscalls/constant-sets.h"
#include "syscalls/structure-layout.h"
#include "syscalls/syscall-table.h"

/* clang-format off */
#define ARG(n, k, constants, structure, size, directory, elements)                                 \
        {#n, ARGUMENT_KIND_##k, constants, structure, size, directory, elements}
/* clang-format on */
#define VALUE(n, k)           ARG(n, k, NULL, NULL, -1, -1, false)
#define NAMED(n, k, set)      ARG(n, k, &constants_##set, NULL, -1, -1, false)
#define SIZED(n, k, i)        ARG(n, k, NULL, NULL, i, -1, false)
#define COUNTED(n, k, i)      ARG(n, k, NULL, NULL, i, -1, true)
#define ONE(n, k, s)          ARG(n, k, NULL, &structure_##s, -1, -1, false)
#define ONE_SIZED(n, k, s, i) ARG(n, k, NULL, &structure_##s, i, -1, false)
#define SEVERAL(n, k, s, i)   ARG(n, k, NULL, &structure_##s, i, -1, true)

#define NUMBER(n)                   VALUE(n, NUMBER)
#define INT(n)                      VALUE(n, INT)
#define UNSIGNED(n)                 VALUE(n, UNSIGNED)
#define UINT(n)                     VALUE(n, UINT)
#define SIZE(n)                     VALUE(n, SIZE)
#define OFFSET(n)                   VALUE(n, OFFSET)
#define HEX(n)                      VALUE(n, HEX)
#define ADDRESS(n)                  VALUE(n, ADDRESS)
#define FD(n)                       VALUE(n, FD)
#define DIRFD(n)                    VALUE(n, DIRFD)
#define FLAGS(n, set)               NAMED(n, FLAGS, set)
#define ENUM(n, set)                NAMED(n, ENUM, set)
#define MODE(n)                     VALUE(n, MODE)
#define DEVICE(n)                   VALUE(n, DEVICE)
#define PID(n)                      VALUE(n, PID)
#define UID(n)                      VALUE(n, UID)
#define GID(n)                      VALUE(n, GID)
#define SIGNAL(n)                   VALUE(n, SIGNAL)
#define CLOCK(n)                    NAMED(n, CLOCK, clocks)
#define IOCTL(n)                    NAMED(n, IOCTL, ioctl_requests)
#define PATH(n)                     VALUE(n, PATH)
#define PATH_AT(n, i)               ARG(n, PATH, NULL, NULL, -1, i, false)
#define STRING(n)                   VALUE(n, STRING)
#define BUFFER_IN(n, i)             SIZED(n, BUFFER_IN, i)
#define BUFFER_IN_BITS(n, i)        VALUE(n, ADDRESS)
#define BUFFER_OUT(n, i)            SIZED(n, BUFFER_OUT, i)
#define STRING_VECTOR(n)            VALUE(n, STRING_VECTOR)
#define SOCKET_ADDRESS(n, i)        SIZED(n, SOCKET_ADDRESS, i)
#define SOCKET_ADDRESS_OUT(n, i)    SIZED(n, SOCKET_ADDRESS_OUT, i)
#define IOVEC(n, i)                 COUNTED(n, IOVEC, i)
#define IOVEC_OUT(n, i)             COUNTED(n, IOVEC_OUT, i)
#define MSGHDR(n)                   VALUE(n, MSGHDR)
#define MSGHDR_OUT(n)               VALUE(n, MSGHDR_OUT)
#define STRUCT_IN(n, s)             ONE(n, STRUCT_IN, s)
#define STRUCT_OUT(n, s)            ONE(n, STRUCT_OUT, s)
#define STRUCT_INOUT(n, s)          ONE(n, STRUCT_INOUT, s)
#define STRUCT_IN_SIZED(n, s, i)    ONE_SIZED(n, STRUCT_IN, s, i)
#define STRUCT_OUT_SIZED(n, s, i)   ONE_SIZED(n, STRUCT_OUT, s, i)
#define STRUCT_INOUT_SIZED(n, s, i) ONE_SIZED(n, STRUCT_INOUT, s, i)
#define STRUCTS_IN(n, s, i)         SEVERAL(n, STRUCT_IN, s, i)
#define STRUCTS_OUT(n, s, i)        SEVERAL(n, STRUCT_OUT, s, i)
#define STRUCTS_INOUT(n, s, i)      SEVERAL(n, STRUCT_INOUT, s, i)
#define UNTYPED(n)                  VALUE(n, UNTYPED)

/* Addresses in another process, and what a message array leads to: not read as the caller's. */
#define IOVEC_FOREIGN(n, i) STRUCTS_IN(n, linux_iovec, i)
#define MMSGHDRS_IN(n, i)   COUNTED(n, MSGHDR, i)
#define MMSGHDRS_OUT(n, i)  COUNTED(n, MSGHDR_OUT, i)

#define ARGUMENTS_COUNT(...) (sizeof((SyscallArgument[]){__VA_ARGS__}) / sizeof(SyscallArgument))
