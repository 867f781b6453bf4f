/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as people and files write them: decimal, 0x hexadecimal, 0 octal, a leading minus; the
 * whole string must be the number.
 */
#pragma once

#include <stdint.h>

/* 0; -EINVAL when the string is not a number; -ERANGE when it does not fit. A negative number is
 * taken as its two's complement, as the kernel sees it in a register. */
int number_parse_unsigned(const char *string, uint64_t *ret_value);
int number_parse_signed(const char *string, int64_t *ret_value);
