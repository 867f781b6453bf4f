/* SPDX-License-Identifier: GPL-3.0-or-later */
/* O_PATH first (nothing is opened yet), then again through /proc/self/fd, /dev/fd and fexecve's
 * way. */
#include "attack.h"

int main(void)
{
        int fd = open(secret_path(), O_PATH | O_CLOEXEC);
        char path[64];

        if (fd < 0)
                return 0;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        deed_open(path);
        snprintf(path, sizeof(path), "/proc/%d/task/%d/fd/%d", getpid(), getpid(), fd);
        deed_open(path);
        return 0;
}
