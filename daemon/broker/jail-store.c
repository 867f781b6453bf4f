/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/jail-store.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/jail-record.h"

#define NAME_COUNTER "counter"

struct JailStore {
        int counter; /* memfd: the next jail's number as the eight bytes that it is; owned */
};

/* A jail's descriptors are named jail-NUMBER-PART. */
static const struct {
        const char *part;
        size_t offset; /* in KeptJail */
} parts[] = {
        {"record", offsetof(KeptJail, record)},   {"ring", offsetof(KeptJail, ring)},
        {"control", offsetof(KeptJail, control)}, {"process", offsetof(KeptJail, process)},
        {"log", offsetof(KeptJail, log)},
};

static int *kept_part(KeptJail *kept, size_t part)
{
        return (int *) ((char *) kept + parts[part].offset);
}

void kept_jail_release(KeptJail *kept)
{
        for (size_t i = 0; i < ELEMENTS_OF(parts); i++) {
                int *fd = kept_part(kept, i);

                *fd = close_fd(*fd);
        }
}

/* ---- to the service manager ---- */

/* Without FDPOLL=0 it would forget a socket whose other end is closed: that is what the next
 * broker must see. */
static int put(const char *name, int fd)
{
        _cleanup_free_ char *state = string_format("FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
        int r = state ? sd_pid_notify_with_fds(0, 0, state, &fd, 1) : -ENOMEM;

        return r < 0 ? r : 0;
}

static void forget(const char *name)
{
        int r = sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);

        if (r < 0)
                log_warning("the descriptor %s stays in the store: %s", name, strerror(-r));
}

static int put_part(uint64_t number, const char *part, int fd)
{
        _cleanup_free_ char *name = string_format("jail-%" PRIu64 "-%s", number, part);

        if (fd < 0)
                return 0;
        return name ? put(name, fd) : -ENOMEM;
}

static void forget_part(uint64_t number, const char *part)
{
        _cleanup_free_ char *name = string_format("jail-%" PRIu64 "-%s", number, part);

        if (name)
                forget(name);
}

/* ---- from the last broker ---- */

typedef struct Taking {
        KeptJail *kept; /* owned */
        size_t count;
        int counter; /* owned; -1 when there is none */
} Taking;

static void taking_release(Taking *taking)
{
        for (size_t i = 0; i < taking->count; i++)
                kept_jail_release(&taking->kept[i]);
        free(taking->kept);
        close_fd(taking->counter);
}

static KeptJail *find_or_add(Taking *taking, uint64_t number)
{
        KeptJail *more;

        for (size_t i = taking->count; i > 0; i--)
                if (taking->kept[i - 1].number == number)
                        return &taking->kept[i - 1];
        more = reallocarray(taking->kept, taking->count + 1, sizeof(*more));
        if (!more)
                return NULL;
        taking->kept = more;
        more[taking->count] = KEPT_JAIL_INIT;
        more[taking->count].number = number;
        return &more[taking->count++];
}

/* Where a descriptor of that name belongs; NULL when nobody knows it. */
static int *find_place(Taking *taking, const char *name)
{
        uint64_t number;
        KeptJail *kept;
        int length = 0;

        if (string_equal(name, NAME_COUNTER))
                return &taking->counter;
        if (sscanf(name, "jail-%" SCNu64 "-%n", &number, &length) != 1 || length == 0)
                return NULL;
        for (size_t i = 0; i < ELEMENTS_OF(parts); i++)
                if (string_equal(parts[i].part, name + length)) {
                        kept = find_or_add(taking, number);
                        return kept ? kept_part(kept, i) : NULL;
                }
        return NULL;
}

static void take_descriptor(Taking *taking, const char *name, int fd)
{
        int *place = find_place(taking, name);

        if (place && *place < 0) {
                *place = fd;
                return;
        }
        log_warning("descriptor %s of the store is not one of ours; it is closed", name);
        close_fd(fd);
        if (!place)
                forget(name);
}

