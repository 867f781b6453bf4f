/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dbus/jail-client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dbus/bus-names.h"
#include "dbus/daemon-locate.h"
#include "dbus/translate.h"

/* A service that does not even say its mode by then is not there. */
#define PROBE_USEC (10u * 1000u * 1000u)

struct JailClient {
        sd_bus *bus;      /* owned */
        const char *mode; /* "system" or "user" */
        const char *peer; /* the destination of calls; NULL peer to peer */
};

__attribute__((format(printf, 3, 4))) static int fail(char **text, int error, const char *format,
                                                      ...)
{
        va_list arguments;

        free(*text);
        va_start(arguments, format);
        if (vasprintf(text, format, arguments) < 0)
                *text = NULL;
        va_end(arguments);
        return error;
}

/* Whether somebody answers under the name; starts an activatable service. */
static int probe(sd_bus *bus, sd_bus_error *error)
{
        sd_bus_message *message = NULL, *reply = NULL;
        int r;

        r = sd_bus_message_new_method_call(bus, &message, SJ_BUS_NAME, SJ_OBJECT_PATH,
                                           "org.freedesktop.DBus.Properties", "Get");
        if (r >= 0)
                r = sd_bus_message_append(message, "ss", SJ_INTERFACE, "Mode");
        if (r >= 0)
                r = sd_bus_call(bus, message, PROBE_USEC, error, &reply);
        sd_bus_message_unref(message);
        sd_bus_message_unref(reply);
        return r;
}

static int open_system(JailClient *client, const char *host, char **text)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        const char *why;
        int r = host ? sd_bus_open_system_remote(&client->bus, host)
                     : sd_bus_open_system(&client->bus);

        if (r < 0)
                return host ? fail(text, r, _("cannot connect to the system bus of %s: %s"), host,
                                   strerror(-r))
                            : fail(text, r, _("cannot connect to the system bus: %s"),
                                   strerror(-r));
        r = probe(client->bus, &error);
        why = error.message ? error.message : strerror(-r);
        if (r < 0 && host)
                fail(text, r, _("the system service %s on %s cannot be used: %s"), SJ_BUS_NAME,
                     host, why);
        else if (r < 0)
                fail(text, r, _("the system service %s cannot be used: %s"), SJ_BUS_NAME, why);
        sd_bus_error_free(&error);
        if (r < 0)
                return r;
        client->mode = "system";
        client->peer = SJ_BUS_NAME;
        return 0;
}

static int open_user(JailClient *client, bool start, char **text)
{
        int fd = -1, r;

        r = daemon_connect_user(start, &fd, text);
        if (r < 0)
                return r;
        r = sd_bus_new(&client->bus);
        if (r < 0) {
                close(fd);
                return fail(text, r, _("out of memory"));
        }
        r = sd_bus_set_fd(client->bus, fd, fd);
        if (r < 0)
                close(fd);
        else
                r = sd_bus_negotiate_fds(client->bus, 1);
        if (r >= 0)
                r = sd_bus_start(client->bus);
        if (r < 0)
                return fail(text, r, _("cannot talk to the daemon: %s"), strerror(-r));
        client->mode = "user";
        return 0;
}

static int open_any(JailClient *client, char **text)
{
        int r = open_system(client, NULL, text);

        if (r >= 0)
                return r;
        free(*text);
        *text = NULL;
        client->bus = sd_bus_flush_close_unref(client->bus);
        return open_user(client, true, text);
}

static int open_mode(JailClient *client, JailClientMode mode, const char *host, char **text)
{
        if (host)
                return open_system(client, host, text);
        switch (mode) {
        case JAIL_CLIENT_AUTO:
                return open_any(client, text);
        case JAIL_CLIENT_SYSTEM:
                return open_system(client, NULL, text);
        case JAIL_CLIENT_USER:
                return open_user(client, true, text);
        case JAIL_CLIENT_USER_RUNNING:
                return open_user(client, false, text);
        }
        return fail(text, -EINVAL, _("no such mode"));
}

int jail_client_open(JailClientMode mode, const char *host, JailClient **ret, char **ret_error_text)
{
        JailClient *client = calloc(1, sizeof(*client));
        char *text = NULL;
        int r;

        r = client ? open_mode(client, mode, host, &text)
                   : fail(&text, -ENOMEM, _("out of memory"));
        if (r < 0) {
                jail_client_close(client);
                *ret_error_text = text;
                return r;
        }
        *ret = client;
        return 0;
}

JailClient *jail_client_close(JailClient *client)
{
        if (client)
                sd_bus_flush_close_unref(client->bus);
        free(client);
        return NULL;
}

sd_bus *jail_client_bus(JailClient *client)
{
        return client->bus;
}

const char *jail_client_mode(JailClient *client)
{
        return client->mode;
}

int jail_client_method(JailClient *client, const char *member, sd_bus_message **ret)
{
        sd_bus_message *message;
        int r;

        r = sd_bus_message_new_method_call(client->bus, &message, client->peer, SJ_OBJECT_PATH,
                                           SJ_INTERFACE, member);
        if (r < 0)
                return r;
        /* polkit may ask the person; peer to peer nobody looks at it. */
        r = sd_bus_message_set_allow_interactive_authorization(message, 1);
        if (r < 0) {
                sd_bus_message_unref(message);
                return r;
        }
        *ret = message;
        return 0;
}

int jail_client_call(JailClient *client, sd_bus_message *message, sd_bus_error *error,
                     sd_bus_message **ret_reply)
{
        int r = sd_bus_call(client->bus, message, UINT64_MAX, error, ret_reply);

        return r < 0 ? r : 0;
}

int jail_client_match(JailClient *client, const char *member, sd_bus_message_handler_t handler,
                      void *userdata)
{
        int r = sd_bus_match_signal(client->bus, NULL, client->peer, SJ_OBJECT_PATH, SJ_INTERFACE,
                                    member, handler, userdata);

        return r < 0 ? r : 0;
}
