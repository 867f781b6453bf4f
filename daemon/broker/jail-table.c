/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/jail-table.h"

#include <string.h>

#include "broker/limits.h"

void jail_table_release(JailTable *table)
{
        for (size_t i = 0; i < table->count; i++)
                jail_free(table->jails[i]);
        free(table->jails);
        jail_store_free(table->store);
        *table = (JailTable){0};
}

/* The first place whose number is not below `number`. */
static size_t table_place(const JailTable *table, uint64_t number)
{
        size_t low = 0, high = table->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (table->jails[middle]->number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

int jail_table_restore(JailTable *table, uint64_t number, uid_t uid, Jail **ret)
{
        size_t at = table_place(table, number);
        Jail *jail;

        if (at < table->count && table->jails[at]->number == number)
                return -EEXIST;
        if (table->count == table->room) {
                size_t room = table->room ? 2 * table->room : 16;
                Jail **jails = reallocarray(table->jails, room, sizeof(*jails));

                if (!jails)
                        return -ENOMEM;
                table->jails = jails;
                table->room = room;
        }
        jail = jail_new(number, uid);
        if (!jail)
                return -ENOMEM;
        memmove(table->jails + at + 1, table->jails + at,
                (table->count - at) * sizeof(*table->jails));
        table->jails[at] = jail;
        table->count++;
        if (number >= table->next)
                table->next = number + 1;
        *ret = jail;
        return 0;
}

int jail_table_add(JailTable *table, uid_t uid, Jail **ret)
{
        uint64_t number = table->next ? table->next : 1;
        int r = jail_store_count(table->store, number + 1);

        return r < 0 ? r : jail_table_restore(table, number, uid, ret);
}

void jail_table_remove(JailTable *table, Jail *jail)
{
        size_t at = table_place(table, jail->number);

        if (at == table->count || table->jails[at] != jail)
                return;
        table->count--;
        memmove(table->jails + at, table->jails + at + 1,
                (table->count - at) * sizeof(*table->jails));
        jail_store_remove(table->store, jail->number);
        jail_free(jail);
}

Jail *jail_table_get(const JailTable *table, uint64_t number)
{
        size_t at = table_place(table, number);

        if (at == table->count || table->jails[at]->number != number)
                return NULL;
        return table->jails[at];
}

Jail *jail_table_by_supervisor(const JailTable *table, pid_t pid)
{
        for (size_t i = 0; i < table->count && pid > 0; i++)
                if (table->jails[i]->supervisor == pid)
                        return table->jails[i];
        return NULL;
}

static bool is_live(const Jail *jail)
{
        return jail->state != JAIL_ENDED || jail->peer;
}

size_t jail_table_count_live(const JailTable *table, uid_t uid)
{
        size_t count = 0;

        for (size_t i = 0; i < table->count; i++)
                count += table->jails[i]->uid == uid && is_live(table->jails[i]);
        return count;
}

size_t jail_table_count_live_all(const JailTable *table)
{
        size_t count = 0;

        for (size_t i = 0; i < table->count; i++)
                count += is_live(table->jails[i]);
        return count;
}

size_t jail_table_count_processes(const JailTable *table, uid_t uid)
{
        size_t count = 0;

        for (size_t i = 0; i < table->count; i++)
                if (table->jails[i]->uid == uid)
                        count += table->jails[i]->processes;
        return count;
}

size_t jail_table_log_share(const JailTable *table, uid_t uid)
{
        size_t live = 0;
        uint64_t taken = 0, spare, share;

        for (size_t i = 0; i < table->count; i++) {
                const Jail *jail = table->jails[i];

                if (jail->uid != uid || !is_live(jail))
                        continue;
                live++;
                taken += jail_log_bytes_max(jail);
        }
        /* What is not promised to jails to come. */
        taken += live < LIMIT_JAILS ? (uint64_t) (LIMIT_JAILS - live) * LOG_RING_BYTES_LEAST : 0;
        spare = taken < LIMIT_LOG_BYTES ? LIMIT_LOG_BYTES - taken : 0;
        share = LOG_RING_BYTES_LEAST + spare / 8 / MEBIBYTE * MEBIBYTE;
        return share < LOG_RING_BYTES ? share : LOG_RING_BYTES;
}

static bool is_forgettable(const Jail *jail, uid_t uid)
{
        return jail->uid == uid && !is_live(jail);
}

void jail_table_trim(JailTable *table, uid_t uid, size_t jails_max, uint64_t log_bytes_max)
{
        size_t jails = 0;
        uint64_t bytes = 0;

        /* From the newest on: what does not fit any more is old. */
        for (size_t i = table->count; i > 0; i--) {
                Jail *jail = table->jails[i - 1];

                if (!is_forgettable(jail, uid))
                        continue;
                bytes += jail_log_bytes(jail);
                if (bytes > log_bytes_max) {
                        jail_store_release_ring(table->store, jail);
                        jail->ring = close_fd(jail->ring);
                }
                if (++jails > jails_max)
                        jail_table_remove(table, jail);
        }
}
