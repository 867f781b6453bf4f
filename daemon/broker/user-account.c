/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/user-account.h"

#include "base/cleanup.h"

static bool is_empty(const UserAccount *account, uint64_t now_usec)
{
        return account->clients == 0 && account->calls_in_flight == 0 &&
               account->log_readers == 0 && account->doctors == 0 &&
               account->calls.second != now_usec / 1000000;
}

UserAccount *user_account_get(UserAccount **list, uid_t uid, uint64_t now_usec)
{
        UserAccount *found = NULL;

        for (UserAccount **at = list; *at;) {
                UserAccount *account = *at;

                if (account->uid == uid)
                        found = account;
                if (account == found || !is_empty(account, now_usec)) {
                        at = &account->next;
                        continue;
                }
                *at = account->next;
                free(account);
        }
        if (found)
                return found;
        found = calloc(1, sizeof(*found));
        if (!found)
                return NULL;
        *found = (UserAccount){.next = *list, .uid = uid};
        *list = found;
        return found;
}

void user_accounts_release(UserAccount **list)
{
        while (*list) {
                UserAccount *account = *list;

                *list = account->next;
                free(account);
        }
}
