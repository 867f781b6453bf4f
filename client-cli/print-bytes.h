/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes: shown like `hexdump -C`, and read as a person types them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client-cli/command.h"

/* "00007ffc12345670  74 65 73 74 …  |test…|", `indent` in front of each line. */
void bytes_print(FILE *stream, const char *indent, uint64_t address, const uint8_t *bytes,
                 size_t size);

/* "text with \n C escapes", "hex:00ff" (spaces allowed), "@FILE". Owned. -EINVAL reported as being
 * about `what`. */
int bytes_parse(Session *session, const char *what, const char *word, uint8_t **ret,
                size_t *ret_size);
