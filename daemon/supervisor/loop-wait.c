/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/loop-wait.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

/* So many stops without anything in the loop are a program that is busy. */
#define STOPS_IN_A_ROW 16

static void on_child(int number)
{
        (void) number; /* its only effect is EINTR */
}

/* Blocked but in ppoll(2), so that none comes between looking and sleeping. */
static void take_signal(bool take)
{
        const struct sigaction action = {.sa_handler = take ? on_child : SIG_DFL};
        sigset_t child;

        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        pthread_sigmask(take ? SIG_BLOCK : SIG_UNBLOCK, &child, NULL);
        (void) sigaction(SIGCHLD, &action, NULL);
}

void loop_wait_begin(LoopWait *wait, Tracers *tracers, Doorbell *bell, int fd)
{
        *wait = (LoopWait){.tracers = tracers, .bell = bell, .fd = fd};
        take_signal(true);
}

void loop_wait_end(LoopWait *wait)
{
        if (!wait->by_bell)
                take_signal(false);
}

static void choose(LoopWait *wait)
{
        bool by_bell = wait->stops >= STOPS_IN_A_ROW || !tracers_first_is_alone(wait->tracers);

        if (by_bell != wait->by_bell)
                take_signal(!by_bell);
        wait->by_bell = by_bell;
        if (by_bell)
                doorbell_listen(wait->bell);
}

static int wait_by_bell(LoopWait *wait)
{
        struct pollfd loop = {.fd = wait->fd, .events = POLLIN};
        int r = tracers_turn(wait->tracers);

        if (r == -ECHILD) /* others trace all there is */
                r = poll(&loop, 1, -1) < 0 ? -errno : 0;
        return r < 0 && r != -EINTR ? r : doorbell_rang(wait->bell);
}

static int wait_by_loop(LoopWait *wait)
{
        int r = tracers_turn_beside(wait->tracers, wait->fd);

        return r == -EINTR ? 0 : r;
}

int loop_wait(LoopWait *wait)
{
        int r;

        choose(wait);
        r = wait->by_bell ? wait_by_bell(wait) : wait_by_loop(wait);
        if (r > 0) {
                doorbell_heard(wait->bell);
                wait->stops = 0;
        } else {
                wait->stops++;
        }
        return r;
}
