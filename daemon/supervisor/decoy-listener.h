/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A seccomp listener that we install in each jail before anything else. It serves two ends: the
 * kernel allows one listener in a chain of filters, so the program cannot add one that would
 * outrank ours (EBUSY); and it carries one private call number whose result is a descriptor that we
 * put in, so that an image gets the landing page's memfd without a path, a mount or an inherited
 * descriptor. seccomp_unotify(2).
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The private call number, far outside every table. */
#define DECOY_NUMBER 0x3ffffff1

/* The filter: that number on x86_64 goes to the listener, all else is allowed. */
const struct sock_filter *decoy_filter(size_t *ret_count);

/* Waits for the call that thread `tid` was just made to begin, and lets it return a new descriptor
 * for `fd`. Answers -ESRCH when the process (`pidfd`) ends instead. */
int decoy_serve(int listener, int pidfd, pid_t tid, int fd);

/* Somebody in the jail made the private call by himself: ENOSYS. */
int decoy_refuse(int listener);
