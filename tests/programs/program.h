/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the test programs share. Each prints what it saw, the same words at every run, bare or
 * jailed; a line that differs is what being jailed changed.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAY(...) dprintf(STDOUT_FILENO, __VA_ARGS__)

/* Says that the condition failed, with errno, and ends. */
#define MUST(condition)                                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        SAY("line %d: failed: %s (%s)\n", __LINE__, #condition, strerror(errno));  \
                        _exit(99);                                                                 \
                }                                                                                  \
        } while (0)

static inline void sleep_ms(long milliseconds)
{
        struct timespec length = {milliseconds / 1000, milliseconds % 1000 * 1000000};

        while (nanosleep(&length, &length) < 0 && errno == EINTR)
                ;
}

static inline long now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* "in time": at least that long, and not hopelessly longer (machines are noisy). */
static inline const char *took(long since, long wanted)
{
        long elapsed = now_ms() - since;

        if (elapsed < wanted - 1)
                return "too short";
        return elapsed > wanted + 3000 ? "too long" : "in time";
}

static inline void say_status(const char *what, int status)
{
        if (WIFEXITED(status))
                SAY("%s: exit %d\n", what, WEXITSTATUS(status));
        else if (WIFSIGNALED(status))
                SAY("%s: signal %d\n", what, WTERMSIG(status));
        else if (WIFSTOPPED(status))
                SAY("%s: stopped by %d\n", what, WSTOPSIG(status));
        else if (WIFCONTINUED(status))
                SAY("%s: continued\n", what);
}

static inline void say_end_of(const char *what, pid_t pid)
{
        int status;

        while (waitpid(pid, &status, 0) < 0)
                MUST(errno == EINTR);
        say_status(what, status);
}

/* A handler for `signal` with these SA_ flags. */
static inline void handle(int signal, void (*handler)(int), int flags)
{
        struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

        MUST(sigaction(signal, &action, NULL) == 0);
}

/* Polls /proc until the process sleeps (state S) or 2 s are over: no guess at how long it takes. */
static inline void wait_until_asleep(pid_t pid)
{
        char path[64], text[256];

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        for (int i = 0; i < 1000; i++) {
                int fd = open(path, O_RDONLY | O_CLOEXEC);
                ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
                char *end;

                if (fd >= 0)
                        close(fd);
                text[size > 0 ? size : 0] = '\0';
                end = strrchr(text, ')');
                if (end && end[1] && end[2] == 'S')
                        return;
                sleep_ms(2);
        }
}
