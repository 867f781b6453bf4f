/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a socket is bound and connected to, asked of the kernel by its inode number (sock_diag(7)),
 * so that no descriptor of the program is ever borrowed for it.
 */
#pragma once

#include "base/cleanup.h"

typedef struct SocketNames SocketNames;

SocketNames *socket_names_new(void); /* NULL on -ENOMEM */
SocketNames *socket_names_free(SocketNames *names);
DEFINE_CLEANUP(SocketNames *, socket_names_free)

/* "TCP:[127.0.0.1:80->127.0.0.1:5050]", "UNIX-STREAM:[123->124,\"/run/x\"]", "NETLINK:[ROUTE:71]";
 * "TCP:[71]" (the inode) when it has no name or lives in another network namespace, "socket:[71]"
 * when not even its protocol is known. `link` is the descriptor's name in /proc. Kept
 * from one call to the next is what can change no more (a connected stream of AF_UNIX); otherwise
 * what the kernel said is only a hint where to look again, and the answer is of this moment.
 * `names` may be NULL. */
int socket_describe(SocketNames *names, const char *link, unsigned long inode, char **ret);
