/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: file-names. The file gets another name, is read, and gets its old name back. */
#include "attack.h"

int main(void)
{
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/moved-%d", setting("ATTACK_WORK"), getpid());
        if (rename(secret_path(), path) < 0)
                return 0;
        deed_open(path);
        rename(path, secret_path());
        return 0;
}
