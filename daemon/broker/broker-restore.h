/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jails that outlived the last broker. */
#pragma once

typedef struct Broker Broker;

/* Takes out of the store what is there: jails that run get a new link to their supervisors, ended
 * ones are listed again, one that was just being started ends, since its caller was told that it
 * failed. To be called before anybody can ask for them. */
int broker_restore(Broker *broker);
