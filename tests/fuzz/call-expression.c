/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed calls: whatever a person pastes is read or refused with a sentence, never more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/call-expression.h"
#include "syscalls/structure-layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_expression(const char *text)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        CallExpression call;
        int r = call_expression_parse(text, &call, &problem);

        if (r < 0) {
                if (r == -EINVAL && !problem.text)
                        abort();
                return;
        }
        if (call.argument_count > SYSCALL_ARGUMENTS_MAX)
                abort();
        for (unsigned i = 0; i < call.argument_count; i++)
                if (!call.arguments[i].bytes && call.arguments[i].size)
                        abort();
        call_expression_release(&call);
}

static void check_assignment(const char *text)
{
        uint8_t bytes[sizeof(uint64_t) * 18], before[sizeof(bytes)];
        Problem problem = PROBLEM_INIT;
        int r;

        memset(bytes, 0xa5, sizeof(bytes));
        memcpy(before, bytes, sizeof(bytes));
        r = structure_field_write(&structure_stat, bytes, sizeof(bytes), text, &problem);
        if (r < 0 && memcmp(bytes, before, sizeof(bytes)) != 0)
                abort();
        problem_release(&problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = strndup((const char *) data, size);

        if (!text)
                return 0;
        check_expression(text);
        check_assignment(text);
        free(text);
        return 0;
}
