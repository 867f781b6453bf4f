/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of a process: the lines of /proc/PID/status that the broker decides by. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct ProcessStatus {
        char name[64]; /* comm; anybody may choose his own */
        pid_t parent;
        pid_t group;   /* its process, when it is a thread */
        pid_t tracer;  /* the thread that traces it; 0 for none */
        bool filtered; /* by seccomp, as everything in a jail is, for good */
        bool parked;   /* it looks like one that a supervisor hands from one of its threads to
                          another: no tracer, a filter, and every signal blocked */
        uid_t uids[4]; /* real, effective, saved, file system */
        gid_t gids[4]; /* the same */
} ProcessStatus;

/* -EBADMSG when a line is missing. */
int process_status_parse(const char *text, ProcessStatus *ret);

/* -ESRCH when there is no such process or thread. */
int process_status_read(pid_t pid, ProcessStatus *ret);

/* The same, once it is certain whether it has a tracer: -EAGAIN when that cannot be told. */
int process_status_read_settled(pid_t pid, ProcessStatus *ret);

/* Whether all four uids are this one: a set-user-ID program in the middle of things is nobody's. */
bool process_status_is_of(const ProcessStatus *status, uid_t uid);

/* The process behind a pidfd. -EBADF when it is none, -ESRCH when it is dead or not in our pid
 * namespace. */
int process_of_pidfd(int pidfd, pid_t *ret);
