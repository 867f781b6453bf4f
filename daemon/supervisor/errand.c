/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/errand.h"

#include <errno.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/path-walk.h"

#define STACK_BYTES (256u * 1024)

/* What sender and thread share; whoever drops the last reference frees it. */
struct Errand {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        unsigned references; /* under lock */
        bool apart;          /* under lock: it has its own descriptors, or never will */
        bool done;           /* under lock */
        ErrandKind *kind;
        void *data;
        int keep;   /* -1 for none */
        bool wakes; /* … and it is an eventfd to be written at the end */
};

/* Call with the lock held; gives it back. */
static void drop(Errand *errand)
{
        bool last = --errand->references == 0;

        pthread_mutex_unlock(&errand->lock);
        if (!last)
                return;
        if (errand->data)
                errand->kind->release(errand->data);
        pthread_cond_destroy(&errand->changed);
        pthread_mutex_destroy(&errand->lock);
        free(errand);
}

/* A thread that hangs for ever would keep every descriptor open that it shares. */
static bool take_own_descriptors(int kept)
{
        unsigned past = (unsigned) kept + 1;
        bool taken;

        if (kept > 3)
                taken = syscall(SYS_close_range, 3u, (unsigned) kept - 1, CLOSE_RANGE_UNSHARE) == 0;
        else
                taken = syscall(SYS_close_range, kept < 0 ? 3u : past, ~0u, CLOSE_RANGE_UNSHARE) ==
                        0;
        if (taken && kept > 3)
                (void) syscall(SYS_close_range, past, ~0u, 0);
        return taken;
}

static void tell(Errand *errand, bool *flag)
{
        pthread_mutex_lock(&errand->lock);
        *flag = true;
        pthread_cond_signal(&errand->changed);
        pthread_mutex_unlock(&errand->lock);
}

static void *run(void *argument)
{
        Errand *errand = argument;
        bool apart = take_own_descriptors(errand->keep);

        tell(errand, &errand->apart);
        if (apart) {
                place_has_own_descriptors();
                errand->kind->run(errand->data);
        }
        atomic_fetch_sub(&errand->kind->under_way, 1);
        tell(errand, &errand->done);
        if (errand->wakes)
                (void) eventfd_write(errand->keep, 1);
        pthread_mutex_lock(&errand->lock);
        drop(errand);
        return NULL;
}

/* Every signal is blocked in the thread: signals are the supervisor's loop's. */
static int start_thread(Errand *errand)
{
        pthread_attr_t attributes;
        sigset_t all, before;
        pthread_t thread;
        int r;

        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&thread, &attributes, run, errand);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
        return -r;
}

static Errand *errand_new(ErrandKind *kind, void *data, int keep, bool wakes)
{
        Errand *errand = calloc(1, sizeof(*errand));
        pthread_condattr_t attributes;

        if (!errand)
                return NULL;
        *errand =
                (Errand){.references = 2, .kind = kind, .data = data, .keep = keep, .wakes = wakes};
        pthread_mutex_init(&errand->lock, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&errand->changed, &attributes);
        pthread_condattr_destroy(&attributes);
        return errand;
}

static int start(ErrandKind *kind, void *data, int keep, bool wakes, Errand **ret)
{
        Errand *errand = NULL;
        int r = -EBUSY;

        if (atomic_fetch_add(&kind->under_way, 1) < kind->limit) {
                errand = errand_new(kind, data, keep, wakes);
                r = errand ? start_thread(errand) : -ENOMEM;
        }
        if (r == 0) {
                *ret = errand;
                return 0;
        }
        atomic_fetch_sub(&kind->under_way, 1);
        if (errand) {
                errand->data = NULL; /* the caller's */
                errand->references = 1;
                errand_leave(errand);
        }
        return r;
}

int errand_start(ErrandKind *kind, void *data, int keep, Errand **ret)
{
        Errand *errand;
        int r = start(kind, data, keep, false, &errand);

        if (r < 0)
                return r;
        pthread_mutex_lock(&errand->lock);
        while (keep >= 0 && !errand->apart)
                pthread_cond_wait(&errand->changed, &errand->lock);
        pthread_mutex_unlock(&errand->lock);
        *ret = errand;
        return 0;
}

int errand_start_waking(ErrandKind *kind, void *data, int wake, Errand **ret)
{
        return start(kind, data, wake, true, ret);
}

static struct timespec time_after(uint64_t usec)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        time.tv_sec += (time_t) (usec / 1000000);
        time.tv_nsec += (long) (usec % 1000000) * 1000;
        if (time.tv_nsec >= 1000000000) {
                time.tv_sec++;
                time.tv_nsec -= 1000000000;
        }
        return time;
}

int errand_wait(Errand *errand, uint64_t usec)
{
        struct timespec end = time_after(usec);
        int r = 0;

        pthread_mutex_lock(&errand->lock);
        while (!errand->done && r != ETIMEDOUT)
                r = pthread_cond_timedwait(&errand->changed, &errand->lock, &end);
        r = errand->done ? 0 : -ETIMEDOUT;
        pthread_mutex_unlock(&errand->lock);
        return r;
}

bool errand_is_done(Errand *errand)
{
        bool done;

        pthread_mutex_lock(&errand->lock);
        done = errand->done;
        pthread_mutex_unlock(&errand->lock);
        return done;
}

void *errand_data(Errand *errand)
{
        return errand->data;
}

Errand *errand_leave(Errand *errand)
{
        if (errand) {
                pthread_mutex_lock(&errand->lock);
                drop(errand);
        }
        return NULL;
}
