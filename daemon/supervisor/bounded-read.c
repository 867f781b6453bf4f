/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A read or write of tracee memory that cannot hold the supervisor: a thread does it, and is left
 * behind when it hangs in a page that userfaultfd or a FUSE file backs. This is the one thread of
 * the supervisor's looking: the kernel gives no other bound to that access.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "supervisor/tracee-view.h"

#define HANGING_MAX 4u

/* What reader and asker share; whoever drops the last reference frees it. */
typedef struct BoundedRead {
        pthread_mutex_t lock;
        pthread_cond_t finished;
        unsigned references; /* under lock */
        bool done;           /* under lock */
        bool abandoned;      /* under lock: the asker has gone, the reader counts as hanging */
        ssize_t result;      /* valid when done */
        TraceeView view;     /* its memory_fd is the read's own, its overlay a copy */
        uint64_t address;
        size_t size;
        void *overlay;
        char *bytes; /* that were read, or are written */
        bool writes;
} BoundedRead;

/* Readers that were given up and have not come back: they belong to the process, not to a view. */
static atomic_uint hanging;

static void bounded_read_free(BoundedRead *read)
{
        close_fd(read->view.memory_fd);
        pthread_cond_destroy(&read->finished);
        pthread_mutex_destroy(&read->lock);
        free(read->overlay);
        free(read->bytes);
        free(read);
}

/* Call with the lock held; gives it back. */
static void bounded_read_drop(BoundedRead *read)
{
        bool last = --read->references == 0;

        pthread_mutex_unlock(&read->lock);
        if (last)
                bounded_read_free(read);
}

static BoundedRead *bounded_read_new(const TraceeView *view, uint64_t address, size_t size)
{
        BoundedRead *read = calloc(1, sizeof(*read));
        pthread_condattr_t attributes;

        if (!read)
                return NULL;
        pthread_mutex_init(&read->lock, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&read->finished, &attributes);
        pthread_condattr_destroy(&attributes);
        read->references = 1;
        read->view = *view;
        read->view.memory_fd = -1;
        read->view.patient = true;
        read->view.sockets = NULL;
        read->address = address;
        read->size = size;
        if (view->memory_fd >= 0)
                read->view.memory_fd = fcntl(view->memory_fd, F_DUPFD_CLOEXEC, 3);
        if (view->overlay && view->overlay_size > 0) {
                read->overlay = malloc(view->overlay_size);
                if (read->overlay)
                        memcpy(read->overlay, view->overlay, view->overlay_size);
                read->view.overlay = read->overlay;
        }
        read->bytes = malloc(size ? size : 1);
        if (!read->bytes || (view->overlay && view->overlay_size > 0 && !read->overlay)) {
                bounded_read_free(read);
                return NULL;
        }
        return read;
}

static void *reader_run(void *argument)
{
        BoundedRead *read = argument;
        ssize_t n = read->writes ? tracee_write_memory(&read->view, read->address, read->bytes,
                                                       read->size, false)
                                 : tracee_read_memory(&read->view, read->address, read->bytes,
                                                      read->size);

        pthread_mutex_lock(&read->lock);
        read->result = n;
        read->done = true;
        if (read->abandoned)
                atomic_fetch_sub(&hanging, 1);
        pthread_cond_signal(&read->finished);
        bounded_read_drop(read);
        return NULL;
}

/* Starts the reader with every signal blocked: signals are the supervisor's loop's. */
static int reader_start(BoundedRead *read)
{
        pthread_attr_t attributes;
        sigset_t all, before;
        pthread_t thread;
        int r;

        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        read->references++;
        r = pthread_create(&thread, &attributes, reader_run, read);
        if (r != 0)
                read->references--;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
        return -r;
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

/* Waits for the thread, and gives it up after a while. The bytes are in `read` when it answers
 * anything but -ETIMEDOUT. */
static ssize_t wait_for_reader(BoundedRead *read, const struct timespec *end, void *buffer)
{
        ssize_t n;

        pthread_mutex_lock(&read->lock);
        while (!read->done)
                if (pthread_cond_timedwait(&read->finished, &read->lock, end) == ETIMEDOUT)
                        break;
        n = read->done ? read->result : -ETIMEDOUT;
        if (read->done && n > 0 && buffer)
                memcpy(buffer, read->bytes, (size_t) n);
        if (!read->done) {
                read->abandoned = true;
                atomic_fetch_add(&hanging, 1);
        }
        bounded_read_drop(read);
        return n;
}

static ssize_t access_bounded(const TraceeView *view, uint64_t address, void *buffer,
                              const void *bytes, size_t size, uint64_t usec)
{
        struct timespec end = time_after(usec);
        BoundedRead *read;
        int r;

        if (atomic_load(&hanging) >= HANGING_MAX)
                return -EBUSY;
        read = bounded_read_new(view, address, size);
        if (!read)
                return -ENOMEM;
        read->writes = bytes != NULL;
        if (bytes)
                memcpy(read->bytes, bytes, size);
        r = reader_start(read);
        if (r < 0) {
                bounded_read_free(read);
                return r;
        }
        return wait_for_reader(read, &end, buffer);
}

ssize_t tracee_read_memory_bounded(const TraceeView *view, uint64_t address, void *buffer,
                                   size_t size, uint64_t usec)
{
        return access_bounded(view, address, buffer, NULL, size, usec);
}

int tracee_write_memory_bounded(const TraceeView *view, uint64_t address, const void *bytes,
                                size_t size, uint64_t usec)
{
        return size == 0 ? 0 : (int) access_bounded(view, address, NULL, bytes, size, usec);
}
