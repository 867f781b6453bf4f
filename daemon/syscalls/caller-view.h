/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a decoder or a rule may ask about the thread that makes a call. Decoders and rules are pure:
 * they get these functions and never a pid, so that their tests need neither root nor ptrace and
 * hostile memory is an array in a fuzzer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct CallerView {
        void *context; /* handed to each function below */

        /* Copies up to `size` bytes; answers the count that was readable from the start (0..size; a
         * short count means the next byte is not readable), or -EFAULT when none is, or -ESRCH when
         * the thread is gone. Never blocks without bound. */
        ssize_t (*read_memory)(void *context, uint64_t address, void *buffer, size_t size);

        /* What a descriptor is open on, in strace's -yy form without the angle brackets
         * ("/etc/passwd", "TCP:[127.0.0.1:80->127.0.0.1:5050]", "pipe:[71]",
         * "anon_inode:[eventpoll]"). 0 and an owned string; -EBADF when it is not open. */
        int (*describe_fd)(void *context, int fd, char **ret);

        /* The absolute path that `path` leads to for this caller: relative to dirfd (AT_FDCWD:
         * cwd),
         * "." and ".." and symbolic links resolved, the last component's link only when `follow`; a
         * last component that does not exist is kept as it is. 0 and an owned string; negative
         * errno when it cannot be known (-ENOENT: a directory on the way is missing). */
        int (*resolve_path)(void *context, int dirfd, const char *path, int follow, char **ret);

        /* The name of a process ("firefox"), for pid arguments; -ESRCH when there is none. */
        int (*process_name)(void *context, int pid, char **ret);
} CallerView;

/* A system call as the thread makes it. */
typedef struct CallRegisters {
        int number;            /* of the x86_64 table */
        uint64_t arguments[6]; /* rdi rsi rdx r10 r8 r9 */
} CallRegisters;
