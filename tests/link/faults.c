/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked into a jail-supervisor of the tests' own (--wrap): one call of it to the C library fails,
 * from the moment on that its walls are up. SJ_FAULT is NAME:N, the N-th call of that name; when it
 * has come about the supervisor says so on standard error, and at its end how many there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_bool armed;
static atomic_long calls;
static long at = -1;
static char name[32];

static void say(const char *what, long number)
{
        char line[64];
        int length = snprintf(line, sizeof(line), "%s %ld\n", what, number);

        if (write(STDERR_FILENO, line, (size_t) length) < 0)
                return;
}

static void tell_count(void)
{
        say("calls", atomic_load(&calls));
}

static bool fails(const char *what)
{
        if (!atomic_load(&armed) || strcmp(what, name) != 0 ||
            atomic_fetch_add(&calls, 1) + 1 != at)
                return false;
        say("fault", at);
        return true;
}

int __real_own_filter_install(void);
int __wrap_own_filter_install(void);
int __wrap_own_filter_install(void)
{
        const char *fault = getenv("SJ_FAULT");
        int r = __real_own_filter_install();

        if (fault && sscanf(fault, "%31[^:]:%ld", name, &at) == 2) {
                atexit(tell_count);
                atomic_store(&armed, true);
        }
        return r;
}

#define RETURN_OF(type, symbol, what, failure, error, parameters, arguments)                       \
        type __real_##symbol parameters;                                                           \
        type __wrap_##symbol parameters;                                                           \
        type __wrap_##symbol parameters                                                            \
        {                                                                                          \
                if (fails(what)) {                                                                 \
                        errno = error;                                                             \
                        return failure;                                                            \
                }                                                                                  \
                return __real_##symbol arguments;                                                  \
        }

RETURN_OF(void *, malloc, "memory", NULL, ENOMEM, (size_t size), (size))
RETURN_OF(void *, calloc, "memory", NULL, ENOMEM, (size_t count, size_t size), (count, size))
RETURN_OF(void *, realloc, "memory", NULL, ENOMEM, (void *old, size_t size), (old, size))
RETURN_OF(void *, reallocarray, "memory", NULL, ENOMEM, (void *old, size_t count, size_t size),
          (old, count, size))
RETURN_OF(char *, strdup, "memory", NULL, ENOMEM, (const char *string), (string))
RETURN_OF(char *, strndup, "memory", NULL, ENOMEM, (const char *string, size_t size),
          (string, size))
RETURN_OF(int, vasprintf, "memory", -1, ENOMEM, (char **ret, const char *format, va_list list),
          (ret, format, list))
RETURN_OF(ssize_t, readlink, "readlink", -1, ENOMEM, (const char *path, char *to, size_t size),
          (path, to, size))
RETURN_OF(ssize_t, readlinkat, "readlink", -1, ENOMEM,
          (int fd, const char *path, char *to, size_t size), (fd, path, to, size))
RETURN_OF(FILE *, fopen64, "open", NULL, EMFILE, (const char *path, const char *mode), (path, mode))
RETURN_OF(ssize_t, pread64, "read-memory", -1, EIO, (int fd, void *to, size_t size, off_t offset),
          (fd, to, size, offset))
RETURN_OF(ssize_t, process_vm_readv, "read-memory", -1, EPERM,
          (pid_t pid, const struct iovec *to, unsigned long to_count, const struct iovec *from,
           unsigned long from_count, unsigned long flags),
          (pid, to, to_count, from, from_count, flags))
RETURN_OF(ssize_t, read, "read", -1, EIO, (int fd, void *to, size_t size), (fd, to, size))
RETURN_OF(int, fstat64, "stat", -1, EIO, (int fd, struct stat *ret), (fd, ret))
RETURN_OF(int, stat64, "stat", -1, EIO, (const char *path, struct stat *ret), (path, ret))
RETURN_OF(int, statx, "stat", -1, EIO,
          (int fd, const char *path, int flags, unsigned mask, struct statx *ret),
          (fd, path, flags, mask, ret))

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
        errno = EMFILE; /* the supervisor makes no file: there is no mode */
        return fails("open") ? -1 : __real_open64(path, flags);
}

int __real_openat64(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...)
{
        errno = EMFILE;
        return fails("open") ? -1 : __real_openat64(directory, path, flags);
}

/* openat2, kcmp, … */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
        long a[6];
        va_list list;

        va_start(list, number);
        for (int i = 0; i < 6; i++)
                a[i] = va_arg(list, long);
        va_end(list);
        if (fails("syscall")) {
                errno = ENOMEM;
                return -1;
        }
        return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What lets a thread go on fails for one that is gone only: else it would stand still for ever. */
static bool lets_go(unsigned request)
{
        return request == PTRACE_CONT || request == PTRACE_SYSCALL ||
               request == PTRACE_SINGLESTEP || request == PTRACE_LISTEN ||
               request == PTRACE_INTERRUPT;
}

long __real_ptrace(unsigned request, ...);
long __wrap_ptrace(unsigned request, ...);
long __wrap_ptrace(unsigned request, ...)
{
        va_list list;
        pid_t pid;
        void *address, *data;

        va_start(list, request);
        pid = va_arg(list, pid_t);
        address = va_arg(list, void *);
        data = va_arg(list, void *);
        va_end(list);
        if (!lets_go(request) && fails("ptrace")) {
                errno = EIO;
                return -1;
        }
        return __real_ptrace(request, pid, address, data);
}
