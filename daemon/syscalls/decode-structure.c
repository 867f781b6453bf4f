/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structures by their layout, arrays of them, and directory entries. */
#include <string.h>

#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"
#include "syscalls/structure-layout.h"

#define DIRECTORY_MAX       65536 /* bytes of entries that are looked at */
#define STRUCTURE_MAX       512   /* bytes of the largest layout */
#define NANOSECONDS_MAX     999999999
#define UTIME_NOW_VALUE     ((1l << 30) - 1)
#define UTIME_OMIT_VALUE    ((1l << 30) - 2)
#define SA_RESTORER_FLAG    0x04000000
#define SIGNAL_CODE_PROCESS 0 /* SI_USER and negative codes carry pid and uid */

static void decode_fields(DecodeContext *context, const StructureLayout *layout,
                          const uint8_t *bytes, size_t size, unsigned depth);

/* 2026-11-23T21:30:00+0000, as strace writes it beside the seconds. */
static void decode_time(Text *text, int64_t seconds, uint64_t nanoseconds)
{
        size_t before;

        text_append_signed(text, seconds);
        before = text->length;
        if (seconds == 0)
                return;
        text_append(text, " /* ");
        if (!text_append_date(text, seconds)) {
                text->length = before;
                return;
        }
        if (nanoseconds > 0 && nanoseconds <= NANOSECONDS_MAX) {
                text_append_char(text, '.');
                text_append_padded(text, nanoseconds, 9);
        }
        text_append(text, "+0000 */");
}

/* The seconds' nanoseconds stand behind them where a field says so by its name. */
static uint64_t nanoseconds_behind(const StructureField *field, const uint8_t *structure)
{
        uint64_t nanoseconds = 0;

        if (string_starts_with(field->name, "st_"))
                memcpy(&nanoseconds, structure + field->offset + sizeof(uint64_t),
                       sizeof(nanoseconds));
        return nanoseconds;
}

static void decode_limit(Text *text, uint64_t limit)
{
        if (limit == UINT64_MAX)
                text_append(text, "RLIM64_INFINITY");
        else if (limit > 1024 && limit % 1024 == 0)
                text_append_format(text, "%lu*1024", (unsigned long) (limit / 1024));
        else
                text_append_unsigned(text, limit);
}

static void decode_utime_nanoseconds(Text *text, uint64_t value)
{
        if (value == UTIME_NOW_VALUE)
                text_append(text, "UTIME_NOW");
        else if (value == UTIME_OMIT_VALUE)
                text_append(text, "UTIME_OMIT");
        else
                text_append_signed(text, (int64_t) value);
}

static void decode_cpu_set(Text *text, const uint8_t *bytes, size_t size)
{
        bool first = true;

        text_append_char(text, '[');
        for (size_t cpu = 0; cpu < size * 8; cpu++) {
                if (!(bytes[cpu / 8] >> cpu % 8 & 1))
                        continue;
                text_append_format(text, first ? "%zu" : " %zu", cpu);
                first = false;
        }
        text_append_char(text, ']');
}

static void decode_fd_set(DecodeContext *context, const uint8_t *bytes, size_t size)
{
        int64_t limit = (int32_t) context->registers->arguments[0];
        bool first = true;

        text_append_char(context->text, '[');
        for (size_t fd = 0; fd < size * 8 && (int64_t) fd < limit; fd++) {
                if (!(bytes[fd / 8] >> fd % 8 & 1))
                        continue;
                if (!first)
                        text_append_char(context->text, ' ');
                decode_fd(context, (int) fd);
                first = false;
        }
        text_append_char(context->text, ']');
}

/* Lower words in the first header-sized element, upper words in the second. */
static void decode_capabilities(Text *text, const uint8_t *bytes)
{
        uint32_t words[2];
        uint64_t set;
        bool first = true;

        memcpy(&words[0], bytes, sizeof(words[0]));
        memcpy(&words[1], bytes + 12, sizeof(words[1]));
        set = words[0] | (uint64_t) words[1] << 32;
        if (set == 0)
                text_append_char(text, '0');
        for (unsigned i = 0; i < 64; i++) {
                if (!(set >> i & 1))
                        continue;
                if (!first)
                        text_append_char(text, '|');
                if (i < constants_capabilities.count)
                        decode_constants(text, &constants_capabilities, i);
                else
                        text_append_format(text, "1<<%u", i);
                first = false;
        }
}

