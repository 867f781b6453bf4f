/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/served-memory.h"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/text.h"

/* How long a mount may stand before it is noticed. */
#define MOUNTS_AGE_NS UINT64_C(100000000)
#define MOUNTS_MAX    64u /* file systems; with more, every file is taken for one of them */

/* PROCMAP_QUERY of <linux/fs.h>, Linux 6.11. */
typedef struct MapQuery {
        uint64_t size, flags, address;
        uint64_t start, end, mapping_flags, page_size, offset, inode;
        uint32_t major, minor;
        uint32_t name_size, build_id_size;
        uint64_t name_address, build_id_address;
} MapQuery;
#define MAP_QUERY                  _IOWR('f', 17, MapQuery)
#define MAP_QUERY_COVERING_OR_NEXT 0x10

/* Of this process, not of a jail's: what is mounted, and the memory map that was asked last. */
static struct {
        int fd; /* /proc/self/mountinfo; 0 before the first look, -1 where there is none */
        uint64_t looked_ns;
        dev_t devices[MOUNTS_MAX];
        size_t count;
} mounts;
static struct {
        pid_t pid;
        int fd; /* of its map; holds the memory that it was opened for, not the process */
} last = {.fd = -1};

/* ---- what is mounted ---- */

static bool is_served(const char *type)
{
        static const char *const prefixes[] = {"fuse", "nfs", "cifs", "smb", "9p", "ceph", "afs"};

        for (size_t i = 0; i < ELEMENTS_OF(prefixes); i++)
                if (strncmp(type, prefixes[i], strlen(prefixes[i])) == 0)
                        return strcmp(type, "fusectl") != 0;
        return false;
}

/* "36 35 0:41 / /mnt rw - fuse.sshfs …" */
static void read_mount(const char *line)
{
        const char *type = strstr(line, " - ");
        unsigned major, minor;

        if (!type || !is_served(type + 3) || sscanf(line, "%*u %*u %u:%u", &major, &minor) != 2)
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

        mounts.count = 0;
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
static bool any_is_mounted(void)
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
        return mounts.count > 0;
}

static bool is_on_one(uint32_t major, uint32_t minor)
{
        if (mounts.count > MOUNTS_MAX)
                return major || minor;
        for (size_t i = 0; i < mounts.count; i++)
                if (mounts.devices[i] == makedev(major, minor))
                        return true;
        return false;
}

/* ---- what is mapped ---- */

static int open_map(pid_t pid)
{
        char name[32];

        snprintf(name, sizeof(name), "/proc/%d/maps", pid);
        return open(name, O_RDONLY | O_CLOEXEC);
}

/* The map that a query can be made of; one of a process that is gone, or that runs another image,
 * says so by an error. */
static int query(pid_t pid, MapQuery *query)
{
        if (last.fd >= 0 && last.pid == pid && ioctl(last.fd, MAP_QUERY, query) == 0)
                return 0;
        if (last.fd >= 0 && last.pid == pid && errno == ENOENT)
                return -ENOENT;
        close_fd(last.fd);
        last.pid = pid;
        last.fd = open_map(pid);
        if (last.fd < 0)
                return -errno;
        return ioctl(last.fd, MAP_QUERY, query) == 0 ? 0 : -errno;
}

/* Before Linux 6.11: the whole map is read. */
static bool find_in_text(pid_t pid, uint64_t address, uint64_t end)
{
        _cleanup_close_ int fd = open_map(pid);
        _cleanup_(fclosep) FILE *file = fd >= 0 ? fdopen(fd, "re") : NULL;
        _cleanup_free_ char *line = NULL;
        size_t room = 0;

        if (!file)
                return false;
        (void) TAKE_FD(fd); /* the stream's now */
        while (getline(&line, &room, file) > 0) {
                unsigned long long from, to;
                unsigned major, minor;

                if (sscanf(line, "%llx-%llx %*s %*x %x:%x", &from, &to, &major, &minor) == 4 &&
                    from < end && to > address && is_on_one(major, minor))
                        return true;
        }
        return false;
}

bool served_memory_at(pid_t pid, uint64_t address, size_t size)
{
        uint64_t end = size > UINT64_MAX - address ? UINT64_MAX : address + size;

        if (!any_is_mounted())
                return false;
        while (address < end) {
                MapQuery map = {.size = sizeof(map),
                                .flags = MAP_QUERY_COVERING_OR_NEXT,
                                .address = address};
                int r = query(pid, &map);

                if (r == -ENOTTY)
                        return find_in_text(pid, address, end);
                if (r < 0 || map.start >= end)
                        return false; /* nothing more is mapped there, or nobody may know */
                if (is_on_one(map.major, map.minor))
                        return true;
                address = map.end;
        }
        return false;
}
