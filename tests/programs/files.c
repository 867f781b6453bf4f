/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files are made, linked, renamed, listed, truncated, mapped, locked and removed. */
#include <dirent.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "program.h"

static int by_name(const struct dirent **left, const struct dirent **right)
{
        return strcmp((*left)->d_name, (*right)->d_name);
}

int main(void)
{
        char directory[] = "/tmp/program-XXXXXX";
        struct dirent **entries;
        struct stat status;
        char text[64];
        char *map;
        int fd, count;

        MUST(mkdtemp(directory) && chdir(directory) == 0);
        fd = open("file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        MUST(fd >= 0 && write(fd, "content", 7) == 7 && ftruncate(fd, 4096) == 0);
        MUST(flock(fd, LOCK_EX) == 0);
        map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        MUST(map != MAP_FAILED);
        map[0] = 'C';
        MUST(msync(map, 4096, MS_SYNC) == 0);
        MUST(pread(fd, text, 7, 0) == 7);
        SAY("%.7s\n", text);
        MUST(link("file", "hard") == 0 && symlink("file", "soft") == 0);
        MUST(rename("hard", "moved") == 0 && mkdir("sub", 0700) == 0);
        SAY("again: %s\n", mkdir("sub", 0700) < 0 ? strerror(errno) : "made");
        MUST(fstat(fd, &status) == 0);
        SAY("mode %o links %lu size %ld\n", status.st_mode & 07777, (unsigned long) status.st_nlink,
            (long) status.st_size);
        count = scandir(".", &entries, NULL, by_name);
        for (int i = 0; i < count; i++)
                SAY("%s\n", entries[i]->d_name);
        MUST(unlink("file") == 0 && unlink("moved") == 0 && unlink("soft") == 0);
        MUST(rmdir("sub") == 0 && chdir("/") == 0 && rmdir(directory) == 0);
        return 0;
}
