/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a descriptor of a thread is open on, in the words of `strace -yy`, without the angle
 * brackets. Names of files and sockets are as they are, unescaped: who prints them escapes.
 */
#pragma once

#include <sys/types.h>

#include "supervisor/socket-name.h"

/* "/etc/passwd", "/tmp/x (deleted)", "/dev/tty<char 5:0>", "pipe:[71]", "pid:4711" (a pidfd),
 * "anon_inode:[eventpoll]", sockets as socket_describe(). `sockets` may be NULL. 0 and an owned
 * string; -EBADF when it is not open; -ESRCH when the thread is gone; -EACCES when it hides. */
int describe_fd(pid_t tid, int fd, SocketNames *sockets, char **ret);
