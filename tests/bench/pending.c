/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client that finds many calls held at once.
 *
 *   pending COUNT     waits until so many are held; prints the nanoseconds that it took to list
 *                     them, to answer one (median of 50 or less), and to answer each of the rest,
 *                     as many as the daemon takes under way
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dbus/bus-names.h"
#include "dbus/jail-client.h"

#define SINGLE    50
#define UNDER_WAY 500

typedef struct Pending {
        sd_bus *bus;
        uint64_t *ids;
        size_t count, room;
        size_t sent, answered;
} Pending;

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static int read_call(sd_bus_message *reply, uint64_t *ret)
{
        const char *key;
        int r;

        while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                r = sd_bus_message_read(reply, "s", &key);
                if (r >= 0 && strcmp(key, "id") == 0)
                        r = sd_bus_message_read(reply, "v", "t", ret);
                else if (r >= 0)
                        r = sd_bus_message_skip(reply, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        return r;
}

static int read_list(sd_bus_message *reply, Pending *pending)
{
        int r = sd_bus_message_enter_container(reply, 'a', "a{sv}");

        pending->count = 0;
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'a', "{sv}")) > 0) {
                if (pending->count == pending->room) {
                        size_t room = pending->room ? 2 * pending->room : 64;
                        uint64_t *ids = reallocarray(pending->ids, room, sizeof(*ids));

                        if (!ids)
                                return -1;
                        pending->ids = ids;
                        pending->room = room;
                }
                r = read_call(reply, &pending->ids[pending->count++]);
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r;
}

/* How long it took; negative when it failed. */
static double list(Pending *pending)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        double before = now(), took;
        int r = sd_bus_call_method(pending->bus, NULL, SJ_OBJECT_PATH, SJ_INTERFACE, "ListPending",
                                   &error, &reply, "t", (uint64_t) 0);

        took = now() - before;
        if (r < 0)
                fprintf(stderr, "pending: %s\n", error.message ? error.message : strerror(-r));
        else
                r = read_list(reply, pending);
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r < 0 ? -1 : took;
}

static int compare(const void *left, const void *right)
{
        double difference = *(const double *) left - *(const double *) right;

        return difference < 0 ? -1 : difference > 0;
}

static double answer_singly(Pending *pending, size_t count)
{
        double times[SINGLE];

        for (size_t i = 0; i < count; i++) {
                double before = now();

                if (sd_bus_call_method(pending->bus, NULL, SJ_OBJECT_PATH, SJ_INTERFACE, "Decide",
                                       NULL, NULL, "ta{sv}", pending->ids[pending->sent++], 1,
                                       "action", "s", "allow") < 0)
                        return -1;
                pending->answered++;
                times[i] = now() - before;
        }
        qsort(times, count, sizeof(times[0]), compare);
        return times[count / 2];
}

static int on_answered(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Pending *pending = userdata;

        (void) error;
        if (sd_bus_message_is_method_error(reply, NULL))
                fprintf(stderr, "pending: %s\n", sd_bus_message_get_error(reply)->message);
        pending->answered++;
        return 0;
}

static double answer_rest(Pending *pending)
{
        size_t rest = pending->count - pending->sent;
        double before = now();
        int r = 0;

        while (pending->answered < pending->count && r >= 0) {
                while (r >= 0 && pending->sent < pending->count &&
                       pending->sent - pending->answered < UNDER_WAY)
                        r = sd_bus_call_method_async(pending->bus, NULL, NULL, SJ_OBJECT_PATH,
                                                     SJ_INTERFACE, "Decide", on_answered, pending,
                                                     "ta{sv}", pending->ids[pending->sent++], 1,
                                                     "action", "s", "allow");
                if (r >= 0)
                        r = sd_bus_process(pending->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(pending->bus, UINT64_MAX);
        }
        return r < 0 ? -1 : rest ? (now() - before) / (double) rest : 0;
}

int main(int argc, char **argv)
{
        const struct timespec moment = {.tv_nsec = 100000000};
        size_t wanted = argc > 1 ? (size_t) atol(argv[1]) : 1;
        JailClient *client = NULL;
        Pending pending = {0};
        char *problem = NULL;
        double listed, single, each;
        int r = jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &client, &problem);

        if (r < 0) {
                fprintf(stderr, "pending: %s\n", problem ? problem : strerror(-r));
                return 1;
        }
        pending.bus = jail_client_bus(client);
        while ((listed = list(&pending)) >= 0 && pending.count < wanted)
                nanosleep(&moment, NULL);
        if (listed >= 0)
                listed = list(&pending);
        single = listed < 0 ? -1 : answer_singly(&pending, wanted < SINGLE ? wanted : SINGLE);
        each = single < 0 ? -1 : answer_rest(&pending);
        jail_client_close(client);
        free(pending.ids);
        if (each < 0)
                return 1;
        printf("%.0f %.0f %.0f\n", listed, single, each);
        return 0;
}
