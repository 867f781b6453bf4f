/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of one jail as a list model of LogRecord. A million lines are kept as compressed blocks
 * and an offset each; a line is unpacked and parsed when its row is looked at. A filter is applied
 * in slices from an idle handler.
 *
 * Signals: "changed" (how many lines there are); "line" (s: a line just read), for the chart.
 */
#pragma once

#include <gio/gio.h>

#define LOG_TYPE_RECORD (log_record_get_type())
G_DECLARE_FINAL_TYPE(LogRecord, log_record, LOG, RECORD, GObject)

/* The line as the daemon wrote it. */
const char *log_record_line(LogRecord *self);
/* A string field at the top, escaped for showing, owned; "" when there is none. */
char *log_record_string(LogRecord *self, const char *key);
double log_record_number(LogRecord *self, const char *key, double fallback);

#define LOG_TYPE_STORE (log_store_get_type())
G_DECLARE_FINAL_TYPE(LogStore, log_store, LOG, STORE, GObject)

LogStore *log_store_new(void);
/* Reads JSON lines from fd (taken over) until it ends; forgets what was there. -1: reads nothing.
 */
void log_store_read(LogStore *self, int fd);
/* What is read later goes on; what is there is forgotten. */
void log_store_clear(LogStore *self);
/* words: every one must be in the line (case does not matter); answer: "" or an action; outcome:
 * "", "failed" or "succeeded". */
void log_store_set_filter(LogStore *self, const char *words, const char *answer,
                          const char *outcome);
guint log_store_total(LogStore *self);
/* Writes the lines that the filter lets through. */
gboolean log_store_export(LogStore *self, const char *path, GError **error);

/* The value of a top-level string or number in a JSON line, without parsing it: borrowed, *ret_size
 * its length; NULL when there is none. */
const char *log_line_field(const char *line, gsize size, const char *key, gsize *ret_size);
