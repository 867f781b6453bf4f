/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule file's text as a rule set; a mistake in it fails the test. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rules/rule-set.h"

static inline RuleSet *parse(const char *text)
{
        Diagnostics diagnostics = {0};
        RuleSet *set = NULL;

        if (rule_set_parse(text, strlen(text), &set, &diagnostics) < 0)
                fail_msg("%s\n%s", text, diagnostics.list[0].message);
        diagnostics_release(&diagnostics);
        return set;
}
