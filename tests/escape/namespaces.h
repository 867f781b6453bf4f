/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user and mount namespace of our own, where mounts and roots can be moved about. */
#pragma once

#include <sys/mount.h>

#include "attack.h"

static inline void own_namespaces(void)
{
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
                nothing_to_win("machine", "no user namespaces for us");
}

/* The directory of the secret, without its name. */
static inline const char *secret_directory(void)
{
        static char path[PATH_MAX];

        strcpy(path, secret_path());
        *strrchr(path, '/') = '\0';
        return path;
}

static inline const char *secret_name(void)
{
        return strrchr(secret_path(), '/') + 1;
}
