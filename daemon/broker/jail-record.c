/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/jail-record.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/text.h"

/* A field of the record and where it lies in a Jail. */
typedef enum FieldKind { FIELD_UNSIGNED, FIELD_INTEGER, FIELD_STRING } FieldKind;

typedef struct Field {
        const char *key;
        FieldKind kind; /* uint64_t, int, owned string */
        size_t offset;
        bool changes; /* while the jail lives */
} Field;

/* pid_t is an int. */
static const Field fields[] = {
        {"program", FIELD_STRING, offsetof(Jail, program), false},
        {"rules", FIELD_STRING, offsetof(Jail, rules_name), false},
        {"supervisor", FIELD_INTEGER, offsetof(Jail, supervisor), true},
        {"pid", FIELD_INTEGER, offsetof(Jail, pid), true},
        {"started", FIELD_UNSIGNED, offsetof(Jail, started_usec), false},
        {"ended", FIELD_UNSIGNED, offsetof(Jail, ended_usec), true},
        {"status", FIELD_INTEGER, offsetof(Jail, status), true},
        {"exit-code", FIELD_INTEGER, offsetof(Jail, exit_code), true},
        {"signal", FIELD_INTEGER, offsetof(Jail, signal), true},
        {"reason", FIELD_STRING, offsetof(Jail, reason), true},
        {"calls", FIELD_UNSIGNED, offsetof(Jail, calls), true},
        {"dropped", FIELD_UNSIGNED, offsetof(Jail, dropped), true},
};

/* ---- writing ---- */

static void append_string(Text *text, const char *key, const char *value)
{
        text_append(text, key);
        text_append(text, "=");
        text_append_bytes(text, value, strlen(value) + 1);
}

static void append_number(Text *text, const char *key, int64_t value)
{
        char digits[32];

        snprintf(digits, sizeof(digits), "%" PRId64, value);
        append_string(text, key, digits);
}

static void append_field(Text *text, const Jail *jail, const Field *field)
{
        const void *at = (const char *) jail + field->offset;

        if (field->kind == FIELD_UNSIGNED)
                append_number(text, field->key, (int64_t) * (const uint64_t *) at);
        else if (field->kind == FIELD_INTEGER)
                append_number(text, field->key, *(const int *) at);
        else if (*(char *const *) at)
                append_string(text, field->key, *(char *const *) at);
}

/* At its end: one write, so that a reader finds all of it or what stood there before. */
static int write_text(int record, Text *text)
{
        struct stat st;
        ssize_t n;

        if (text_error(text) < 0)
                return text_error(text);
        if (fstat(record, &st) < 0)
                return -errno;
        n = pwrite(record, text_get(text), text->length, st.st_size);
        if (n < 0)
                return -errno;
        return (size_t) n == text->length ? 0 : -ENOSPC;
}

static void append_fields(Text *text, const Jail *jail, bool all)
{
        for (size_t i = 0; i < ELEMENTS_OF(fields); i++)
                if (all || fields[i].changes)
                        append_field(text, jail, &fields[i]);
        append_string(text, "state", jail_state_name(jail->state));
}

int jail_record_create(Jail *jail)
{
        _cleanup_close_ int record = memfd_create("seccomp-jail-record", MFD_CLOEXEC);
        _cleanup_text_ Text text = TEXT_INIT;
        int r;

        if (record < 0)
                return -errno;
        append_number(&text, "number", (int64_t) jail->number);
        append_number(&text, "uid", jail->uid);
        for (char **argument = jail->arguments; argument && *argument; argument++)
                append_string(&text, "argument", *argument);
        append_fields(&text, jail, true);
        r = write_text(record, &text);
        if (r < 0)
                return r;
        close_fd(jail->record);
        jail->record = TAKE_FD(record);
        return 0;
}

int jail_record_update(const Jail *jail)
{
        _cleanup_text_ Text text = TEXT_INIT;

        append_fields(&text, jail, false);
        return write_text(jail->record, &text);
}

/* ---- reading ---- */

typedef int (*TakeEntry)(const char *key, const char *value, void *userdata);

