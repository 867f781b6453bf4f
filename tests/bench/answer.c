/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client that allows every held call at once, for the time from the kernel's stop to the program
 * going on; and the bus's own round trip to hold it against.
 *
 *   answer COUNT [system]     answers COUNT calls, in user mode or of the system service; prints
 *                             "ready" when it listens, and at its end the nanoseconds of a round
 *                             trip (median of 200)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dbus/bus-names.h"
#include "dbus/jail-client.h"

static long answered;
static const char *destination; /* NULL where the bus has one end only */

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static int on_answered(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void) userdata;
        (void) error;
        if (sd_bus_message_is_method_error(reply, NULL))
                fprintf(stderr, "answer: %s\n", sd_bus_message_get_error(reply)->message);
        answered++;
        return 0;
}

static int on_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        sd_bus *bus = userdata;
        uint64_t id;
        int r = sd_bus_message_read_basic(message, 't', &id);

        (void) error;
        if (r < 0)
                return r;
        return sd_bus_call_method_async(bus, NULL, destination, SJ_OBJECT_PATH, SJ_INTERFACE,
                                        "Decide", on_answered, NULL, "ta{sv}", id, 1, "action", "s",
                                        "allow");
}

static int compare(const void *left, const void *right)
{
        double difference = *(const double *) left - *(const double *) right;

        return difference < 0 ? -1 : difference > 0;
}

/* A method that does nothing: org.freedesktop.DBus.Peer.Ping. */
static double round_trip(sd_bus *bus)
{
        double times[200];

        for (int i = 0; i < 200; i++) {
                double before = now();

                if (sd_bus_call_method(bus, destination, SJ_OBJECT_PATH,
                                       "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, NULL) < 0)
                        return -1;
                times[i] = now() - before;
        }
        qsort(times, 200, sizeof(times[0]), compare);
        return times[100];
}

int main(int argc, char **argv)
{
        JailClient *client = NULL;
        char *problem = NULL;
        long count = argc > 1 ? atol(argv[1]) : 1;
        sd_bus *bus;
        double ping;
        bool of_system = argc > 2 && strcmp(argv[2], "system") == 0;
        int r = jail_client_open(of_system ? JAIL_CLIENT_SYSTEM : JAIL_CLIENT_USER_RUNNING, NULL,
                                 &client, &problem);

        if (r < 0) {
                fprintf(stderr, "answer: %s\n", problem ? problem : strerror(-r));
                return 1;
        }
        bus = jail_client_bus(client);
        destination = of_system ? SJ_BUS_NAME : NULL;
        ping = round_trip(bus);
        r = jail_client_match(client, "SyscallPending", on_pending, bus);
        if (r >= 0)
                r = sd_bus_call_method(bus, destination, SJ_OBJECT_PATH, SJ_INTERFACE, "Subscribe",
                                       NULL, NULL, "t", (uint64_t) 0);
        if (r < 0) {
                fprintf(stderr, "answer: cannot subscribe: %s\n", strerror(-r));
                return 1;
        }
        printf("ready\n");
        fflush(stdout);
        while (answered < count && r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        sd_bus_flush(bus);
        printf("%.0f\n", ping);
        jail_client_close(client);
        return r < 0;
}
