/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a broker finds of a jail of the broker before it. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "broker/jail-record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was taken comes back the same from a record of its own. */
static void expect_same_again(Jail *jail)
{
        _cleanup_(jail_freep) Jail *again = jail_new(jail->number, jail->uid);

        if (!again || jail_record_create(jail) < 0)
                return;
        if (jail_record_read(jail->record, again) < 0 ||
            strcmp(again->program, jail->program) != 0 || again->state != jail->state ||
            again->pid != jail->pid || again->calls != jail->calls)
                __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_close_ int record = memfd_create("record", MFD_CLOEXEC);
        _cleanup_(jail_freep) Jail *jail = NULL;
        uint64_t number;
        uid_t uid;

        if (record < 0 || pwrite(record, bytes, size, 0) != (ssize_t) size)
                return 0;
        if (jail_record_read_owner(record, &number, &uid) < 0)
                number = 1, uid = 0;
        jail = jail_new(number, uid);
        if (jail && jail_record_read(record, jail) == 0)
                expect_same_again(jail);
        return 0;
}
