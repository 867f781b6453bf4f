/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The directory mounted elsewhere in a namespace of our own. */
#include "namespaces.h"

int main(void)
{
        char path[PATH_MAX];

        own_namespaces();
        if (mount(secret_directory(), "/mnt", NULL, MS_BIND | MS_REC, NULL) < 0)
                return 0;
        snprintf(path, sizeof(path), "/mnt/%s", secret_name());
        deed_open(path);
        return 0;
}
