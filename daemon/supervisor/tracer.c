/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/tracer.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/ptrace-request.h"

/* A signal that lands just before waitpid() blocks is lost: so it is sent again until what it was
 * sent for is done. */
#define RING_AGAIN_NSEC 1000000L

/* So often a taken lock is looked at before the thread goes to sleep. To be woken on another
 * processor takes many times as long as the lock is held. */
#define LOCK_LOOKS 2000

/* Rules, decoders and the stack's unwinder run on it. */
#define STACK_BYTES (1024 * 1024)

/* What one thread has another do. Lives on the sender's stack. */
typedef struct Errand {
        void (*work)(void *argument);
        void *argument;
        sem_t *done;
} Errand;

/* A stop that was waited for and waits for the lock. */
typedef struct StopInHand {
        bool valid;
        pid_t tid;
        int status;
} StopInHand;

/* A tracee to let go once the lock is given away. */
typedef struct Resumption {
        bool valid;
        pid_t tid;
        int how, signal;
} Resumption;

struct Tracer {
        Tracers *all;
        unsigned index;
        pthread_t thread;
        pid_t tid;
        _Atomic(Errand *) errand; /* to be done by this thread; NULL for none */
        sem_t done;               /* the errand that this thread has sent is done */
        pthread_cond_t sent;      /* an errand for a thread with nothing to trace */
        StopInHand stop;
        Resumption resumption;
        atomic_bool idle; /* it has nothing to trace */
        bool locked;      /* it holds the lock */
        bool under_lock;  /* it does an errand of who holds the lock */
};

struct Tracers {
        TracersWork work;
        unsigned count;
        Tracer list[TRACERS_MAX];
        sem_t started;
        atomic_bool taken;     /* the lock */
        atomic_uint sleepers;  /* that wait for it */
        pthread_mutex_t sleep; /* for the conditions only */
        pthread_cond_t given;
        atomic_bool stopping;
};

/* ptrace(2) tells threads apart, so this is where one knows which it is. */
static __thread Tracer *self;

Tracer *tracer_self(void)
{
        return self;
}

pid_t tracer_tid(const Tracer *tracer)
{
        return tracer->tid;
}

unsigned tracer_index(const Tracer *tracer)
{
        return tracer->index;
}

unsigned tracers_count(const Tracers *tracers)
{
        return tracers->count;
}

Tracer *tracers_get(Tracers *tracers, unsigned index)
{
        return &tracers->list[index];
}

/* ---- errands ---- */

static void do_errand(Tracer *tracer)
{
        Errand *errand = atomic_exchange(&tracer->errand, NULL);
        bool before = tracer->under_lock;
        sem_t *done;

        if (!errand)
                return;
        done = errand->done;
        tracer->under_lock = true;
        errand->work(errand->argument);
        tracer->under_lock = before;
        sem_post(done); /* from here on the errand is gone */
}

static void let_go(Tracer *tracer)
{
        Resumption resumption = tracer->resumption;

        tracer->resumption.valid = false;
        if (resumption.valid) /* gone: waitpid() reports it */
                (void) tracee_resume(resumption.tid, (TraceeResume) resumption.how,
                                     resumption.signal);
}

/* Wherever it is: asleep for the lock, for an errand, or in waitpid(). */
static void wake(Tracer *tracer)
{
        pthread_mutex_lock(&tracer->all->sleep);
        pthread_cond_signal(&tracer->sent);
        pthread_cond_broadcast(&tracer->all->given);
        pthread_mutex_unlock(&tracer->all->sleep);
        pthread_kill(tracer->thread, SIGUSR1);
}

static struct timespec soon(void)
{
        struct timespec at;

        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_nsec += RING_AGAIN_NSEC;
        if (at.tv_nsec >= 1000000000L) {
                at.tv_nsec -= 1000000000L;
                at.tv_sec++;
        }
        return at;
}

/* The sender may be sent something itself by what it has sent. */
static void wait_until_done(Tracer *sender, Tracer *tracer)
{
        for (;;) {
                struct timespec until;
                int r;

                wake(tracer);
                until = soon();
                do {
                        do_errand(sender);
                        r = sem_timedwait(&sender->done, &until);
                } while (r < 0 && errno == EINTR);
                if (r == 0)
                        return;
        }
}

void tracer_run(Tracer *tracer, void (*work)(void *argument), void *argument)
{
        Errand errand = {.work = work, .argument = argument};

        if (!self || tracer == self) {
                work(argument);
                return;
        }
        let_go(self);
        errand.done = &self->done;
        atomic_store(&tracer->errand, &errand);
        wait_until_done(self, tracer);
}

