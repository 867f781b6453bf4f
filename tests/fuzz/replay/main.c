/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main of a fuzz target in an ordinary build: hands every file of the directories (or files)
 * that it is given to LLVMFuzzerTestOneInput() once, from a buffer of exactly its size.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ uint8_t *data = NULL;
        struct stat status;
        ssize_t size;

        if (fd < 0 || fstat(fd, &status) < 0)
                return -errno;
        data = malloc(status.st_size > 0 ? (size_t) status.st_size : 1);
        if (!data)
                return -ENOMEM;
        size = read(fd, data, (size_t) status.st_size);
        if (size < 0)
                return -errno;
        LLVMFuzzerTestOneInput(data, (size_t) size);
        return 0;
}

/* How many files were replayed, or negative errno. A corpus that does not exist is an empty one. */
static int replay_directory(const char *path)
{
        DIR *directory = opendir(path);
        struct dirent *entry;
        int count = 0;
        int r = 0;

        if (!directory)
                return errno == ENOENT ? 0 : -errno;
        while (r >= 0 && (entry = readdir(directory))) {
                char file[PATH_MAX];

                if (entry->d_name[0] == '.')
                        continue;
                snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
                r = replay_file(file);
                count++;
        }
        closedir(directory);
        return r < 0 ? r : count;
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                int r = replay_directory(argv[i]);

                if (r == -ENOTDIR)
                        r = replay_file(argv[i]);
                if (r < 0) {
                        fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
                        return 1;
                }
                printf("%s: %d inputs\n", argv[i], r);
        }
        return 0;
}
