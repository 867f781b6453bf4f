/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a path leads for a thread: walked component by component from that thread's own root,
 * working directory or descriptor, with descriptors that open nothing (O_PATH), so that no FIFO,
 * device or lease of the program's choosing can hold or disturb anybody. A directory on the way
 * whose file system has to ask a server (NFS, FUSE) can, and so can autofs: path-lookup.h bounds
 * that.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* CallerView's resolve_path for thread `tid` of process `pid`. The name is the one of the thread's
 * own root. /proc/self and /proc/thread-self are the caller's. An empty `path` is what dirfd is
 * open on (AT_EMPTY_PATH). A last link of /proc (fd/3, exe) that is followed and leads to no path
 * answers as readlink does ("pipe:[71]", "/tmp/x (deleted)"). -EACCES when the program hides itself
 * (PR_SET_DUMPABLE 0) from a supervisor without privileges. */
int resolve_path(pid_t pid, pid_t tid, int dirfd, const char *path, int follow, char **ret);

/* The same without asking any server: -EINPROGRESS where one would have to be asked. */
int resolve_path_at_hand(pid_t pid, pid_t tid, bool our_root, int dirfd, const char *path,
                         int follow, char **ret);

/* The same as the first for a thread that is known to have our own root, which is not looked up
 * then. */
int resolve_path_in_our_root(pid_t pid, pid_t tid, int dirfd, const char *path, int follow,
                             char **ret);

/* 0 when nothing has another name than `path` itself on the way along it, as far as there is
 * anything; -EAGAIN when a link is met, or may be, or a server would be asked. For a record:
 * whether the last directory is there is not looked at. */
int name_in_our_root(const char *path, int follow);

/* For a path that ends by going through a link of /proc which is a reference and no text (fd/3):
 * the name of that link itself, "/proc/47/fd/3", as the thread's root has it. No link of the
 * program's making is on that way. -ENOENT for any other path; -EINPROGRESS when a server would
 * have to be asked. */
int resolve_path_reference(pid_t pid, pid_t tid, int dirfd, const char *path, char **ret);

/* True when the thread's root is the very mount that ours is, and so its mount namespace too. */
int shares_our_root(pid_t tid);

/* The name of what `fd` of this very process is open on, however long the kernel lets it be. */
int descriptor_path(int fd, char **ret);
