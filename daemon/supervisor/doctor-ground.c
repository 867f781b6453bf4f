/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doctor-ground.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/text.h"
#include "supervisor/doctor-attack.h"

#define COPY_BYTES (1u << 20)
#define DEPTH      8

static int make_file(const char *directory, const char *name, mode_t mode)
{
        _cleanup_free_ char *path = string_format("%s/%s", directory, name);
        int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) : -1;

        return fd < 0 ? (path ? -errno : -ENOMEM) : fd;
}

static int make_text(const char *directory, const char *name)
{
        _cleanup_close_ int fd = make_file(directory, name, 0600);

        if (fd < 0)
                return fd;
        return dprintf(fd, "%s\n", name) < 0 ? -errno : 0;
}

static int copy_program(const char *directory)
{
        _cleanup_close_ int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int to = from < 0 ? -errno : make_file(directory, ATTACK_REFUSED, 0700);
        ssize_t n = 1;

        if (to < 0)
                return to;
        while (n > 0)
                n = sendfile(to, from, NULL, COPY_BYTES);
        return n < 0 ? -errno : 0;
}

static int fill(const char *directory)
{
        int r = make_text(directory, ATTACK_SECRET);

        if (r >= 0)
                r = make_text(directory, ATTACK_PUBLIC);
        return r < 0 ? r : copy_program(directory);
}

int doctor_ground_make(char **ret_directory)
{
        static const char *const places[] = {"/tmp", "/var/tmp", "/dev/shm"};
        int r = -ENOENT;

        for (size_t i = 0; i < ELEMENTS_OF(places); i++) {
                _cleanup_free_ char *path =
                        string_format("%s/seccomp-jail-doctor-XXXXXX", places[i]);

                if (!path)
                        return -ENOMEM;
                if (!mkdtemp(path)) {
                        r = -errno;
                        continue;
                }
                r = fill(path);
                if (r >= 0) {
                        *ret_directory = TAKE_PTR(path);
                        return 0;
                }
                doctor_ground_remove(path);
        }
        return r;
}

static int remove_one(const char *path, const struct stat *status _unused_, int kind _unused_,
                      struct FTW *place _unused_)
{
        return remove(path) < 0 ? -errno : 0;
}

void doctor_ground_remove(const char *directory)
{
        if (directory)
                (void) nftw(directory, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS);
}
