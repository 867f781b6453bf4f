/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int number_parse_signed(const char *string, int64_t *ret_value)
{
        char *end;
        long long value;

        if (*string != '-' && !isdigit((unsigned char) *string))
                return -EINVAL;
        errno = 0;
        value = strtoll(string, &end, 0);
        if (errno == ERANGE)
                return -ERANGE;
        if (end == string || *end)
                return -EINVAL;
        *ret_value = value;
        return 0;
}

int number_parse_unsigned(const char *string, uint64_t *ret_value)
{
        char *end;
        unsigned long long value;

        if (*string == '-') {
                int64_t negative;
                int r = number_parse_signed(string, &negative);

                if (r < 0)
                        return r;
                *ret_value = (uint64_t) negative;
                return 0;
        }
        if (!isdigit((unsigned char) *string))
                return -EINVAL;
        errno = 0;
        value = strtoull(string, &end, 0);
        if (errno == ERANGE)
                return -ERANGE;
        if (end == string || *end)
                return -EINVAL;
        *ret_value = value;
        return 0;
}
