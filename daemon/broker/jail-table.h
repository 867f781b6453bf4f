/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All jails of this daemon, running and ended, by number. */
#pragma once

#include "broker/jail-store.h"

typedef struct JailTable {
        Jail **jails; /* owned, ascending by number */
        size_t count, room;
        uint64_t next;    /* the number that the next jail gets, from 1 */
        JailStore *store; /* keeps what outlives the broker; owned, NULL for none */
} JailTable;

/* Forgets all; what is in the store stays there for the next broker. */
void jail_table_release(JailTable *table);

/* A new jail with the next number. -ENOMEM, -EIO. */
int jail_table_add(JailTable *table, uid_t uid, Jail **ret);
/* A jail that outlived the last daemon, under its old number. -EEXIST. */
int jail_table_restore(JailTable *table, uint64_t number, uid_t uid, Jail **ret);
void jail_table_remove(JailTable *table, Jail *jail);

/* NULL when there is none. */
Jail *jail_table_get(const JailTable *table, uint64_t number);
Jail *jail_table_by_supervisor(const JailTable *table, pid_t pid);

/* Jails that have not ended, or whose supervisor is still there; of one user, or of all. */
size_t jail_table_count_live(const JailTable *table, uid_t uid);
size_t jail_table_count_live_all(const JailTable *table);

/* Processes in a user's jails. */
size_t jail_table_count_processes(const JailTable *table, uid_t uid);
/* How large the log of a user's next jail may become: his first jails have the most of it, and some
 * is left for as many as he may have. */
size_t jail_table_log_share(const JailTable *table, uid_t uid);

/* Forgets a user's oldest ended jails, and before that their logs, until his share is kept. */
void jail_table_trim(JailTable *table, uid_t uid, size_t jails_max, uint64_t log_bytes_max);
