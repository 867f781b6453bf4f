/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The description of a service that seccomp-jail@.service runs: what to run, as whom, under which
 * rules. JSON, with the place of every mistake; seccomp-jail@.service(8) has the keys.
 */
#pragma once

#include <sys/types.h>

#include "base/json-document.h"
#include "client-cli/command.h"

#define SERVICE_DIRECTORY "/etc/seccomp-jail"

typedef struct ServiceFile {
        JsonDocument *document; /* owned; the strings are its where nothing else is said */
        char **argv;            /* NULL-ended; owned list */
        const char *user;       /* NULL for the caller's own */
        const char *group;      /* NULL for the user's own */
        char **environment;     /* NAME=VALUE, NULL-ended; owned list and strings */
        const char *directory;  /* NULL for / */
        const char *rules;      /* preset or file; NULL when default_action says it all */
        char *rules_path;       /* owned: what `rules` is when it is a file beside this one */
        const char *default_action;
        char *timeout; /* JSON of "on-timeout", owned; NULL */
        const char *log;
        bool notify;            /* the program tells systemd itself when it is ready */
        uint64_t watchdog_usec; /* 0 for none */
} ServiceFile;

/* `name`: a file when there is a slash in it, else NAME of /etc/seccomp-jail/NAME.json. Mistakes
 * are printed with line and column; a negative answer has been reported. */
int service_file_read(Session *session, const char *name, ServiceFile *ret);
void service_file_release(ServiceFile *file);
#define _cleanup_service_file_ _cleanup_(service_file_release)