static void decode_signal_code(Text *text, const uint8_t *structure, uint64_t code)
{
        int signal;

        memcpy(&signal, structure, sizeof(signal));
        if (signal == 17 && (int32_t) code > 0)
                decode_constants(text, &constants_child_codes, code);
        else
                decode_constants(text, &constants_signal_codes,
                                 (uint64_t) (int64_t) (int32_t) code);
}

static void decode_signal_info(Text *text, const uint8_t *structure)
{
        int words[6];
        int signal, code;

        memcpy(&signal, structure, sizeof(signal));
        memcpy(&code, structure + 8, sizeof(code));
        memcpy(words, structure + 16, sizeof(words));
        if (signal == 17 && code > SIGNAL_CODE_PROCESS) {
                text_append_format(text, "si_pid=%d, si_uid=%u, si_status=%d", words[0],
                                   (unsigned) words[1], words[2]);
        } else if (code <= SIGNAL_CODE_PROCESS) {
                text_append_format(text, "si_pid=%d, si_uid=%u", words[0], (unsigned) words[1]);
        } else {
                uint64_t address;

                memcpy(&address, words, sizeof(address));
                text_append(text, "si_addr=");
                text_append_hex(text, address);
        }
}

static void decode_signal_set_at(DecodeContext *context, uint64_t address)
{
        uint64_t set;

        if (context_read_all(context, address, &set, sizeof(set)))
                decode_signal_set(context->text, set);
        else
                decode_address(context, address);
}

static void decode_sized_text(DecodeContext *context, const StructureField *field,
                              const uint8_t *bytes)
{
        size_t size = field->size;

        if (field->show == FIELD_CHARS)
                size = strnlen((const char *) bytes, size);
        decode_bytes(context, bytes, size, false);
}

static void decode_special_field(DecodeContext *context, const StructureField *field,
                                 const uint8_t *structure)
{
        const uint8_t *bytes = structure + field->offset;
        uint64_t value = structure_field_number(field, structure);

        switch (field->show) {
        case FIELD_CHARS:
        case FIELD_BYTES:
                decode_sized_text(context, field, bytes);
                break;
        case FIELD_SIGSET:
                decode_signal_set(context->text, value);
                break;
        case FIELD_SIGSET_AT:
                decode_signal_set_at(context, value);
                break;
        case FIELD_SIGNAL_CODE:
                decode_signal_code(context->text, structure, value);
                break;
        case FIELD_SIGNAL_INFO:
                decode_signal_info(context->text, structure);
                break;
        case FIELD_FD_SET:
                decode_fd_set(context, bytes, field->size);
                break;
        case FIELD_CPU_SET:
                decode_cpu_set(context->text, bytes, field->size);
                break;
        case FIELD_CAPABILITIES:
                decode_capabilities(context->text, bytes);
                break;
        case FIELD_IPV4:
                append_ipv4(context->text, bytes);
                break;
        case FIELD_IPV6:
                text_append(context->text, "inet_pton(AF_INET6, ");
                append_ipv6(context->text, bytes);
                text_append_char(context->text, ')');
                break;
        default:
                decode_hex(context->text, value);
                break;
        }
}

