/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: file-names. open_tree opens the secret without opening it; the descriptor gets a name. */
#include "attack.h"

int main(void)
{
        char path[PATH_MAX], name[64];
        int fd = (int) syscall(SYS_open_tree, AT_FDCWD, secret_path(), O_CLOEXEC);

        if (fd < 0)
                fd = open(secret_path(), O_PATH | O_CLOEXEC);
        snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        snprintf(path, sizeof(path), "%s/by-descriptor-%d", setting("ATTACK_WORK"), getpid());
        if (linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0) {
                deed_open(path);
                unlink(path);
        }
        if (linkat(fd, "", AT_FDCWD, path, AT_EMPTY_PATH) == 0) {
                deed_open(path);
                unlink(path);
        }
        deed_open(name);
        return 0;
}
