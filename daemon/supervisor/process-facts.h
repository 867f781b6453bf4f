/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What /proc says of a process: each answer an owned string or a number, -ESRCH when it is gone.
 * A process whose first thread has ended is looked at through another one.
 * Nothing here opens a file of the program's own choosing in a way that could block (O_PATH,
 * readlink only).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "syscalls/caller-view.h"

int process_exe(pid_t pid, char **ret); /* readlink /proc/PID/exe, " (deleted)" kept */
int process_cwd(pid_t pid, char **ret);
int process_comm(pid_t tid, char **ret); /* raw bytes as the kernel has them */
int process_thread_group(pid_t tid, pid_t *ret_pid);
int process_state(pid_t tid, char *ret_state); /* the letter of proc(5): R S D T t Z … */
int process_parent(pid_t pid, pid_t *ret_parent);
int process_tracer(pid_t tid, pid_t *ret_tracer);            /* 0 when nobody traces it */
int process_uid(pid_t pid, uid_t *ret_uid);                  /* real uid */
int process_seccomp_filters(pid_t tid, unsigned *ret_count); /* Linux 5.9, before: -EBADMSG */
int process_no_new_privs(pid_t tid, unsigned *ret);
/* Whether it is as any program of that user's: one uid and one gid throughout, no capability that
 * an exec gave it, open to its user (PR_SET_DUMPABLE). */
int process_is_plain(pid_t tid, uid_t uid, bool *ret);
/* How long ago the thread, which sleeps, was last on a processor: by the scheduler's clock of that
 * processor, on which the calling thread runs for a moment for that. Never too much. -EOPNOTSUPP
 * when the kernel does not tell (/proc/PID/sched). */
int process_slept_ns(pid_t tid, uint64_t *ret_ns);

/* The call that a thread waits in, without stopping it: 1, or 0 when it is in none. */
int process_waiting_call(pid_t tid, CallRegisters *ret);
int process_pending_signals(pid_t tid, uint64_t *ret_set); /* SigPnd | ShdPnd, bit 0 is signal 1 */
int process_caught_signals(pid_t tid, uint64_t *ret_set);  /* SigCgt: those that have a handler */
int process_command_line(pid_t pid, char ***ret_argv);     /* NULL-ended, strv_free() */
char **strv_free(char **strv);

/* Whether the mapping that begins at `start` is sealed (mseal(2), Linux 6.10). */
bool process_mapping_is_sealed(pid_t pid, uint64_t start);

/* For Inspect: lists for people. */
int process_maps(pid_t pid, char ***ret_lines);
int process_descriptors(pid_t pid, char ***ret_lines); /* "3: /etc/passwd" in fd order, -yy form */

/* The caller's stack, innermost first: "libc.so.6 __mkdir+0xb" …, by elfutils' unwinder where it
 * can, else by frame pointers. The thread must be stopped under this very tracer. At most `max`
 * frames; the innermost alone where memory may wait for somebody: one that `memory_waits` says so
 * of, and one that maps a file which a server has. Such a file's symbols are not read. */
int process_stack(pid_t tid, bool memory_waits, unsigned max, char ***ret_lines);

/* Whether it has a userfaultfd open, by which it can let whoever reads its memory wait. Also when
 * that cannot be known. */
bool process_has_userfaultfd(pid_t pid);
