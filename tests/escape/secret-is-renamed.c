/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: file-names. The file gets another name, is read, and gets its old name back. */
#include "attack.h"

static long by_rename(const char *from, const char *to)
{
        return syscall(SYS_rename, from, to);
}

static long by_renameat(const char *from, const char *to)
{
        return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

static long by_renameat2(const char *from, const char *to)
{
        return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int main(void)
{
        static long (*const ways[])(const char *, const char *) = {by_rename, by_renameat,
                                                                   by_renameat2};
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/moved-%d", setting("ATTACK_WORK"), getpid());
        for (int i = 0; i < 3; i++)
                if (ways[i](secret_path(), path) == 0) {
                        deed_open(path);
                        ways[i](path, secret_path());
                }
        return 0;
}
