/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: file-names. Another name for the same file, and the directory under another name. */
#include "attack.h"

int main(void)
{
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/hard-%d", setting("ATTACK_WORK"), getpid());
        if (link(secret_path(), path) < 0)
                return 0;
        deed_open(path);
        unlink(path);
        return 0;
}
