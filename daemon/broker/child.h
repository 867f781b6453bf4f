/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process does on its way to being jail-supervisor, whoever has started it: it becomes the
 * user, keeps one descriptor, and runs the program. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"

#define IDENTITY_GROUPS_MAX 1024

/* Whose rights a process that the broker starts shall have. */
typedef struct Identity {
        uid_t uid;
        gid_t gid;
        gid_t *groups; /* owned */
        int group_count;
} Identity;

void identity_release(Identity *identity);
/* From the user database; a uid that is not in it gets no groups and the gid of its number. */
int identity_of_user(uid_t uid, Identity *ret);
/* Whether it may have that group for its own one, and if so has it. */
bool identity_take_group(Identity *identity, gid_t gid);

/* All that it needs. */
typedef struct Child {
        const char *program;
        const char *const *arguments;
        const Identity *identity; /* NULL: ours */
        int keep;                 /* becomes `keep_as` */
        int keep_as;
        bool keep_ptrace; /* with an identity: keep CAP_SYS_PTRACE */
        pid_t parent;     /* who forks it and whom it does not outlive; 0 for nobody */
        int status;       /* write end: the errno of what failed; closed by exec */
} Child;

/* Of the process that it is called in; keeps standard error. */
_Noreturn void child_run(Child *child);
