/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who reads the log while it grows: a pipe each, written without ever waiting for the reader. */
#pragma once

#include "supervisor/supervisor.h"

/* Readers of one jail at a time. */
#define LOG_READERS_MAX 64

/* The read end of a new reader's pipe. `follow`: it stays open until the jail ends; `from_end`:
 * only new lines. -EMFILE past the limit. */
int log_readers_add(Supervisor *supervisor, bool follow, bool from_end, int *ret_fd);

/* Gives every reader what is new, as far as its pipe takes it. */
void log_readers_serve(Supervisor *supervisor);

/* The jail has ended: readers that have everything are let go; false while one has not. */
bool log_readers_finish(Supervisor *supervisor);

/* Bytes that those who are there have been given so far. */
uint64_t log_readers_written(const Supervisor *supervisor);

void log_readers_release(Supervisor *supervisor);
