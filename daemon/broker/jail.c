/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/jail.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "broker/limits.h"

Jail *jail_new(uint64_t number, uid_t uid)
{
        Jail *jail = calloc(1, sizeof(*jail));

        if (!jail)
                return NULL;
        jail->number = number;
        jail->uid = uid;
        jail->status = -1;
        jail->exit_code = -1;
        jail->ring = -1;
        jail->log = -1;
        jail->record = -1;
        jail->started_usec = time_now_usec();
        return jail;
}

Jail *jail_free(Jail *jail)
{
        if (!jail)
                return NULL;
        for (char **argument = jail->arguments; argument && *argument; argument++)
                free(*argument);
        free(jail->arguments);
        free(jail->program);
        free(jail->rules_name);
        free(jail->reason);
        free(jail->pending);
        close_fd(jail->ring);
        close_fd(jail->log);
        close_fd(jail->record);
        free(jail);
        return NULL;
}

const char *jail_state_name(JailState state)
{
        static const char *const names[] = {
                [JAIL_STARTING] = "starting",
                [JAIL_RUNNING] = "running",
                [JAIL_ENDED] = "ended",
        };

        return names[state];
}

/* The first place whose id is not below `id`. */
static size_t pending_place(const Jail *jail, uint64_t id)
{
        size_t low = 0, high = jail->pending_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (jail->pending[middle] < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

void jail_add_pending(Jail *jail, uint64_t id)
{
        size_t at = pending_place(jail, id);

        if (jail->pending_count >= LIMIT_PENDING)
                return;
        if (at < jail->pending_count && jail->pending[at] == id)
                return;
        if (jail->pending_count == jail->pending_room) {
                size_t room = jail->pending_room ? 2 * jail->pending_room : 16;
                uint64_t *pending = reallocarray(jail->pending, room, sizeof(*pending));

                if (!pending)
                        return;
                jail->pending = pending;
                jail->pending_room = room;
        }
        memmove(jail->pending + at + 1, jail->pending + at,
                (jail->pending_count - at) * sizeof(*jail->pending));
        jail->pending[at] = id;
        jail->pending_count++;
}

void jail_remove_pending(Jail *jail, uint64_t id)
{
        size_t at = pending_place(jail, id);

        if (at == jail->pending_count || jail->pending[at] != id)
                return;
        jail->pending_count--;
        memmove(jail->pending + at, jail->pending + at + 1,
                (jail->pending_count - at) * sizeof(*jail->pending));
}

uint64_t jail_log_bytes(const Jail *jail)
{
        struct stat st;

        if (jail->ring < 0 || fstat(jail->ring, &st) < 0)
                return 0;
        return (uint64_t) st.st_blocks * 512;
}

uint64_t jail_log_bytes_max(const Jail *jail)
{
        struct stat st;

        return jail->ring < 0 || fstat(jail->ring, &st) < 0 ? 0 : (uint64_t) st.st_size;
}

uint64_t time_now_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t) now.tv_sec * SECOND + (uint64_t) now.tv_nsec / 1000;
}

const char *time_format(uint64_t usec, char buffer[static 32])
{
        time_t seconds = (time_t) (usec / SECOND);
        struct tm parts;
        size_t length;

        buffer[0] = '\0';
        if (usec == 0 || !gmtime_r(&seconds, &parts))
                return buffer;
        length = strftime(buffer, 32, "%Y-%m-%dT%H:%M:%S", &parts);
        snprintf(buffer + length, 32 - length, ".%06uZ", (unsigned) (usec % SECOND));
        return buffer;
}
