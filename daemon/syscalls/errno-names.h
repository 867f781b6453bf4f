/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errno and signal names, the kernel-internal restart codes included. */
#pragma once

/* "EPERM" for 1, "ERESTARTSYS" for 512; NULL when there is no such errno. */
const char *errno_name(int number);
/* 1 for "EPERM"; -EINVAL when there is no such name. Also takes decimal numbers 1..4095. */
int errno_from_name(const char *name);
const char *errno_nearest_name(const char *name);

/* "SIGINT" for 2, "SIGRT_1" for 33; NULL when there is none. */
const char *signal_name(int number);
/* 2 for "SIGINT" or "INT"; -EINVAL. */
int signal_from_name(const char *name);
