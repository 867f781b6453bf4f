/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another root: the same file is "/secret" there. */
#include "namespaces.h"

int main(void)
{
        char path[PATH_MAX];

        own_namespaces();
        if (chroot(secret_directory()) < 0)
                return 0;
        snprintf(path, sizeof(path), "/%s", secret_name());
        deed_open(path);
        return 0;
}
