/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the calls that match a rule it means, in strace's forms of when=. */
#pragma once

#include "rules/rule.h"

/* "3", "3+", "3..7", "2+3", "2..9+3". -EINVAL. */
int rule_nth_parse(const char *text, RuleNth *ret);
int rule_nth_append(const RuleNth *nth, Text *text);
/* Whether call number `count` (1-based) is meant; an unset one means every call. */
bool rule_nth_has(const RuleNth *nth, uint64_t count);
