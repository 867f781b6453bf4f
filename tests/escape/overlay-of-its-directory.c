/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An overlay file system whose lower layer is the secret's directory. */
#include "namespaces.h"

int main(void)
{
        char options[2 * PATH_MAX], path[PATH_MAX];

        own_namespaces();
        snprintf(options, sizeof(options), "lowerdir=%s:/mnt", secret_directory());
        if (mount("overlay", "/mnt", "overlay", 0, options) < 0)
                nothing_to_win("kernel", "no overlay in a user namespace");
        snprintf(path, sizeof(path), "/mnt/%s", secret_name());
        deed_open(path);
        return 0;
}
