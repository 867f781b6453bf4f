/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a system call's argument is: how to show it, how to type it, and, for a pointer, what the
 * kernel reads or writes behind it. The table names a kind for each argument; the decoder, the
 * expression parser, the rules and the pinning of arguments all work from the kind alone, so that a
 * call is described in one place.
 */
#pragma once

typedef enum ArgumentDirection {
        ARGUMENT_VALUE, /* a number in the register */
        ARGUMENT_IN,    /* a pointer that the kernel reads before it acts: pinned when judged */
        ARGUMENT_OUT,   /* a pointer that the kernel writes: shown when the call has returned */
        ARGUMENT_INOUT, /* both */
} ArgumentDirection;

/* X(enumerator, name in JSON and on the bus, direction, what it is) */
#define ARGUMENT_KINDS(X)                                                                          \
        X(NUMBER, "number", VALUE, "a signed number, 64 bits")                                     \
        X(INT, "int", VALUE, "a signed number, 32 bits")                                           \
        X(UNSIGNED, "unsigned", VALUE, "an unsigned number, 64 bits")                              \
        X(UINT, "uint", VALUE, "an unsigned number, 32 bits")                                      \
        X(SIZE, "size", VALUE, "a count of bytes or elements")                                     \
        X(OFFSET, "offset", VALUE, "a file offset, signed")                                        \
        X(HEX, "hex", VALUE, "a number best read in hexadecimal")                                  \
        X(ADDRESS, "address", VALUE, "an address that is not read by the call itself")             \
        X(FD, "fd", VALUE, "a descriptor")                                                         \
        X(DIRFD, "dirfd", VALUE, "a directory descriptor or AT_FDCWD")                             \
        X(FLAGS, "flags", VALUE, "a set of named bits")                                            \
        X(ENUM, "enum", VALUE, "one of a list of names")                                           \
        X(MODE, "mode", VALUE, "a file mode, octal")                                               \
        X(DEVICE, "device", VALUE, "a device number")                                              \
        X(PID, "pid", VALUE, "a process, group or thread")                                         \
        X(UID, "uid", VALUE, "a user")                                                             \
        X(GID, "gid", VALUE, "a group")                                                            \
        X(SIGNAL, "signal", VALUE, "a signal number")                                              \
        X(CLOCK, "clock", VALUE, "a clock id")                                                     \
        X(IOCTL, "ioctl", VALUE, "an ioctl request")                                               \
        X(PATH, "path", IN, "a path")                                                              \
        X(STRING, "string", IN, "a NUL-terminated string that is not a path")                      \
        X(BUFFER_IN, "buffer-in", IN, "bytes, their count in another argument")                    \
        X(BUFFER_OUT, "buffer-out", OUT, "bytes, their count in another argument or the result")   \
        X(STRING_VECTOR, "string-vector", IN, "argv or envp")                                      \
        X(SOCKET_ADDRESS, "socket-address", IN, "a sockaddr, its size in another argument")        \
        X(SOCKET_ADDRESS_OUT, "socket-address-out", OUT, "a sockaddr, its size behind another")    \
        X(IOVEC, "iovec", IN, "an array of iovec that is written from")                            \
        X(IOVEC_OUT, "iovec-out", OUT, "an array of iovec that is read into")                      \
        X(MSGHDR, "msghdr", IN, "a message to send")                                               \
        X(MSGHDR_OUT, "msghdr-out", INOUT, "a message to receive")                                 \
        X(STRUCT_IN, "struct-in", IN, "a structure that is read; `structure` says which")          \
        X(STRUCT_OUT, "struct-out", OUT, "a structure that is written")                            \
        X(STRUCT_INOUT, "struct-inout", INOUT, "a structure that is read and written")             \
        X(UNTYPED, "untyped", VALUE, "what it is depends on another argument (ioctl, fcntl, …)")

typedef enum ArgumentKind {
#define X(enumerator, name, direction, text) ARGUMENT_KIND_##enumerator,
        ARGUMENT_KINDS(X)
#undef X
                _ARGUMENT_KIND_COUNT,
} ArgumentKind;

const char *argument_kind_name(ArgumentKind kind);
ArgumentDirection argument_kind_direction(ArgumentKind kind);
