/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ownership by scope: a variable marked _cleanup_(f) is released by f when it leaves its scope, and
 * TAKE_PTR / TAKE_FD hand it on. Every release function takes NULL or -1 without complaint.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function)     __attribute__((cleanup(function)))
#define _printf_(string, first) __attribute__((__format__(printf, string, first)))
#define _unused_                __attribute__((unused))

#define ELEMENTS_OF(array) (sizeof(array) / sizeof((array)[0]))

#define TAKE_PTR(pointer)                                                                          \
        ({                                                                                         \
                __typeof__(pointer) _taken = (pointer);                                            \
                (pointer) = NULL;                                                                  \
                _taken;                                                                            \
        })

#define TAKE_FD(fd)                                                                                \
        ({                                                                                         \
                int _taken = (fd);                                                                 \
                (fd) = -1;                                                                         \
                _taken;                                                                            \
        })

/* Makes x_freep() out of x_free() for _cleanup_(). */
#define DEFINE_CLEANUP(type, function)                                                             \
        static inline _unused_ void function##p(type *pointer)                                     \
        {                                                                                          \
                if (*pointer)                                                                      \
                        function(*pointer);                                                        \
        }

static inline void freep(void *pointer)
{
        free(*(void **) pointer);
}

/* Closes fd if it is one; keeps errno; answers -1 so that `fd = close_fd(fd)` forgets it. */
static inline int close_fd(int fd)
{
        if (fd >= 0) {
                int saved = errno;

                close(fd);
                errno = saved;
        }
        return -1;
}

static inline void closep(int *fd)
{
        close_fd(*fd);
}

static inline void fclosep(FILE **file)
{
        if (*file)
                fclose(*file);
}

#define _cleanup_free_  _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
