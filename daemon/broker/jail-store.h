/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the jails outlives the broker, in the service manager's descriptor store (sd_notify(3)):
 * for each jail its record and its log ring, and while it runs its supervisor's control socket, the
 * supervisor's pidfd and the caller's log file. So a broker that was restarted, replaced or killed
 * is followed by one that knows every jail, and while the store has a control socket the supervisor
 * at its other end knows that somebody will come.
 *
 * There is a store in system mode only; every function takes NULL for none.
 */
#pragma once

#include "broker/jail.h"
#include "broker/supervisor-process.h"

typedef struct JailStore JailStore;

/* What was kept of one jail; -1 for what was not. Owned. */
typedef struct KeptJail {
        uint64_t number;
        int record, ring, control, process, log;
} KeptJail;
#define KEPT_JAIL_INIT                                                                             \
        ((KeptJail){.record = -1, .ring = -1, .control = -1, .process = -1, .log = -1})
void kept_jail_release(KeptJail *kept);

/* Takes over what the last broker left, in no order; *ret_next is the number that the next jail may
 * have. Without a service manager *ret and *ret_next stay as they are. */
int jail_store_open(JailStore **ret, KeptJail **ret_kept, size_t *ret_count, uint64_t *ret_next);
JailStore *jail_store_free(JailStore *store);
DEFINE_CLEANUP(JailStore *, jail_store_free)

/* Before a jail gets its number: no later broker gives one below `next`. */
int jail_store_count(JailStore *store, uint64_t next);

/* A jail that is being started, with its supervisor. On failure nothing is kept. */
int jail_store_add(JailStore *store, Jail *jail, const SupervisorProcess *process);
/* It runs now, or has ended. */
int jail_store_update(JailStore *store, const Jail *jail);
/* Its supervisor is not needed any more. */
void jail_store_release_supervisor(JailStore *store, const Jail *jail);
void jail_store_release_log(JailStore *store, const Jail *jail);
/* Its log is given up for newer ones. */
void jail_store_release_ring(JailStore *store, const Jail *jail);
/* Forgets all of it. */
void jail_store_remove(JailStore *store, uint64_t number);
