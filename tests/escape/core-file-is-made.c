/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: core-files. The kernel writes a file for us: the core of a child that crashes in the
 * forbidden directory. */
#include "attack.h"

#include <sys/resource.h>

int main(void)
{
        struct rlimit limit;
        char pattern[8] = "";
        int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);

        if (read(fd, pattern, sizeof(pattern) - 1) < 0 || pattern[0] == '|' || pattern[0] == '/')
                nothing_to_win("machine", "core files do not go into the working directory");
        getrlimit(RLIMIT_CORE, &limit);
        if (limit.rlim_max == 0)
                nothing_to_win("machine", "no core files here");
        if (fork() == 0) {
                limit.rlim_cur = limit.rlim_max;
                setrlimit(RLIMIT_CORE, &limit);
                if (chdir(setting("ATTACK_DIRECTORY")) == 0)
                        abort();
                _exit(1);
        }
        wait_all();
        return 0;
}
