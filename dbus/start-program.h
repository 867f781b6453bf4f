/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the program to be jailed where its user is: in the caller's own session, with his
 * terminal, directory, environment, limits and cgroup. A stub is forked that waits on a socket; the
 * supervisor talks to it there (stub-protocol.h), seizes it and tells it to go; then it execs.
 *
 * Plain C without a bus library: jailctl and the window both use it.
 */
#pragma once

#include <sys/types.h>

typedef struct ProgramStub {
        pid_t pid;       /* the waiting stub, a child of the caller: reap it with waitpid() */
        int pidfd;       /* of the stub; owned */
        int socket;      /* the supervisor's end, to be sent with Trace; owned */
        int exec_status; /* read end: end of file once the program runs; owned */
} ProgramStub;

#define PROGRAM_STUB_INIT ((ProgramStub){.pid = -1, .pidfd = -1, .socket = -1, .exec_status = -1})

typedef struct ProgramStart {
        const char *const *argv;        /* NULL-ended; argv[0] is searched in PATH */
        const char *const *environment; /* NULL-ended; NULL for the caller's own */
        const char *directory;          /* NULL for the caller's own */
        int terminal; /* a pseudo terminal's slave to become standard input, output, error and the
                         controlling terminal of a new session; -1 to keep the caller's */
} ProgramStart;

/* 0, or negative errno and no stub. The descriptors are CLOEXEC. */
int program_stub_fork(const ProgramStart *start, ProgramStub *ret);

/* What tells whether a stub's program runs. Not a pipe: a stub is not to die of a reader that is
 * gone. */
int program_status_open(int *ret_read, int *ret_write);

/* This process waits at `socket` as a stub does and becomes the program itself, under its own
 * number: for who was started by somebody else to be it (a unit of systemd). `status` is told what
 * program_stub_wait() reads at the other end, and standard error in words. Both must be CLOEXEC. */
_Noreturn void program_stub_become(const ProgramStart *start, int socket, int status);

/* Waits until the program runs or could not. 0 when it runs; the negative errno of what failed
 * (-ENOENT not found, -EACCES, -ENOEXEC …); -ECANCELED when the stub was never told to go. Our end
 * of its socket is closed: whoever tells it has one of his own, or has told it already. */
int program_stub_wait(ProgramStub *stub);

/* Ends a stub that was not started, reaps it, closes the descriptors. */
void program_stub_cancel(ProgramStub *stub);
/* Only closes the descriptors. */
void program_stub_release(ProgramStub *stub);

/* The exit status that a shell gives for a failed start: 127 not found, 126 not executable. */
int program_start_exit_status(int error);
