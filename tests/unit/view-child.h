/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child process in a state that a test chose, waiting there until the test is over.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

typedef struct Child {
        pid_t pid;
        int error; /* what its preparation answered: 0 or negative errno */
} Child;

/* Forks; the child prepares itself, says how that went and waits to be killed. */
static inline Child child_start(int (*prepare)(void *context), void *context)
{
        int pipe_fds[2], error = -EIO;
        Child child;

        assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
        child.pid = fork();
        assert_true(child.pid >= 0);
        if (child.pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                error = prepare ? prepare(context) : 0;
                if (write(pipe_fds[1], &error, sizeof(error)) != sizeof(error))
                        _exit(1);
                for (;;)
                        pause();
        }
        close(pipe_fds[1]);
        if (read(pipe_fds[0], &error, sizeof(error)) != sizeof(error))
                error = -EIO;
        close(pipe_fds[0]);
        child.error = error;
        return child;
}

static inline void child_end(Child *child)
{
        if (child->pid > 0) {
                kill(child->pid, SIGKILL);
                waitpid(child->pid, NULL, 0);
        }
        child->pid = -1;
}

#define _cleanup_child_ _cleanup_(child_end)

/* Runs `body` in a process of an ordinary user, whoever runs the tests; fails unless it answers 0.
 */
static inline void as_ordinary_user(int (*body)(void))
{
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
                        _exit(99);
                prctl(PR_SET_DUMPABLE, 1);
                _exit(body());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
}
