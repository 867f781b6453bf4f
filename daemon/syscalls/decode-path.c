/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a path argument leads, with the call's own idea of following the last link. */
#include <fcntl.h>
#include <string.h>

#include "syscalls/call-numbers.h"
#include "syscalls/decode-context.h"

#define NOFOLLOW_OPEN 00400000 /* O_NOFOLLOW */
#define CREATE_NEW    0300     /* O_CREAT|O_EXCL */

/* Calls whose argument decides: which one, what bits, and what their presence means. */
static const struct {
        int number;
        int8_t argument; /* index of the flags */
        uint32_t bits;   /* all of them */
        bool follow;     /* what these bits ask for */
        int8_t path;     /* index of the path they are about, -1 for all */
} link_flags[] = {
        {CALL_open, 1, NOFOLLOW_OPEN, false, -1},
        {CALL_open, 1, CREATE_NEW, false, -1},
        {CALL_openat, 2, NOFOLLOW_OPEN, false, -1},
        {CALL_openat, 2, CREATE_NEW, false, -1},
        {CALL_fchownat, 4, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_newfstatat, 3, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_linkat, 4, AT_SYMLINK_FOLLOW, true, 1},
        {CALL_utimensat, 3, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_name_to_handle_at, 4, AT_SYMLINK_FOLLOW, true, -1},
        {CALL_execveat, 4, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_statx, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_open_tree, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_move_mount, 4, 0x01, true, 1},
        {CALL_move_mount, 4, 0x10, true, 3},
        {CALL_fspick, 2, 0x02, false, -1},
        {CALL_faccessat2, 3, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_mount_setattr, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_fchmodat2, 3, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_umount2, 1, 0x08, false, -1},
        {CALL_inotify_add_watch, 2, 0x02000000, false, -1},
        {CALL_fanotify_mark, 1, 0x04, false, -1},
        {CALL_setxattrat, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_getxattrat, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_listxattrat, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_removexattrat, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_open_tree_attr, 2, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_file_getattr, 4, AT_SYMLINK_NOFOLLOW, false, -1},
        {CALL_file_setattr, 4, AT_SYMLINK_NOFOLLOW, false, -1},
};

/* openat2 has its flags in memory. */
static bool open_how_follows(const CallRegisters *registers, const CallerView *view)
{
        uint64_t flags;

        if (!caller_read_all(view, registers->arguments[2], &flags, sizeof(flags)))
                return true;
        return !(flags & NOFOLLOW_OPEN) && (flags & CREATE_NEW) != CREATE_NEW;
}

static bool call_follows(const CallRegisters *registers, const SyscallEntry *entry, unsigned index,
                         const CallerView *view)
{
        if (registers->number == CALL_openat2)
                return open_how_follows(registers, view);
        for (size_t i = 0; i < ELEMENTS_OF(link_flags); i++) {
                uint32_t bits = link_flags[i].bits;

                if (link_flags[i].number == registers->number &&
                    (link_flags[i].path < 0 || link_flags[i].path == (int) index) &&
                    ((uint32_t) registers->arguments[link_flags[i].argument] & bits) == bits)
                        return link_flags[i].follow;
        }
        return entry->known_to_follow;
}

/* An empty path (AT_EMPTY_PATH) or none (futimens) is the descriptor itself, which may be open on
 * no directory. */
static int resolve_directory(const CallerView *view, int fd, char **ret)
{
        return view->resolve_path(view->context, fd, fd == AT_FDCWD ? "." : "", 1, ret);
}

int caller_resolve_argument(const CallRegisters *registers, unsigned index, const CallerView *view,
                            char **ret)
{
        const SyscallEntry *entry = syscall_by_number(registers->number);
        _cleanup_free_ char *path = NULL;
        int8_t directory;
        int fd = AT_FDCWD, r;

        if (!entry || index >= entry->argument_count ||
            entry->arguments[index].kind != ARGUMENT_KIND_PATH)
                return -EINVAL;
        directory = entry->arguments[index].directory_argument;
        if (directory >= 0)
                fd = (int) registers->arguments[directory];
        if (directory >= 0 && registers->arguments[index] == 0)
                return resolve_directory(view, fd, ret);
        r = caller_read_string(view, registers->arguments[index], DECODE_PATH_MAX - 1, &path);
        if (r < 0)
                return r;
        if (*path == '\0')
                return resolve_directory(view, fd, ret);
        return view->resolve_path(view->context, fd, path,
                                  call_follows(registers, entry, index, view), ret);
}
