/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/subscriptions.h"

#include "base/cleanup.h"
#include "broker/limits.h"

void subscriptions_release(Subscriptions *subscriptions)
{
        free(subscriptions->jails);
        *subscriptions = (Subscriptions){0};
}

static size_t find(const Subscriptions *subscriptions, uint64_t jail)
{
        size_t at = 0;

        while (at < subscriptions->count && subscriptions->jails[at] != jail)
                at++;
        return at;
}

int subscriptions_add(Subscriptions *subscriptions, uint64_t jail)
{
        uint64_t *jails;

        if (jail == 0) {
                subscriptions->own = true;
                return 0;
        }
        if (find(subscriptions, jail) < subscriptions->count)
                return 0;
        if (subscriptions->count == LIMIT_SUBSCRIPTIONS)
                return -E2BIG;
        jails = reallocarray(subscriptions->jails, subscriptions->count + 1, sizeof(*jails));
        if (!jails)
                return -ENOMEM;
        jails[subscriptions->count++] = jail;
        subscriptions->jails = jails;
        return 0;
}

int subscriptions_remove(Subscriptions *subscriptions, uint64_t jail)
{
        size_t at;

        if (jail == 0) {
                if (!subscriptions->own)
                        return -ENOENT;
                subscriptions->own = false;
                return 0;
        }
        at = find(subscriptions, jail);
        if (at == subscriptions->count)
                return -ENOENT;
        subscriptions->jails[at] = subscriptions->jails[--subscriptions->count];
        return 0;
}

bool subscriptions_want(const Subscriptions *subscriptions, uint64_t jail, bool is_own)
{
        if (is_own && subscriptions->own)
                return true;
        return find(subscriptions, jail) < subscriptions->count;
}
