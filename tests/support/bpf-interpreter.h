/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a seccomp program on made-up calls, as the kernel would, so that a filter is tested as data.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's own limits are held: 32-bit words within seccomp_data, forward jumps inside the
 * program, a return at the end. Answers the value returned, and through *ret_steps (may be NULL)
 * how many instructions ran; 0xdeadbeef for a program that the kernel would not take. */
uint32_t bpf_run(const struct sock_filter *program, size_t count, const struct seccomp_data *data,
                 size_t *ret_steps);
