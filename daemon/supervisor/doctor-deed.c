/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doctor-deed.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/text.h"
#include "supervisor/doctor-attack.h"

static AttackGround the_ground;

const AttackGround *ground(void)
{
        return &the_ground;
}

int ground_prepare(const char *directory, pid_t outsider, uintptr_t outsider_address)
{
        struct stat secret;

        the_ground = (AttackGround){
                .directory = strdup(directory),
                .secret = string_format("%s/" ATTACK_SECRET, directory),
                .public = string_format("%s/" ATTACK_PUBLIC, directory),
                .refused = string_format("%s/" ATTACK_REFUSED, directory),
                .outsider = outsider,
                .outsider_address = outsider_address,
        };
        if (!the_ground.directory || !the_ground.secret || !the_ground.public ||
            !the_ground.refused)
                return -ENOMEM;
        if (stat(the_ground.secret, &secret) < 0)
                return -errno;
        the_ground.device = secret.st_dev;
        the_ground.inode = secret.st_ino;
        return 0;
}

int result_of(long result)
{
        return result < 0 ? -errno : 0;
}

int deed_mkdir(void)
{
        if (syscall(SYS_mkdir, ATTACK_DIRECTORY, 0700) < 0)
                return errno == EEXIST ? 0 : -errno;
        rmdir(ATTACK_DIRECTORY);
        return 0;
}

bool is_secret(int fd)
{
        struct stat opened;

        return fd >= 0 && fstat(fd, &opened) == 0 && opened.st_dev == the_ground.device &&
               opened.st_ino == the_ground.inode;
}

int deed_opened(int fd)
{
        int r;

        if (fd < 0)
                return -errno;
        r = is_secret(fd) ? 0 : -EBADF;
        close_fd(fd);
        return r;
}

int deed_open_path(const char *path)
{
        return deed_opened((int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
}

int deed_open(void)
{
        return deed_open_path(the_ground.secret);
}

int await_deed(pid_t pid)
{
        int status;

        if (pid < 0)
                return -errno;
        while (waitpid(pid, &status, __WALL) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

_Noreturn void exit_with(int r)
{
        _exit(r < 0 ? -r : 0);
}

int deed_of_image(const char *word)
{
        pid_t pid = fork();

        if (pid == 0) {
                execl("/proc/self/exe", "jail-supervisor", "--attack", word, NULL);
                exit_with(-errno);
        }
        return await_deed(pid);
}

pid_t tracer(void)
{
        _cleanup_(fclosep) FILE *file = fopen("/proc/self/status", "re");
        char line[256];
        int pid = 0;

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "TracerPid: %d", &pid) == 1)
                        break;
        return pid;
}

int open_memory_of(pid_t pid, int *ret_fd)
{
        _cleanup_free_ char *path = string_format("/proc/%d/mem", pid);

        *ret_fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
        return result_of(*ret_fd);
}
