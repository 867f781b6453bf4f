/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every way that an exec fails, and life after it. */
#include <sys/stat.h>

#include "program.h"

static void attempt(const char *what, const char *path)
{
        execl(path, "x", (char *) NULL);
        SAY("%s: %s\n", what, strerror(errno));
}

int main(void)
{
        char directory[] = "/tmp/program-XXXXXX";
        char path[64];
        int fd;

        attempt("missing", "/nonexistent");
        attempt("a directory", "/tmp");
        attempt("not executable", "/etc/passwd");
        MUST(mkdtemp(directory));
        snprintf(path, sizeof(path), "%s/garbage", directory);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
        MUST(fd >= 0 && write(fd,
                              "\x7f"
                              "ELF garbage",
                              12) == 12);
        close(fd);
        attempt("garbage", path);
        MUST(unlink(path) == 0 && rmdir(directory) == 0);
        return 0;
}
