/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resolve-path.h's way for what the kernel cannot be asked at once: a path is walked component by
 * component from the thread's own root, working directory or descriptor. And what both ways need to
 * know of a place, an O_PATH descriptor.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* As resolve_path(); with `careful` as resolve_path_at_hand(). */
int path_walk(pid_t pid, pid_t tid, int dirfd, const char *path, int follow, bool careful,
              char **ret);

/* The directory that a path starts from; -ESRCH when the thread is gone. */
int place_open_start(pid_t tid, int dirfd, bool absolute);
/* Opens `path` from `start`, nothing but a place, held by RESOLVE_… flags: -1 and errno. */
int place_open_held(int start, const char *path, int flags, uint64_t resolve);
/* Attributes that are in memory anyway: a remote or FUSE file system is not asked. */
int place_look_at(int fd, struct statx *ret);
bool place_is_on_proc(int fd);
/* On a file system whose server would be asked; also when that cannot be known. */
bool place_is_served(int fd);
/* The calling thread has unshared its descriptors. */
void place_has_own_descriptors(void);
bool place_is_same(const struct statx *a, const struct statx *b);
