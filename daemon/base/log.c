/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

static const char *log_name = "seccomp-jail";
static bool log_to_journal, log_debug_on;

static bool stderr_is_journal(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
               fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *name)
{
        const char *debug = getenv("SECCOMP_JAIL_DEBUG");

        log_name = name;
        log_to_journal = stderr_is_journal();
        log_debug_on = debug && strcmp(debug, "0") != 0;
}

void log_line(LogLevel level, const char *format, ...)
{
        _cleanup_text_ Text line = TEXT_INIT;
        int saved = errno;
        va_list arguments;

        if (level == LOG_LEVEL_DEBUG && !log_debug_on)
                return;
        if (log_to_journal)
                text_append_format(&line, "<%d>", (int) level);
        else
                text_append_format(&line, "%s: ", log_name);
        va_start(arguments, format);
        text_append_format_v(&line, format, arguments);
        va_end(arguments);
        text_append_char(&line, '\n');
        if (!text_error(&line) && write(STDERR_FILENO, line.data, line.length) < 0) {
                /* standard error is gone: nobody is left to tell */
        }
        errno = saved;
}
