/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seccomp filter that the supervisor lives under: the calls that it makes, and nothing else.
 * Whoever teaches it a new call adds the call to the tables here; the test-suite runs under it.
 */
#pragma once

/* For all threads; a call outside the tables kills the process, and the jail with it. no_new_privs
 * must be set. -ENOMEM, or what the kernel says. */
int own_filter_install(void);
