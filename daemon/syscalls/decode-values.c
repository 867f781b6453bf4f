/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain values of registers and fields: descriptors, modes, devices, signals, names of constants.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"
#include "syscalls/errno-names.h"

#define AT_FDCWD_VALUE (-100)

void decode_hex(Text *text, uint64_t value)
{
        if (value)
                text_append_hex(text, value);
        else
                text_append_char(text, '0');
}

void decode_address(DecodeContext *context, uint64_t address)
{
        if (address == 0)
                text_append(context->text, "NULL");
        else
                text_append_hex(context->text, address);
}

static void append_angled(Text *text, const char *description)
{
        text_append_char(text, '<');
        text_append_escaped(text, description, strlen(description));
        text_append_char(text, '>');
}

void decode_fd(DecodeContext *context, int fd)
{
        _cleanup_free_ char *description = NULL;

        text_append_signed(context->text, fd);
        if (fd < 0 || !context->limits->resolve || !context->view->describe_fd)
                return;
        if (context->view->describe_fd(context->view->context, fd, &description) == 0)
                append_angled(context->text, description);
}

void decode_directory_fd(DecodeContext *context, int fd, bool used)
{
        _cleanup_free_ char *directory = NULL;

        if (fd != AT_FDCWD_VALUE) {
                decode_fd(context, fd);
                return;
        }
        text_append(context->text, "AT_FDCWD");
        if (!used || !context->limits->resolve || !context->view->resolve_path)
                return;
        if (context->view->resolve_path(context->view->context, fd, ".", 1, &directory) == 0)
                append_angled(context->text, directory);
}

/* As strace: at least three digits and a leading zero. */
void decode_mode(Text *text, uint64_t mode)
{
        text_append_octal(text, mode);
}

void decode_typed_mode(Text *text, uint64_t mode)
{
        static const struct {
                uint64_t bit;
                const char *name;
        } bits[] = {{04000, "S_ISUID|"}, {02000, "S_ISGID|"}, {01000, "S_ISVTX|"}};
        uint64_t type = mode & 0170000;

        if (type) {
                decode_constants(text, &constants_file_types, type);
                text_append_char(text, '|');
        }
        for (size_t i = 0; type && i < ELEMENTS_OF(bits); i++)
                if (mode & bits[i].bit) {
                        text_append(text, bits[i].name);
                        mode &= ~bits[i].bit;
                }
        decode_mode(text, mode & ~(uint64_t) 0170000);
}

void decode_device(Text *text, uint64_t device)
{
        text_append(text, "makedev(");
        decode_hex(text, major(device));
        text_append(text, ", ");
        decode_hex(text, minor(device));
        text_append_char(text, ')');
}

void decode_id(Text *text, uint64_t id)
{
        if ((uint32_t) id == UINT32_MAX)
                text_append(text, "-1");
        else
                text_append_unsigned(text, (uint32_t) id);
}

void decode_signal(Text *text, int number)
{
        const char *name = signal_name(number);

        if (name)
                text_append(text, name);
        else
                text_append_signed(text, number);
}

void decode_error(Text *text, int number)
{
        const char *name = errno_name(number);

        if (name)
                text_append(text, name);
        else
                text_append_signed(text, number);
}

static bool set_has(const NamedConstants *set, uint64_t value)
{
        for (size_t i = 0; i < set->count; i++)
                if (set->list[i].value == value)
                        return true;
        return false;
}

/* Most of these are ints whose upper half the kernel does not look at. */
void decode_constants(Text *text, const NamedConstants *set, uint64_t value)
{
        uint64_t low = (uint32_t) value, sign_extended = (uint64_t) (int64_t) (int32_t) value;

        if (!set->flags && !set_has(set, value)) {
                if (set_has(set, low))
                        value = low;
                else if (value >> 32 == 0 && set_has(set, sign_extended))
                        value = sign_extended;
        }
        if (value >> 32 == UINT32_MAX && set->flags)
                value = low;
        named_constants_append(set, value, text);
}

void decode_signal_set(Text *text, uint64_t set)
{
        unsigned present = (unsigned) __builtin_popcountll(set);
        bool inverted = present >= 64 * 2 / 3;
        bool first = true;

        if (inverted) {
                text_append_char(text, '~');
                set = ~set;
        }
        text_append_char(text, '[');
        for (int i = 1; i <= 64; i++) {
                if (!(set >> (i - 1) & 1))
                        continue;
                if (!first)
                        text_append_char(text, ' ');
                text_append(text, signal_name(i) + 3);
                first = false;
        }
        text_append_char(text, ']');
}

void decode_wait_status(Text *text, int status)
{
        int number = status & 0x7f;

        text_append(text, "[{");
        if (number == 0) {
                text_append_format(text, "WIFEXITED(s) && WEXITSTATUS(s) == %d",
                                   status >> 8 & 0xff);
        } else if ((status & 0xff) == 0x7f) {
                text_append(text, status == 0xffff ? "WIFCONTINUED(s)"
                                                   : "WIFSTOPPED(s) && WSTOPSIG(s) == ");
                if (status != 0xffff)
                        decode_signal(text, status >> 8 & 0xff);
        } else {
                text_append(text, "WIFSIGNALED(s) && WTERMSIG(s) == ");
                decode_signal(text, number);
                if (status & 0x80)
                        text_append(text, " && WCOREDUMP(s)");
        }
        text_append(text, "}]");
}
