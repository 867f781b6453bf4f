/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call has returned, in words. */
#include <fcntl.h>
#include <string.h>

#include "syscalls/call-numbers.h"
#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"
#include "syscalls/named-constants.h"

static int decode_error_result(int number, Text *text)
{
        const char *description = strerrordesc_np(number);

        if (number >= 512) {
                text_append(text, "? ");
                decode_error(text, number);
                return text_error(text);
        }
        text_append(text, "-1 ");
        decode_error(text, number);
        if (description)
                text_append_format(text, " (%s)", description);
        return text_error(text);
}

/* What a number means that fcntl answers, by its command. */
static const struct {
        int command;
        const char *what; /* in front of the names */
        const NamedConstants *constants;
} fcntl_results[] = {
        {F_GETFD, "flags ", &constants_fd_flags},
        {F_GETFL, "flags ", &constants_open_flags},
        {F_GETLEASE, "", &constants_lock_types},
        {F_GET_SEALS, "seals ", &constants_seals},
};

static void decode_fcntl_result(DecodeContext *context, int command, int64_t result)
{
        if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
                decode_fd(context, (int) result);
                return;
        }
        for (size_t i = 0; i < ELEMENTS_OF(fcntl_results); i++) {
                if (fcntl_results[i].command != command ||
                    (result == 0 && command != F_GETLEASE && command != F_GETFL))
                        continue;
                decode_hex(context->text, (uint64_t) result);
                text_append_format(context->text, " (%s", fcntl_results[i].what);
                decode_constants(context->text, fcntl_results[i].constants, (uint64_t) result);
                text_append_char(context->text, ')');
                return;
        }
        text_append_signed(context->text, result);
}

bool decode_result_has_names(const CallRegisters *registers)
{
        if (registers->number == CALL_umask)
                return true;
        for (size_t i = 0; i < ELEMENTS_OF(fcntl_results); i++)
                if (registers->number == CALL_fcntl &&
                    (int) registers->arguments[1] == fcntl_results[i].command)
                        return true;
        return false;
}

int decode_result(const CallRegisters *registers, int64_t result, const CallerView *view,
                  Text *text)
{
        const DecodeLimits limits = {.resolve = view != NULL};
        const SyscallEntry *entry = syscall_by_number(registers->number);
        DecodeContext context = {.view = view, .limits = &limits, .text = text};

        if (entry && entry->result == SYSCALL_RESULT_NONE)
                return text_append_char(text, '?');
        if (result_is_error(result))
                return decode_error_result((int) -result, text);
        if (entry && entry->result == SYSCALL_RESULT_FD)
                decode_fd(&context, (int) result);
        else if (entry && entry->result == SYSCALL_RESULT_ADDRESS)
                text_append_hex(text, (uint64_t) result);
        else if (entry && entry->number == CALL_umask)
                decode_mode(text, (uint64_t) result);
        else if (entry && entry->number == CALL_fcntl)
                decode_fcntl_result(&context, (int) registers->arguments[1], result);
        else
                text_append_signed(text, result);
        return text_error(text);
}
