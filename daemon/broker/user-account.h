/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one user takes of the broker at the moment, over all of his connections: another connection
 * gives nobody more of it.
 */
#pragma once

#include <sys/types.h>

#include "broker/rate.h"

typedef struct UserAccount {
        struct UserAccount *next;
        uid_t uid;
        Rate calls;               /* in this second */
        unsigned clients;         /* connections */
        unsigned calls_in_flight; /* not answered yet */
        unsigned log_readers;     /* of ended jails, open now */
        unsigned doctors;         /* running now */
} UserAccount;

/* Finds or makes the user's; NULL on -ENOMEM. It stays while anything in it is not 0; one of an
 * earlier second than `now_usec` that is empty is forgotten here. */
UserAccount *user_account_get(UserAccount **list, uid_t uid, uint64_t now_usec);
void user_accounts_release(UserAccount **list);