static int take_all(Taking *taking)
{
        char **names = NULL;
        int count = sd_listen_fds_with_names(1, &names);

        for (int i = 0; i < count; i++) {
                take_descriptor(taking, names[i], SD_LISTEN_FDS_START + i);
                free(names[i]);
        }
        free(names);
        return count < 0 ? count : 0;
}

/* ---- the counter ---- */

int jail_store_count(JailStore *store, uint64_t next)
{
        if (!store)
                return 0;
        return pwrite(store->counter, &next, sizeof(next), 0) == sizeof(next) ? 0 : -EIO;
}

static int make_counter(JailStore *store)
{
        int r;

        store->counter = memfd_create("seccomp-jail-counter", MFD_CLOEXEC);
        if (store->counter < 0)
                return -errno;
        r = jail_store_count(store, 1);
        return r < 0 ? r : put(NAME_COUNTER, store->counter);
}

static int read_counter(const JailStore *store, uint64_t *ret)
{
        return pread(store->counter, ret, sizeof(*ret), 0) == sizeof(*ret) ? 0 : -EBADMSG;
}

/* NULL when no service manager keeps anything for us. */
static int store_new(Taking *taking, JailStore **ret, uint64_t *ret_next)
{
        _cleanup_(jail_store_freep) JailStore *store = NULL;
        int r = 0;

        if (!getenv("NOTIFY_SOCKET"))
                return 0;
        store = calloc(1, sizeof(*store));
        if (!store)
                return -ENOMEM;
        store->counter = TAKE_FD(taking->counter);
        if (store->counter < 0)
                r = make_counter(store);
        if (r >= 0)
                r = read_counter(store, ret_next);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(store);
        return 0;
}

int jail_store_open(JailStore **ret, KeptJail **ret_kept, size_t *ret_count, uint64_t *ret_next)
{
        _cleanup_(taking_release) Taking taking = {.counter = -1};
        int r = take_all(&taking);

        if (r >= 0)
                r = store_new(&taking, ret, ret_next);
        if (r < 0)
                return r;
        *ret_kept = TAKE_PTR(taking.kept);
        *ret_count = taking.count;
        taking.count = 0;
        return 0;
}

JailStore *jail_store_free(JailStore *store)
{
        if (store)
                close_fd(store->counter);
        free(store);
        return NULL;
}

/* ---- jails ---- */

int jail_store_add(JailStore *store, Jail *jail, const SupervisorProcess *process)
{
        int r;

        if (!store)
                return 0;
        jail->supervisor = process->pid;
        r = jail_record_create(jail);
        if (r >= 0)
                r = put_part(jail->number, "record", jail->record);
        if (r >= 0)
                r = put_part(jail->number, "ring", jail->ring);
        if (r >= 0)
                r = put_part(jail->number, "log", jail->log);
        if (r >= 0)
                r = put_part(jail->number, "process", process->pidfd);
        if (r >= 0)
                r = put_part(jail->number, "control", process->control);
        if (r < 0)
                jail_store_remove(store, jail->number);
        return r;
}

int jail_store_update(JailStore *store, const Jail *jail)
{
        return store && jail->record >= 0 ? jail_record_update(jail) : 0;
}

void jail_store_release_supervisor(JailStore *store, const Jail *jail)
{
        if (!store)
                return;
        forget_part(jail->number, "control");
        forget_part(jail->number, "process");
}

void jail_store_release_log(JailStore *store, const Jail *jail)
{
        if (store && jail->log >= 0)
                forget_part(jail->number, "log");
}

void jail_store_release_ring(JailStore *store, const Jail *jail)
{
        if (store && jail->ring >= 0)
                forget_part(jail->number, "ring");
}

void jail_store_remove(JailStore *store, uint64_t number)
{
        for (size_t i = 0; store && i < ELEMENTS_OF(parts); i++)
                forget_part(number, parts[i].part);
}