Tracer *tracer_of_another(pid_t tid)
{
        Tracer *tracer;

        if (!self || (!self->locked && !self->under_lock))
                return NULL;
        tracer = self->all->work.tracer_of(self->all->work.userdata, tid);
        return tracer == self ? NULL : tracer;
}

/* ---- the lock ---- */

static bool take(Tracers *tracers)
{
        bool taken = false;

        return atomic_compare_exchange_strong(&tracers->taken, &taken, true);
}

static void sleep_for_lock(Tracer *tracer)
{
        Tracers *all = tracer->all;

        pthread_mutex_lock(&all->sleep);
        atomic_fetch_add(&all->sleepers, 1);
        while (!take(all)) {
                if (!atomic_load(&tracer->errand)) {
                        pthread_cond_wait(&all->given, &all->sleep);
                        continue;
                }
                pthread_mutex_unlock(&all->sleep);
                do_errand(tracer);
                pthread_mutex_lock(&all->sleep);
        }
        atomic_fetch_sub(&all->sleepers, 1);
        pthread_mutex_unlock(&all->sleep);
}

static void lock(Tracer *tracer)
{
        bool taken = false;

        for (unsigned i = 0; !taken && i < LOCK_LOOKS; i++) {
                taken = !atomic_load_explicit(&tracer->all->taken, memory_order_relaxed) &&
                        take(tracer->all);
                if (!taken && atomic_load_explicit(&tracer->errand, memory_order_relaxed))
                        do_errand(tracer);
                if (!taken)
                        __builtin_ia32_pause();
        }
        if (!taken)
                sleep_for_lock(tracer);
        tracer->locked = true;
}

static void unlock(Tracer *tracer)
{
        Tracers *all = tracer->all;

        tracer->locked = false;
        atomic_store(&all->taken, false);
        if (atomic_load(&all->sleepers) > 0) {
                pthread_mutex_lock(&all->sleep);
                pthread_cond_broadcast(&all->given);
                pthread_mutex_unlock(&all->sleep);
        }
        let_go(tracer);
}

void tracers_lock(Tracers *tracers)
{
        lock(&tracers->list[0]);
}

void tracers_unlock(Tracers *tracers)
{
        unlock(&tracers->list[0]);
}

/* ---- stops ---- */

static void act_on_stop(Tracer *tracer)
{
        Tracers *all = tracer->all;
        StopInHand *stop = &tracer->stop;

        stop->valid = true;
        lock(tracer);
        if (stop->valid) { /* else somebody who waits for this very one has taken it */
                stop->valid = false;
                all->work.stopped(all->work.userdata, stop->tid, stop->status);
        }
        unlock(tracer);
}

static int turn(Tracer *tracer, int options)
{
        do_errand(tracer);
        tracer->stop.tid = waitpid(-1, &tracer->stop.status, __WALL | __WNOTHREAD | options);
        if (tracer->stop.tid > 0)
                act_on_stop(tracer);
        return tracer->stop.tid < 0 ? -errno : tracer->stop.tid > 0;
}

int tracers_turn(Tracers *tracers)
{
        int r = turn(&tracers->list[0], 0);

        return r < 0 ? r : 0;
}

int tracers_turn_beside(Tracers *tracers, int fd)
{
        struct pollfd beside = {.fd = fd, .events = POLLIN};
        sigset_t none;
        int r = turn(&tracers->list[0], WNOHANG);

        if (r > 0 || (r < 0 && r != -ECHILD))
                return r < 0 ? r : 0;
        sigemptyset(&none);
        r = ppoll(&beside, 1, NULL, &none);
        return r < 0 ? -errno : r;
}

bool tracers_first_is_alone(const Tracers *tracers)
{
        for (unsigned i = 1; i < tracers->count; i++)
                if (!atomic_load(&tracers->list[i].idle))
                        return false;
        return true;
}

typedef struct Wait {
        pid_t tid;
        int status, r;
} Wait;

static void wait_here(void *argument)
{
        Wait *wait = argument;

        if (self && self->stop.valid && self->stop.tid == wait->tid) {
                self->stop.valid = false;
                wait->status = self->stop.status;
                return;
        }
        while (waitpid(wait->tid, &wait->status, __WALL | __WNOTHREAD) < 0)
                if (errno != EINTR) {
                        wait->r = -errno;
                        return;
                }
}

int tracer_wait(pid_t tid, int *ret_status)
{
        Wait wait = {.tid = tid};
        Tracer *another = tracer_of_another(tid);

        if (self)
                let_go(self);
        if (another)
                tracer_run(another, wait_here, &wait);
        else
                wait_here(&wait);
        if (wait.r == 0)
                *ret_status = wait.status;
        return wait.r;
}

