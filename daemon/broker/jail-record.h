/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a broker knows of a jail, in a memfd of its own that outlives it: "key=value" strings, each
 * with its NUL. News are appended and the last one counts, so that a broker that is killed while it
 * writes leaves what stood there before. Keys that a reader does not know are passed over: a newer
 * broker may have written them, or an older one.
 */
#pragma once

#include "broker/jail.h"

/* Makes jail->record and writes all of the jail into it. */
int jail_record_create(Jail *jail);
/* Appends what may have changed: that it runs, that it has ended. */
int jail_record_update(const Jail *jail);

/* The jail's number and owner, which is all that it takes to make one to read into. -EBADMSG when
 * the record does not say them. */
int jail_record_read_owner(int record, uint64_t *ret_number, uid_t *ret_uid);
/* All else. -EBADMSG when what every jail has is not there. */
int jail_record_read(int record, Jail *jail);
