/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client's connection to a daemon by sd-bus, the same for the system bus and for the private
 * socket.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef enum JailClientMode {
        JAIL_CLIENT_AUTO,         /* the system service if it is there, else user mode */
        JAIL_CLIENT_SYSTEM,       /* the system bus */
        JAIL_CLIENT_USER,         /* the private socket, the daemon started when needed */
        JAIL_CLIENT_USER_RUNNING, /* the private socket, only if the daemon is there */
} JailClientMode;

typedef struct JailClient JailClient;

/* Connects. `host`: "USER@HOST" for the system bus over ssh (systemd-stdio-bridge), or NULL. On
 * failure a negative errno and, in *ret_error_text, an owned sentence for the person. */
int jail_client_open(JailClientMode mode, const char *host, JailClient **ret,
                     char **ret_error_text);
JailClient *jail_client_close(JailClient *client);
static inline void jail_client_closep(JailClient **client)
{
        if (*client)
                jail_client_close(*client);
}

sd_bus *jail_client_bus(JailClient *client);
/* "system" or "user". */
const char *jail_client_mode(JailClient *client);

/* A method call message to the daemon, to be filled and sent. */
int jail_client_method(JailClient *client, const char *member, sd_bus_message **ret);
/* Sends it and waits without a time limit (a person may be typing a password). On a D-Bus error:
 * negative errno and *error filled. */
int jail_client_call(JailClient *client, sd_bus_message *message, sd_bus_error *error,
                     sd_bus_message **ret_reply);
/* Adds a match for a signal of the interface; `member` NULL for all. */
int jail_client_match(JailClient *client, const char *member, sd_bus_message_handler_t handler,
                      void *userdata);
