/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which daemon a client talks to. The system service when it is there and may be used, else user
 * mode: `jaild --user`, started on demand, listening on a socket in a directory that only its user
 * may enter.
 *
 * Plain C without a bus library.
 */
#pragma once

#include <stdbool.h>

/* The private socket's path: $XDG_RUNTIME_DIR/seccomp-jail/socket, else
 * /tmp/seccomp-jail-UID/socket; the directory is made (0700) or checked (owner, mode, no symlink).
 * Owned string. 0, -EPERM when the directory is not ours, other negative errno. */
int daemon_socket_path(char **ret);

/* A connected stream socket to `jaild --user`, which is started when it is not there and `start` is
 * true
 * (-ENOENT when not). *ret_error_text: an owned sentence on failure. */
int daemon_connect_user(bool start, int *ret_fd, char **ret_error_text);

/* Where a program or module of this project lies that nobody starts by himself: beside our own
 * executable (a build tree, a test), else where it was installed. Owned. 0 or -ENOMEM. */
int daemon_locate_program(const char *name, char **ret);