static void decode_number_field(DecodeContext *context, const StructureField *field,
                                const uint8_t *structure)
{
        Text *text = context->text;
        uint64_t value = structure_field_number(field, structure);

        switch (field->show) {
        case FIELD_SIGNED:
                text_append_signed(text, (int64_t) value);
                break;
        case FIELD_UNSIGNED:
        case FIELD_SIZE_OR_DEVICE:
                text_append_unsigned(text, value);
                break;
        case FIELD_ADDRESS:
        case FIELD_RESTORER:
                decode_address(context, value);
                break;
        case FIELD_MODE:
                decode_typed_mode(text, value);
                break;
        case FIELD_PERMISSIONS:
                decode_mode(text, value);
                break;
        case FIELD_FLAGS:
        case FIELD_RETURNED_FLAGS:
        case FIELD_ENUM:
        case FIELD_HANDLER:
                decode_constants(text, field->constants, value);
                break;
        case FIELD_FD:
                decode_fd(context, (int) value);
                break;
        case FIELD_RETURNED_PID:
                text_append_signed(text, (int) value);
                break;
        case FIELD_ID:
                decode_id(text, value);
                break;
        case FIELD_DEVICE:
        case FIELD_SPECIAL_DEVICE:
                decode_device(text, value);
                break;
        case FIELD_SIGNAL:
                decode_signal(text, (int) value);
                break;
        case FIELD_ERRNO:
                decode_error(text, (int) value);
                break;
        case FIELD_TIME:
                decode_time(text, (int64_t) value, nanoseconds_behind(field, structure));
                break;
        case FIELD_UTIME_NSEC:
                decode_utime_nanoseconds(text, value);
                break;
        case FIELD_LIMIT:
                decode_limit(text, value);
                break;
        case FIELD_WAIT_STATUS:
                decode_wait_status(text, (int) value);
                break;
        default:
                decode_special_field(context, field, structure);
                break;
        }
}

static bool structure_is_device(const StructureLayout *layout, const uint8_t *bytes)
{
        StructurePlace place;
        uint64_t type;

        if (structure_field_find(layout, "st_mode", &place) < 0)
                return false;
        type = structure_field_number(place.field, bytes) & 0170000;
        return type == 0020000 || type == 0060000;
}

/* Of the kernel's struct sigaction: the flags stand before the restorer. */
static bool has_restorer(const uint8_t *bytes)
{
        uint64_t flags;

        memcpy(&flags, bytes + sizeof(uint64_t), sizeof(flags));
        return flags & SA_RESTORER_FLAG;
}

static bool field_is_shown(const DecodeContext *context, const StructureLayout *layout,
                           const StructureField *field, const uint8_t *bytes)
{
        switch (field->show) {
        case FIELD_RETURNED_FLAGS:
                return context->returned && structure_field_number(field, bytes);
        case FIELD_RETURNED_PID:
                return context->returned;
        case FIELD_SIZE_OR_DEVICE:
                return !structure_is_device(layout, bytes);
        case FIELD_RESTORER:
                return has_restorer(bytes);
        case FIELD_SPECIAL_DEVICE:
                return structure_is_device(layout, bytes);
        default:
                return true;
        }
}

static void decode_field(DecodeContext *context, const StructureField *field, const uint8_t *bytes,
                         unsigned depth)
{
        if (*field->name) {
                text_append(context->text, field->name);
                text_append_char(context->text, '=');
        }
        if (field->show == FIELD_STRUCT && depth < DECODE_DEPTH_MAX)
                decode_fields(context, field->structure, bytes + field->offset,
                              field->structure->size, depth + 1);
        else
                decode_number_field(context, field, bytes);
}

/* Some values bring brackets of their own. */
static bool layout_is_bare(const StructureLayout *layout)
{
        FieldShow show = layout->fields[0].show;

        if (layout->field_count != 1 || *layout->fields[0].name)
                return false;
        return show == FIELD_SIGSET || show == FIELD_FD_SET || show == FIELD_CPU_SET ||
               show == FIELD_WAIT_STATUS || show == FIELD_CHARS || show == FIELD_BYTES;
}

static void decode_fields(DecodeContext *context, const StructureLayout *layout,
                          const uint8_t *bytes, size_t size, unsigned depth)
{
        bool bare = layout_is_bare(layout);
        bool is_set = layout->fields[0].show == FIELD_CPU_SET; /* as long as the caller's mask */
        bool nameless = *layout->fields[0].name == '\0';
        bool first = true;

        if (!bare)
                text_append_char(context->text, nameless ? '[' : '{');
        for (size_t i = 0; i < layout->field_count; i++) {
                const StructureField *field = &layout->fields[i];

                if (((size_t) field->offset + field->size > size && !is_set) ||
                    !field_is_shown(context, layout, field, bytes))
                        continue;
                if (!first)
                        text_append(context->text, ", ");
                decode_field(context, field, bytes, depth);
                first = false;
        }
        if (!bare)
                text_append_char(context->text, nameless ? ']' : '}');
}

