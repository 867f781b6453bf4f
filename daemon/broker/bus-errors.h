/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a Problem or an errno to an error on the bus, by one table. */
#pragma once

#include <systemd/sd-bus.h>

#include "base/problem.h"

/* Both answer a negative number and fill *error, so that a handler can return it. */
int bus_error_of_problem(sd_bus_error *error, const Problem *problem);
int bus_error_of_errno(sd_bus_error *error, int number, const char *what);

/* An error that a supervisor answered, as it is passed on to the client: only names of ours, and a
 * text of bounded size. */
int bus_reply_with_error_of(sd_bus_message *request, const sd_bus_error *error);
