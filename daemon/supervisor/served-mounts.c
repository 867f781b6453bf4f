/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/served-mounts.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/text.h"

/* How long a mount may stand before it is noticed. */
#define MOUNTS_AGE_NS UINT64_C(100000000)
#define MOUNTS_MAX    64u /* file systems; with more, every device is taken for one of them */

/* Of this process, not of a jail's. */
static struct {
        int fd; /* /proc/self/mountinfo; 0 before the first look, -1 where there is none */
        uint64_t looked_ns;
        dev_t devices[MOUNTS_MAX];
        size_t count;
        size_t count_of_files; /* without autofs */
        bool asked_always;
} mounts;

/* FUSE comes first: the kernel takes its server's word for as long as that said. */
static bool is_served(const char *type)
{
        static const char *const prefixes[] = {"fuse", "nfs", "cifs", "smb", "9p", "ceph", "afs"};

        for (size_t i = 0; i < ELEMENTS_OF(prefixes); i++)
                if (string_starts_with(type, prefixes[i])) {
                        bool none = string_starts_with(type, "fusectl ");

                        mounts.asked_always |= i > 0;
                        mounts.count_of_files += !none;
                        return !none;
                }
        return false;
}

/* Every machine with systemd has one below /proc, where nobody looks for files. */
static bool is_automounted(const char *type, const char *place)
{
        return string_starts_with(type, "autofs ") && !string_starts_with(place, "/proc/");
}

/* "36 35 0:41 / /mnt rw - fuse.sshfs …" */
static void read_mount(const char *line)
{
        const char *type = strstr(line, " - ");
        unsigned major, minor;
        int place = 0;

        if (!type || sscanf(line, "%*u %*u %u:%u %*s %n", &major, &minor, &place) != 2 || !place)
                return;
        if (!is_served(type + 3) && !is_automounted(type + 3, line + place))
                return;
        if (mounts.count < MOUNTS_MAX)
                mounts.devices[mounts.count] = makedev(major, minor);
        mounts.count++;
}

static void read_mounts(void)
{
        FILE *file = fopen("/proc/self/mountinfo", "re");
        char *line = NULL;
        size_t room = 0;

        mounts.count = mounts.count_of_files = 0;
        mounts.asked_always = false;
        while (file && getline(&line, &room, file) > 0)
                read_mount(line);
        free(line);
        if (file)
                fclose(file);
}

static uint64_t now_ns(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

/* The kernel tells by POLLERR that something was mounted since the last look (proc(5)). */
static void look(void)
{
        uint64_t now = now_ns();
        struct pollfd change;

        if (mounts.fd == 0) {
                mounts.fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
                mounts.looked_ns = now;
                read_mounts();
        } else if (now - mounts.looked_ns > MOUNTS_AGE_NS) {
                mounts.looked_ns = now;
                change = (struct pollfd){.fd = mounts.fd, .events = POLLPRI};
                if (poll(&change, 1, 0) > 0)
                        read_mounts();
        }
}

bool served_mounts_hold_files(void)
{
        look();
        return mounts.count_of_files > 0;
}

bool served_mounts_hold_paths(void)
{
        look();
        return mounts.count > 0;
}

bool served_mounts_are_asked_always(void)
{
        return mounts.asked_always;
}

bool served_mounts_have(uint32_t major, uint32_t minor)
{
        if (mounts.count > MOUNTS_MAX)
                return major || minor;
        for (size_t i = 0; i < mounts.count; i++)
                if (mounts.devices[i] == makedev(major, minor))
                        return true;
        return false;
}
