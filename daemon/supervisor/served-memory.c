/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/served-memory.h"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <sys/ioctl.h>

#include "base/text.h"
#include "supervisor/served-mounts.h"

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

/* Of this process, not of a jail's: the memory map that was asked last. */
static struct {
        pid_t pid;
        int fd; /* of its map; holds the memory that it was opened for, not the process */
} last = {.fd = -1};

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
                    from < end && to > address && served_mounts_have(major, minor))
                        return true;
        }
        return false;
}

bool served_memory_at(pid_t pid, uint64_t address, size_t size)
{
        uint64_t end = size > UINT64_MAX - address ? UINT64_MAX : address + size;

        if (!served_mounts_hold_files())
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
                if (served_mounts_have(map.major, map.minor))
                        return true;
                address = map.end;
        }
        return false;
}
