/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secret's path in other spellings: dots, slashes, /proc links, other roots, dirfds. */
#include <linux/openat2.h>

#include "attack.h"

static void spelled(const char *format, const char *a, const char *b)
{
        char path[3 * PATH_MAX];

        snprintf(path, sizeof(path), format, a, b);
        deed_open(path);
}

int main(void)
{
        struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
        char directory[PATH_MAX], up[PATH_MAX] = "";
        const char *name = strrchr(secret_path(), '/') + 1;
        int fd, root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

        strcpy(directory, secret_path());
        *strrchr(directory, '/') = '\0';
        spelled("%s//.///%s", directory, name);
        spelled("%s/../%s", directory, strrchr(directory, '/') + 1);
        spelled("/proc/self/root%s/%s", directory, name);
        spelled("/proc/thread-self/root%s/%s", directory, name);
        spelled("//proc/self/cwd/../../../../../../../../..%s/%s", directory, name);
        fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        deed_show(openat(fd, name, O_RDONLY | O_CLOEXEC));
        snprintf(up, sizeof(up), "/proc/self/fd/%d/%s", fd, name);
        deed_open(up);
        snprintf(up, sizeof(up), "/dev/fd/%d/%s", fd, name);
        deed_open(up);
        if (fchdir(fd) == 0)
                deed_open(name);
        if (chdir("/") == 0)
                deed_open(secret_path() + 1);
        deed_show((int) syscall(SYS_openat2, root, secret_path(), &how, sizeof(how)));
        return 0;
}
