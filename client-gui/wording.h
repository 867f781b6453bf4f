/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How values of the daemon read to a person, in the person's language. */
#pragma once

#include <gio/gio.h>

/* Text that came from a program, made safe to show: control characters and bidirectional marks
 * become visible escapes. Owned. */
char *wording_escape(const char *text);

/* "00:12", "1:02:03". */
char *wording_wait(gint64 seconds);
/* "120 µs", "3.4 ms", "2.1 s", "" for nothing. */
char *wording_nanoseconds(guint64 nanoseconds);
/* The local time of day of an RFC 3339 time; "" when it is none. */
char *wording_time(const char *rfc3339);
/* Seconds since 1970 of an RFC 3339 time, `fallback` when it is none. */
double wording_seconds(const char *rfc3339, double fallback);

/* An action as the bus writes it ("abort=EACCES") in words ("Refuse: EACCES"). Owned. */
char *wording_action(const char *action);
/* What was answered, in the past: "allowed", "refused: EACCES". Owned. */
char *wording_answer(const char *action);
/* Who answered: user, rule, timeout, script, injection, supervisor. Constant. */
const char *wording_by(const char *by);
/* running, stopped, held, blocked, zombie. Constant. */
const char *wording_process_state(const char *state);
/* How a jail is: "running", "ended with status 1", "ended by SIGKILL". Owned. */
char *wording_jail_state(GVariant *jail);
/* @file-system → "files". Constant or the group itself. */
const char *wording_group(const char *group);
/* Why a held call is not held any more, from SyscallDecided's dictionary; owned. */
char *wording_farewell(GVariant *decided);

/* What went wrong, without D-Bus names. Owned. */
char *wording_error(const GError *error);
/* Whether the daemon's error is org.deepin.SeccompJail.Error.`name`. */
gboolean wording_error_is(const GError *error, const char *name);
