/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/known-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool known_paths_get(const KnownPaths *known, int dirfd, const char *path, int follow, int *ret_r,
                     char **ret)
{
        for (unsigned i = 0; i < known->count; i++) {
                const KnownPath *one = &known->list[i];

                if (one->dirfd != dirfd || one->follow != follow || strcmp(one->path, path) != 0)
                        continue;
                *ret_r = one->error;
                if (one->resolved) {
                        *ret = strdup(one->resolved);
                        *ret_r = *ret ? 0 : -ENOMEM;
                }
                return true;
        }
        return false;
}

int known_paths_add(KnownPaths *known, int dirfd, const char *path, int follow, int error,
                    char *resolved)
{
        KnownPath *one = &known->list[known->count];
        char *copy = known->count < KNOWN_PATHS_MAX ? strdup(path) : NULL;

        if (!copy) {
                free(resolved);
                return known->count < KNOWN_PATHS_MAX ? -ENOMEM : -ENOBUFS;
        }
        *one = (KnownPath){.dirfd = dirfd,
                           .follow = follow,
                           .path = copy,
                           .resolved = resolved,
                           .error = error};
        known->count++;
        return 0;
}

void known_paths_release(KnownPaths *known)
{
        for (unsigned i = 0; i < known->count; i++) {
                free(known->list[i].path);
                free(known->list[i].resolved);
        }
        known->count = 0;
}
