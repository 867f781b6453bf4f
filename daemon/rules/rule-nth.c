/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule-nth.h"

/* Digits only; strtoull would take blanks and signs. 0 is no count. */
static int take_count(const char **text, uint64_t *ret)
{
        uint64_t value = 0;

        if (**text < '1' || **text > '9')
                return -EINVAL;
        for (; **text >= '0' && **text <= '9'; (*text)++)
                if (__builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t) (**text - '0'), &value))
                        return -EINVAL;
        *ret = value;
        return 0;
}

int rule_nth_parse(const char *text, RuleNth *ret)
{
        RuleNth nth = {.step = 1};

        if (take_count(&text, &nth.first) < 0)
                return -EINVAL;
        nth.last = nth.first;
        if (text[0] == '.' && text[1] == '.') {
                text += 2;
                if (take_count(&text, &nth.last) < 0 || nth.last < nth.first)
                        return -EINVAL;
        } else if (*text == '+')
                nth.last = UINT64_MAX;
        if (*text == '+') {
                text++;
                if (*text && take_count(&text, &nth.step) < 0)
                        return -EINVAL;
        }
        if (*text)
                return -EINVAL;
        *ret = nth;
        return 0;
}

int rule_nth_append(const RuleNth *nth, Text *text)
{
        text_append_unsigned(text, nth->first);
        if (nth->last != nth->first && nth->last != UINT64_MAX) {
                text_append(text, "..");
                text_append_unsigned(text, nth->last);
        }
        if (nth->last == UINT64_MAX || nth->step != 1)
                text_append_char(text, '+');
        if (nth->step != 1)
                text_append_unsigned(text, nth->step);
        return text_error(text);
}

bool rule_nth_has(const RuleNth *nth, uint64_t count)
{
        if (nth->first == 0)
                return true;
        return count >= nth->first && count <= nth->last && (count - nth->first) % nth->step == 0;
}
