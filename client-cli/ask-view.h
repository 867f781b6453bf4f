/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a question looks. */
#pragma once

#include "client-cli/command.h"

/* The call, its rule at the right, and what waits behind it. */
void ask_view_call(const Session *session, FILE *out, const cJSON *call, unsigned others);
/* The line of keys. */
void ask_view_keys(FILE *out, bool colours);
void ask_view_help(FILE *out);
/* Everything known: the thread, where paths lead, registers. */
void ask_view_details(FILE *out, const cJSON *call);
