/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chain of symlinks, absolute and relative, and one through a directory. */
#include "attack.h"

int main(void)
{
        char first[PATH_MAX], second[PATH_MAX], through[2 * PATH_MAX], directory[PATH_MAX];

        snprintf(first, sizeof(first), "%s/a-%d", setting("ATTACK_WORK"), getpid());
        snprintf(second, sizeof(second), "%s/b-%d", setting("ATTACK_WORK"), getpid());
        if (symlink(secret_path(), first) < 0 || symlink(strrchr(first, '/') + 1, second) < 0)
                nothing_to_win("user", "no symlinks here");
        deed_open(first);
        deed_open(second);
        strcpy(directory, secret_path());
        *strrchr(directory, '/') = '\0';
        unlink(second);
        if (symlink(directory, second) == 0) {
                snprintf(through, sizeof(through), "%s/%s", second,
                         strrchr(secret_path(), '/') + 1);
                deed_open(through);
        }
        return 0;
}
