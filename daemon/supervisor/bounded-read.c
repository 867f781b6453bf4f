/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A read or write of tracee memory that cannot hold the supervisor in a page that userfaultfd or a
 * FUSE file backs.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "supervisor/errand.h"
#include "supervisor/tracee-view.h"

#define HANGING_MAX 4u

typedef struct BoundedAccess {
        ssize_t result;
        TraceeView view; /* its overlay is a copy */
        uint64_t address;
        size_t size;
        void *overlay;
        char *bytes; /* that were read, or are written */
        bool writes;
        bool is_over; /* under hanging_lock */
} BoundedAccess;

/* Those that were left behind: what they hang in nobody else need wait for. */
static pthread_mutex_t hanging_lock = PTHREAD_MUTEX_INITIALIZER;
static const BoundedAccess *hanging[HANGING_MAX]; /* under hanging_lock */

static bool overlaps(const BoundedAccess *access, const TraceeView *view, uint64_t address,
                     size_t size)
{
        uint64_t page = ~(uint64_t) 4095;

        return access->view.pid == view->pid && (access->address & page) < address + size &&
               (address & page) < access->address + access->size;
}

static bool hangs_already(const TraceeView *view, uint64_t address, size_t size)
{
        bool found = false;

        pthread_mutex_lock(&hanging_lock);
        for (unsigned i = 0; i < HANGING_MAX && !found; i++)
                found = hanging[i] && overlaps(hanging[i], view, address, size);
        pthread_mutex_unlock(&hanging_lock);
        return found;
}

/* One that is not waited for any longer. */
static void note_hanging(const BoundedAccess *access)
{
        pthread_mutex_lock(&hanging_lock);
        for (unsigned i = 0; i < HANGING_MAX && !access->is_over; i++)
                if (!hanging[i]) {
                        hanging[i] = access;
                        break;
                }
        pthread_mutex_unlock(&hanging_lock);
}

static void note_end(BoundedAccess *access)
{
        pthread_mutex_lock(&hanging_lock);
        access->is_over = true;
        for (unsigned i = 0; i < HANGING_MAX; i++)
                if (hanging[i] == access)
                        hanging[i] = NULL;
        pthread_mutex_unlock(&hanging_lock);
}

static void access_run(void *data)
{
        BoundedAccess *access = data;

        access->result = access->writes ? tracee_write_memory(&access->view, access->address,
                                                              access->bytes, access->size, false)
                                        : tracee_read_memory(&access->view, access->address,
                                                             access->bytes, access->size);
        note_end(access);
}

static void access_free(void *data)
{
        BoundedAccess *access = data;

        free(access->overlay);
        free(access->bytes);
        free(access);
}

static ErrandKind accesses = {.run = access_run, .release = access_free, .limit = HANGING_MAX};

static BoundedAccess *access_new(const TraceeView *view, uint64_t address, size_t size)
{
        BoundedAccess *access = calloc(1, sizeof(*access));
        bool overlaid = view->overlay && view->overlay_size > 0;

        if (!access)
                return NULL;
        access->result = -EBUSY; /* unless it runs */
        access->view = *view;
        access->view.patient = true;
        access->view.sockets = NULL;
        access->address = address;
        access->size = size;
        if (overlaid) {
                access->overlay = malloc(view->overlay_size);
                if (access->overlay)
                        memcpy(access->overlay, view->overlay, view->overlay_size);
                access->view.overlay = access->overlay;
        }
        access->bytes = malloc(size ? size : 1);
        if (!access->bytes || (overlaid && !access->overlay)) {
                access_free(access);
                return NULL;
        }
        return access;
}

static ssize_t access_bounded(const TraceeView *view, uint64_t address, void *buffer,
                              const void *bytes, size_t size, uint64_t usec)
{
        BoundedAccess *access;
        Errand *errand;
        ssize_t n;
        int r;

        if (hangs_already(view, address, size))
                return -EBUSY;
        access = access_new(view, address, size);
        if (!access)
                return -ENOMEM;
        access->writes = bytes != NULL;
        if (bytes)
                memcpy(access->bytes, bytes, size);
        r = errand_start(&accesses, access, view->memory_fd, &errand);
        if (r < 0) {
                access_free(access);
                return r;
        }
        r = errand_wait(errand, usec);
        if (r < 0)
                note_hanging(access);
        n = r < 0 ? r : access->result;
        if (n > 0 && buffer)
                memcpy(buffer, access->bytes, (size_t) n);
        errand_leave(errand);
        return n;
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
