/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a daemon says to the journal or to standard error: one line, a syslog priority in front when
 * standard error is the journal. Only mains, bus-*.c and loops log; logic returns.
 */
#pragma once

#include "base/cleanup.h"

typedef enum LogLevel {
        LOG_LEVEL_ERROR = 3,   /* something that must work did not */
        LOG_LEVEL_WARNING = 4, /* a thing was refused or given up, the rest goes on */
        LOG_LEVEL_INFO = 6,    /* a jail began or ended */
        LOG_LEVEL_DEBUG = 7,   /* shown with SECCOMP_JAIL_DEBUG=1 only */
} LogLevel;

/* `name` goes in front of every line that is not for the journal; it is not copied. */
void log_open(const char *name);
void log_line(LogLevel level, const char *format, ...) _printf_(2, 3);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