void decode_structure(DecodeContext *context, const StructureLayout *layout, uint64_t address,
                      uint64_t size)
{
        uint8_t bytes[STRUCTURE_MAX] = {0};
        size_t wanted = size < layout->size ? (size_t) size : layout->size;

        if (wanted == 0 || wanted > sizeof(bytes) ||
            !context_read_all(context, address, bytes, wanted)) {
                decode_address(context, address);
                return;
        }
        decode_fields(context, layout, bytes, wanted, 0);
}

/* An element of an array of plain values stands without brackets of its own. */
static void decode_element(DecodeContext *context, const StructureLayout *layout,
                           const uint8_t *bytes)
{
        if (layout->field_count == 1 && *layout->fields[0].name == '\0')
                decode_field(context, &layout->fields[0], bytes, 0);
        else
                decode_fields(context, layout, bytes, layout->size, 0);
}

void decode_structures(DecodeContext *context, const StructureLayout *layout, uint64_t address,
                       uint64_t count)
{
        uint8_t bytes[STRUCTURE_MAX];

        if (count == 0 && address) {
                text_append(context->text, "[]");
                return;
        }
        if (layout->size > sizeof(bytes) ||
            !context_read_all(context, address, bytes, layout->size)) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        for (uint64_t i = 0; i < count; i++) {
                if (i)
                        text_append(context->text, ", ");
                if (i == context->limits->vector_elements ||
                    context->text->length > DECODE_TEXT_MAX) {
                        text_append(context->text, "...");
                        break;
                }
                if (!context_read_all(context, address + i * layout->size, bytes, layout->size)) {
                        decode_address(context, address + i * layout->size);
                        break;
                }
                decode_element(context, layout, bytes);
        }
        text_append_char(context->text, ']');
}

/* One entry of getdents64 (wide) or getdents; its length, 0 when it is not whole. */
static size_t decode_directory_entry(DecodeContext *context, const uint8_t *entry, size_t left,
                                     bool wide)
{
        size_t name_at = wide ? 19 : 18;
        uint64_t inode, offset;
        uint16_t length;
        uint8_t type;

        if (left < name_at + 1)
                return 0;
        memcpy(&inode, entry, sizeof(inode));
        memcpy(&offset, entry + 8, sizeof(offset));
        memcpy(&length, entry + 16, sizeof(length));
        if (length < name_at + 1 || length > left)
                return 0;
        type = wide ? entry[18] : entry[length - 1];
        text_append_format(context->text,
                           "{d_ino=%lu, d_off=%ld, d_reclen=%u, d_type=", (unsigned long) inode,
                           (long) offset, length);
        decode_constants(context->text, &constants_directory_entry_types, type);
        text_append(context->text, ", d_name=\"");
        text_append_escaped(context->text, (const char *) entry + name_at,
                            strnlen((const char *) entry + name_at, length - name_at));
        text_append(context->text, "\"}");
        return length;
}

void decode_directory_entries(DecodeContext *context, uint64_t address, uint64_t size, bool wide)
{
        size_t wanted = size < DIRECTORY_MAX ? (size_t) size : DIRECTORY_MAX;
        _cleanup_free_ uint8_t *bytes = malloc(wanted + 1);
        size_t at = 0, shown = 0;

        if (!bytes) {
                context->text->error = -ENOMEM;
                return;
        }
        if (size && !context_read_all(context, address, bytes, wanted)) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        while (at < wanted && shown < context->limits->vector_elements) {
                size_t start = context->text->length, length;

                if (shown)
                        text_append(context->text, ", ");
                length = decode_directory_entry(context, bytes + at, wanted - at, wide);
                if (length == 0) {
                        context->text->length = start;
                        break;
                }
                at += length;
                shown++;
        }
        text_append(context->text, at < size ? ", ...]" : "]");
}