void tracer_resume_later(pid_t tid, int how, int signal)
{
        const Resumption resumption = {.valid = true, .tid = tid, .how = how, .signal = signal};

        if (!self || !self->locked) {
                (void) tracee_resume(tid, (TraceeResume) how, signal);
                return;
        }
        let_go(self);
        self->resumption = resumption;
}

/* ---- threads ---- */

/* While a thread traces, SIGCHLD is not blocked in it, and ignored: a blocked one would wake the
 * first thread each time. While it does not, it leaves the signal to the first, which may wait for
 * it (tracers_turn_beside()). */
static void block_child_signal(int how)
{
        sigset_t child;

        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        pthread_sigmask(how, &child, NULL);
}

/* Nothing to trace: nothing to do until something is sent. */
static void wait_for_errand(Tracer *tracer)
{
        Tracers *all = tracer->all;

        block_child_signal(SIG_BLOCK);
        pthread_mutex_lock(&all->sleep);
        atomic_store(&tracer->idle, true);
        while (!atomic_load(&tracer->errand) && !atomic_load(&all->stopping))
                pthread_cond_wait(&tracer->sent, &all->sleep);
        atomic_store(&tracer->idle, false);
        pthread_mutex_unlock(&all->sleep);
        block_child_signal(SIG_UNBLOCK);
}

static void *trace(void *userdata)
{
        sigset_t all;

        self = userdata;
        self->tid = gettid();
        sem_post(&self->all->started);
        sigfillset(&all);
        sigdelset(&all, SIGUSR1);
        sigdelset(&all, SIGCHLD);
        pthread_sigmask(SIG_SETMASK, &all, NULL);
        while (!atomic_load(&self->all->stopping))
                if (turn(self, 0) == -ECHILD)
                        wait_for_errand(self);
        return NULL;
}

static void on_ring(int number)
{
        (void) number; /* its only effect is EINTR */
}

static void init(Tracers *tracers, unsigned index)
{
        Tracer *tracer = &tracers->list[index];

        tracer->all = tracers;
        tracer->index = index;
        sem_init(&tracer->done, 0, 0);
        pthread_cond_init(&tracer->sent, NULL);
}

static int start_thread(Tracers *tracers)
{
        Tracer *tracer = &tracers->list[tracers->count];
        pthread_attr_t attributes;
        sigset_t all, before;
        int r;

        init(tracers, tracers->count);
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&tracer->thread, &attributes, trace, tracer);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
        if (r != 0)
                return -r;
        tracers->count++;
        while (sem_wait(&tracers->started) < 0)
                ;
        return 0;
}

static unsigned processors(void)
{
        cpu_set_t own;

        return sched_getaffinity(0, sizeof(own), &own) == 0 ? (unsigned) CPU_COUNT(&own) : 1;
}

int tracers_start(const TracersWork *work, Tracers **ret)
{
        const struct sigaction action = {.sa_handler = on_ring}; /* no SA_RESTART: it breaks off */
        /* nobody waits for it: it need not even be made for each stop */
        const struct sigaction child = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
        Tracers *tracers = calloc(1, sizeof(*tracers));
        unsigned threads = processors();
        int r = 0;

        if (!tracers)
                return -ENOMEM;
        tracers->work = *work;
        sem_init(&tracers->started, 0, 0);
        pthread_mutex_init(&tracers->sleep, NULL);
        pthread_cond_init(&tracers->given, NULL);
        init(tracers, 0);
        self = &tracers->list[0];
        self->thread = pthread_self();
        self->tid = gettid();
        tracers->count = 1;
        if (sigaction(SIGUSR1, &action, NULL) < 0 || sigaction(SIGCHLD, &child, NULL) < 0)
                r = -errno;
        while (r == 0 && tracers->count < TRACERS_MAX && tracers->count <= threads)
                r = start_thread(tracers);
        if (r < 0)
                tracers_stop(tracers);
        else
                *ret = tracers;
        return r;
}

/* A wake-up that comes just before waitpid() is lost. */
static void end_thread(Tracer *tracer)
{
        struct timespec until;

        do {
                wake(tracer);
                until = soon();
        } while (pthread_timedjoin_np(tracer->thread, NULL, &until) == ETIMEDOUT);
}

Tracers *tracers_stop(Tracers *tracers)
{
        if (!tracers)
                return NULL;
        atomic_store(&tracers->stopping, true);
        for (unsigned i = 1; i < tracers->count; i++)
                end_thread(&tracers->list[i]);
        self = NULL;
        free(tracers);
        return NULL;
}
