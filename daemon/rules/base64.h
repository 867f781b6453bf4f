/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648, padded), for the seed's scripts and for the bytes of buffers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Owned bytes with a NUL behind them that does not count. -EINVAL, -ENOMEM. */
int base64_decode(const char *text, uint8_t **ret, size_t *ret_size);
int base64_append(const uint8_t *bytes, size_t size, Text *text);