/* The bytes of a record and a NUL, owned. */
static int read_all(int record, char **ret, size_t *ret_size)
{
        _cleanup_free_ char *bytes = NULL;
        struct stat st;
        ssize_t n;

        if (fstat(record, &st) < 0)
                return -errno;
        bytes = malloc((size_t) st.st_size + 1);
        if (!bytes)
                return -ENOMEM;
        n = pread(record, bytes, (size_t) st.st_size, 0);
        if (n != st.st_size)
                return n < 0 ? -errno : -EIO;
        bytes[n] = '\0';
        *ret = TAKE_PTR(bytes);
        *ret_size = (size_t) n;
        return 0;
}

/* Every whole entry in turn; one that has no NUL was being written when its writer was killed. */
static int walk(int record, TakeEntry take, void *userdata)
{
        _cleanup_free_ char *bytes = NULL;
        size_t size, length;
        int r = read_all(record, &bytes, &size);

        for (char *at = bytes; r >= 0 && at < bytes + size; at += length + 1) {
                char *equals = strchr(at, '=');

                length = strlen(at);
                if (at + length == bytes + size)
                        break;
                if (!equals)
                        return -EBADMSG;
                *equals = '\0';
                r = take(at, equals + 1, userdata);
        }
        return r;
}

typedef struct Owner {
        uint64_t number, uid;
} Owner;

static int take_owner(const char *key, const char *value, void *userdata)
{
        Owner *owner = userdata;

        if (string_equal(key, "number"))
                return number_parse_unsigned(value, &owner->number);
        if (string_equal(key, "uid"))
                return number_parse_unsigned(value, &owner->uid);
        return 0;
}

int jail_record_read_owner(int record, uint64_t *ret_number, uid_t *ret_uid)
{
        Owner owner = {.uid = UINT64_MAX};
        int r = walk(record, take_owner, &owner);

        if (r < 0)
                return r;
        if (owner.number == 0 || owner.uid >= UINT32_MAX)
                return -EBADMSG;
        *ret_number = owner.number;
        *ret_uid = (uid_t) owner.uid;
        return 0;
}

static int take_argument(Jail *jail, const char *value)
{
        size_t count = 0;
        char **arguments;

        while (jail->arguments && jail->arguments[count])
                count++;
        arguments = reallocarray(jail->arguments, count + 2, sizeof(*arguments));
        if (!arguments)
                return -ENOMEM;
        jail->arguments = arguments;
        arguments[count] = strdup(value);
        arguments[count + 1] = NULL;
        return arguments[count] ? 0 : -ENOMEM;
}

static int take_state(Jail *jail, const char *value)
{
        for (JailState state = JAIL_STARTING; state <= JAIL_ENDED; state++)
                if (string_equal(value, jail_state_name(state))) {
                        jail->state = state;
                        return 0;
                }
        return -EBADMSG;
}

static int take_number(const char *value, void *at, FieldKind kind)
{
        int64_t number;
        int r = number_parse_signed(value, &number);

        if (r < 0)
                return r;
        if (kind == FIELD_UNSIGNED)
                *(uint64_t *) at = (uint64_t) number;
        else
                *(int *) at = (int) number;
        return 0;
}

static int take_field(Jail *jail, const Field *field, const char *value)
{
        void *at = (char *) jail + field->offset;
        char *copy;

        if (field->kind != FIELD_STRING)
                return take_number(value, at, field->kind);
        copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        free(*(char **) at);
        *(char **) at = copy;
        return 0;
}

static int take_entry(const char *key, const char *value, void *userdata)
{
        if (string_equal(key, "argument"))
                return take_argument(userdata, value);
        if (string_equal(key, "state"))
                return take_state(userdata, value);
        for (size_t i = 0; i < ELEMENTS_OF(fields); i++)
                if (string_equal(key, fields[i].key))
                        return take_field(userdata, &fields[i], value);
        return 0;
}

int jail_record_read(int record, Jail *jail)
{
        int r = walk(record, take_entry, jail);

        if (r < 0)
                return r;
        return jail->program && jail->rules_name ? 0 : -EBADMSG;
}
