/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the doctor's attacks share: the deeds that the jail forbids, and what they are let loose on.
 * All answer 0 when the jail let it happen, negative errno when not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of the doctor's directory, and of the process outside. */
typedef struct AttackGround {
        char *directory, *secret, *public, *refused; /* paths; owned */
        dev_t device;                                /* of the secret */
        ino_t inode;
        pid_t outsider;
        uintptr_t outsider_address;
} AttackGround;

const AttackGround *ground(void);
/* Once, before the attacks are forked. */
int ground_prepare(const char *directory, pid_t outsider, uintptr_t outsider_address);

/* 0, or -errno of the libc call that answered `result`. */
int result_of(long result);

int deed_mkdir(void);
int deed_open(void);
int deed_open_path(const char *path);
/* For what was opened by a call that is tried: closes `fd`; -EBADF when that was something else. */
int deed_opened(int fd);
bool is_secret(int fd);

/* Waits for a child that ended itself with exit_with(); -ECANCELED when it was killed. `pid`
 * negative: it could not be made. */
int await_deed(pid_t pid);
_Noreturn void exit_with(int r);

/* A child that becomes `jail-supervisor --attack WORD`, which ends with exit_with(). */
int deed_of_image(const char *word);

/* Who traces us. */
pid_t tracer(void);
/* For the descriptor that is answered by ret_fd the caller has to care. */
int open_memory_of(pid_t pid, int *ret_fd);
