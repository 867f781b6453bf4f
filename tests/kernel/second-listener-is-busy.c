/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One listener a filter chain: with the supervisor's decoy in place a program that wants one of its
 * own (USER_NOTIF outranks TRACE: a way out) gets EBUSY from the kernel.
 */
#include "harness.h"

int main(void)
{
        int listener = fact_filter_flags(0x3ffffff1, SECCOMP_RET_USER_NOTIF,
                                         SECCOMP_FILTER_FLAG_NEW_LISTENER);

        CHECK(listener >= 0);
        CHECK_EQUAL(fact_filter_flags(SYS_getppid, SECCOMP_RET_USER_NOTIF,
                                      SECCOMP_FILTER_FLAG_NEW_LISTENER),
                    -1);
        CHECK_EQUAL(errno, EBUSY);
        /* A filter without a listener is still taken. */
        CHECK_EQUAL(fact_filter_flags(SYS_getppid, SECCOMP_RET_ERRNO | 5, 0), 0);
        return 0;
}
