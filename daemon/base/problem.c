/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problem.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

int problem_set(Problem *problem, int error, const char *format, ...)
{
        _cleanup_text_ Text text = TEXT_INIT;
        va_list arguments;

        if (!problem || problem->error)
                return error;
        va_start(arguments, format);
        text_append_format_v(&text, format, arguments);
        va_end(arguments);
        problem->error = error;
        problem->text = text_take(&text);
        return error;
}

const char *problem_text(const Problem *problem)
{
        return problem->text ? problem->text : strerror(-problem->error);
}

void problem_release(Problem *problem)
{
        free(problem->text);
        *problem = PROBLEM_INIT;
}
