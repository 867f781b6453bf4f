/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where paths led when they were looked at: whoever asks again while a call is judged gets the same
 * answer.
 */
#pragma once

#include <stdbool.h>

#define KNOWN_PATHS_MAX 8

typedef struct KnownPath {
        int dirfd, follow;
        char *path;     /* as the caller gave it; owned */
        char *resolved; /* owned; NULL when it could not be resolved */
        int error;      /* then: why */
} KnownPath;

typedef struct KnownPaths {
        unsigned count;
        KnownPath list[KNOWN_PATHS_MAX]; /* only what `count` says is set */
} KnownPaths;

/* A copy of what is known in *ret, or its error; false when nothing is known. */
bool known_paths_get(const KnownPaths *known, int dirfd, const char *path, int follow, int *ret_r,
                     char **ret);
/* Takes `resolved` in any case. -ENOBUFS when there is no room, -ENOMEM. */
int known_paths_add(KnownPaths *known, int dirfd, const char *path, int follow, int error,
                    char *resolved);
void known_paths_release(KnownPaths *known);
