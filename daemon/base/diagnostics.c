/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/diagnostics.h"

#include <string.h>

#include "base/text.h"

static bool is_known(const Diagnostics *diagnostics, const Diagnostic *wanted)
{
        for (size_t i = 0; i < diagnostics->count; i++) {
                const Diagnostic *known = &diagnostics->list[i];

                if (known->line == wanted->line && known->column == wanted->column &&
                    strcmp(known->message, wanted->message) == 0)
                        return true;
        }
        return false;
}

int diagnostics_add(Diagnostics *diagnostics, Severity severity, unsigned line, unsigned column,
                    const char *format, ...)
{
        size_t limit = severity == SEVERITY_ERROR ? DIAGNOSTICS_MAX : DIAGNOSTICS_MAX / 2;
        _cleanup_text_ Text text = TEXT_INIT;
        Diagnostic added = {.severity = severity, .line = line, .column = column};
        Diagnostic *list;
        va_list arguments;

        if (diagnostics->count >= limit)
                return 0;
        va_start(arguments, format);
        text_append_format_v(&text, format, arguments);
        va_end(arguments);
        added.message = text_take(&text);
        if (!added.message)
                return -ENOMEM;
        if (is_known(diagnostics, &added)) {
                free(added.message);
                return 0;
        }

        list = reallocarray(diagnostics->list, diagnostics->count + 1, sizeof(*list));
        if (!list) {
                free(added.message);
                return -ENOMEM;
        }
        list[diagnostics->count++] = added;
        diagnostics->list = list;
        return 0;
}

static int compare_places(const void *a, const void *b)
{
        const Diagnostic *left = a, *right = b;

        if (left->line != right->line)
                return left->line < right->line ? -1 : 1;
        if (left->column != right->column)
                return left->column < right->column ? -1 : 1;
        return strcmp(left->message, right->message);
}

void diagnostics_sort(Diagnostics *diagnostics)
{
        if (diagnostics->count > 1)
                qsort(diagnostics->list, diagnostics->count, sizeof(*diagnostics->list),
                      compare_places);
}

bool diagnostics_have_error(const Diagnostics *diagnostics)
{
        for (size_t i = 0; i < diagnostics->count; i++)
                if (diagnostics->list[i].severity == SEVERITY_ERROR)
                        return true;
        return false;
}

void diagnostics_release(Diagnostics *diagnostics)
{
        for (size_t i = 0; i < diagnostics->count; i++)
                free(diagnostics->list[i].message);
        free(diagnostics->list);
        *diagnostics = (Diagnostics){0};
}
