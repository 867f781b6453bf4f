/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller whose memory is a list of pieces with nothing between them: a read past a piece's end is
 * short, as at an unmapped page, so that every over-read of a decoder shows.
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "syscalls/caller-view.h"

#define FAKE_PIECES_MAX 16
#define FAKE_FIRST      0x10000u
#define FAKE_DISTANCE   0x10000u

typedef struct FakeCaller {
        struct {
                uint64_t address;
                const uint8_t *bytes;
                size_t size;
        } pieces[FAKE_PIECES_MAX];
        size_t count;
        int gone;      /* -ESRCH from every read */
        int reads;     /* calls of read_memory */
        int questions; /* calls of the other functions */
        int followed;  /* `follow` of the last resolve_path */
} FakeCaller;

/* Makes `size` bytes readable; they are not copied. Answers their address, which ends at a page's
 * end. */
static inline uint64_t fake_put(FakeCaller *caller, const void *bytes, size_t size)
{
        uint64_t end = FAKE_FIRST + (caller->count + 1) * FAKE_DISTANCE;

        caller->pieces[caller->count].address = end - size;
        caller->pieces[caller->count].bytes = bytes;
        caller->pieces[caller->count].size = size;
        caller->count++;
        return end - size;
}

static inline uint64_t fake_put_string(FakeCaller *caller, const char *string)
{
        return fake_put(caller, string, strlen(string) + 1);
}

static inline ssize_t fake_read(void *context, uint64_t address, void *buffer, size_t size)
{
        FakeCaller *caller = context;

        caller->reads++;
        if (caller->gone)
                return -ESRCH;
        for (size_t i = 0; i < caller->count; i++) {
                uint64_t start = caller->pieces[i].address;
                size_t left;

                if (address < start || address - start >= caller->pieces[i].size)
                        continue;
                left = caller->pieces[i].size - (size_t) (address - start);
                if (size > left)
                        size = left;
                memcpy(buffer, caller->pieces[i].bytes + (address - start), size);
                return (ssize_t) size;
        }
        return -EFAULT;
}

static inline int fake_describe(void *context, int fd, char **ret)
{
        FakeCaller *caller = context;

        caller->questions++;
        if (fd != 3)
                return -EBADF;
        *ret = strdup("/etc/passwd");
        return *ret ? 0 : -ENOMEM;
}

static inline int fake_resolve(void *context, int dirfd, const char *path, int follow, char **ret)
{
        FakeCaller *caller = context;

        caller->questions++;
        caller->followed = follow;
        if (path[0] == '\0')
                return fake_describe(context, dirfd, ret);
        if (path[0] == '/')
                *ret = strdup(path);
        else if (strcmp(path, ".") == 0)
                *ret = strdup("/home");
        else if (asprintf(ret, "%s/%s", dirfd == 3 ? "/three" : "/home", path) < 0)
                *ret = NULL;
        return *ret ? 0 : -ENOMEM;
}

static inline int fake_name(void *context, int pid, char **ret)
{
        FakeCaller *caller = context;

        caller->questions++;
        if (pid != 4711)
                return -ESRCH;
        *ret = strdup("firefox");
        return *ret ? 0 : -ENOMEM;
}

static inline CallerView fake_view(FakeCaller *caller)
{
        return (CallerView){caller, fake_read, fake_describe, fake_resolve, fake_name};
}
