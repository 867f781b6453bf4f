/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which jails one client wants to hear of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Subscriptions {
        bool own;        /* all of his own, those to come included */
        uint64_t *jails; /* by number, owned */
        size_t count;
} Subscriptions;

void subscriptions_release(Subscriptions *subscriptions);

/* Jail 0: all of one's own. -E2BIG past LIMIT_SUBSCRIPTIONS, -ENOMEM. */
int subscriptions_add(Subscriptions *subscriptions, uint64_t jail);
/* -ENOENT when there was none. */
int subscriptions_remove(Subscriptions *subscriptions, uint64_t jail);

/* `is_own`: whether the jail is the client's. */
bool subscriptions_want(const Subscriptions *subscriptions, uint64_t jail, bool is_own);
