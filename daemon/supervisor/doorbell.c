/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doorbell.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/cleanup.h"
#include "supervisor/privileges.h"

/* A signal that lands just before waitpid() blocks is lost: so it is sent again until it was
 * heard. */
#define RING_AGAIN_NSEC 1000000L

struct Doorbell {
        int fd;
        int stop; /* an eventfd: the thread shall end */
        pthread_t thread, main;
        sem_t started; /* tid is known */
        pid_t tid;
        sem_t wanted; /* it shall listen */
        bool listens; /* the main thread's: it was told so */
        atomic_bool rang;
        atomic_bool heard;
        atomic_bool stopping;
};

static void on_ring(int signal_number)
{
        (void) signal_number; /* its only effect is EINTR */
}

static void sleep_until_wanted(Doorbell *bell)
{
        while (sem_wait(&bell->wanted) < 0)
                ;
}

static void ring_until_heard(Doorbell *bell)
{
        for (;;) {
                struct timespec until;

                pthread_kill(bell->main, SIGUSR1);
                clock_gettime(CLOCK_REALTIME, &until);
                until.tv_nsec += RING_AGAIN_NSEC;
                if (until.tv_nsec >= 1000000000L) {
                        until.tv_nsec -= 1000000000L;
                        until.tv_sec++;
                }
                if (sem_timedwait(&bell->wanted, &until) == 0 || atomic_load(&bell->stopping))
                        return;
                if (atomic_load(&bell->heard)) {
                        sleep_until_wanted(bell);
                        return;
                }
        }
}

static void *ring(void *userdata)
{
        Doorbell *bell = userdata;

        bell->tid = gettid();
        (void) privileges_drop_thread(); /* it waits and signals itself, and needs none for that */
        sem_post(&bell->started);
        sleep_until_wanted(bell);
        while (!atomic_load(&bell->stopping)) {
                struct pollfd fds[] = {{.fd = bell->fd, .events = POLLIN},
                                       {.fd = bell->stop, .events = POLLIN}};

                if (poll(fds, ELEMENTS_OF(fds), -1) <= 0 || atomic_load(&bell->stopping))
                        continue;
                atomic_store(&bell->rang, true);
                ring_until_heard(bell);
        }
        return NULL;
}

static int start_thread(Doorbell *bell)
{
        sigset_t all, before;
        int r;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&bell->thread, NULL, ring, bell);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        while (r == 0 && sem_wait(&bell->started) < 0)
                ;
        return -r;
}

int doorbell_start(int fd, Doorbell **ret)
{
        struct sigaction action = {.sa_handler =
                                           on_ring}; /* no SA_RESTART: waitpid() shall break off */
        _cleanup_free_ Doorbell *bell = calloc(1, sizeof(*bell));
        int r;

        if (!bell)
                return -ENOMEM;
        if (sigaction(SIGUSR1, &action, NULL) < 0 || sem_init(&bell->wanted, 0, 0) < 0 ||
            sem_init(&bell->started, 0, 0) < 0)
                return -errno;
        bell->fd = fd;
        bell->stop = eventfd(0, EFD_CLOEXEC);
        if (bell->stop < 0)
                return -errno;
        bell->main = pthread_self();
        r = start_thread(bell);
        if (r < 0) {
                close_fd(bell->stop);
                return r;
        }
        *ret = TAKE_PTR(bell);
        return 0;
}

Doorbell *doorbell_stop(Doorbell *bell)
{
        if (!bell)
                return NULL;
        atomic_store(&bell->stopping, true);
        (void) eventfd_write(bell->stop, 1); /* it sleeps in poll(), or … */
        sem_post(&bell->wanted);             /* … until it is wanted */
        pthread_join(bell->thread, NULL);
        close_fd(bell->stop);
        sem_destroy(&bell->wanted);
        free(bell);
        return NULL;
}

pid_t doorbell_tid(const Doorbell *bell)
{
        return bell->tid;
}

bool doorbell_rang(const Doorbell *bell)
{
        return atomic_load(&bell->rang);
}

void doorbell_listen(Doorbell *bell)
{
        if (bell->listens)
                return;
        bell->listens = true;
        atomic_store(&bell->heard, false);
        sem_post(&bell->wanted);
}

void doorbell_heard(Doorbell *bell)
{
        if (!bell->listens || !atomic_load(&bell->rang))
                return;
        bell->listens = false;
        atomic_store(&bell->rang, false);
        atomic_store(&bell->heard, true);
}
