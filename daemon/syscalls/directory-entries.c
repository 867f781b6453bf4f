/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/directory-entries.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "syscalls/constant-sets.h"

#define NAME_MAX_BYTES 255

/* struct linux_dirent64, without its name. */
typedef struct EntryHead {
        uint64_t inode;
        int64_t offset;
        uint16_t length; /* of the whole entry, a multiple of 8 */
        uint8_t type;
} __attribute__((packed)) EntryHead;

/* Where an entry is; length 0 past the last one. */
typedef struct Entry {
        size_t at, length, index;
} Entry;

static EntryHead head_of(const ResultAnswer *answer, size_t at)
{
        EntryHead head;

        memcpy(&head, answer->bytes + at, sizeof(head));
        return head;
}

static const char *name_of(const ResultAnswer *answer, const Entry *entry, size_t *ret_length)
{
        const char *name = (const char *) answer->bytes + entry->at + sizeof(EntryHead);

        *ret_length = strnlen(name, entry->length - sizeof(EntryHead));
        return name;
}

/* Goes to the entry behind; false at the end, or where the bytes are no entries. */
static bool next(const ResultAnswer *answer, Entry *entry)
{
        size_t left;

        entry->at += entry->length;
        entry->length = 0;
        left = answer->size - entry->at;
        if (left <= sizeof(EntryHead))
                return false;
        entry->length = head_of(answer, entry->at).length;
        if (entry->length <= sizeof(EntryHead) || entry->length > left)
                entry->length = 0;
        return entry->length > 0;
}

static bool is_index(const char *which, size_t length)
{
        return length > 0 && length < 10 && strspn(which, "0123456789") >= length;
}

/* 1 when it is there; 0 when it is not, with *ret past the last entry. */
static int find(const ResultAnswer *answer, const char *which, size_t length, Entry *ret)
{
        size_t wanted = is_index(which, length) ? strtoul(which, NULL, 10) : SIZE_MAX;

        *ret = (Entry){0};
        for (size_t i = 0; next(answer, ret); i++) {
                size_t name_length;
                const char *name = name_of(answer, ret, &name_length);

                ret->index = i + 1;
                if (wanted == i || (wanted == SIZE_MAX && name_length == length &&
                                    memcmp(name, which, length) == 0))
                        return 1;
        }
        return 0;
}

/* Room of `length` bytes in place of an entry's. */
static int resize(ResultAnswer *answer, Entry *entry, size_t length, Problem *problem)
{
        size_t behind = answer->size - entry->at - entry->length;

        if (answer->size - entry->length + length > answer->room)
                return problem_set(problem, -ENOSPC,
                                   "the directory's entries do not fit into the %zu bytes of the "
                                   "buffer",
                                   answer->room);
        memmove(answer->bytes + entry->at + length, answer->bytes + entry->at + entry->length,
                behind);
        answer->size = answer->size - entry->length + length;
        entry->length = length;
        return 0;
}

static int set_name(ResultAnswer *answer, Entry *entry, const char *name, Problem *problem)
{
        size_t length = strlen(name);
        size_t whole = (sizeof(EntryHead) + length + 1 + 7) & ~(size_t) 7;
        /* one that is added: an inode that readers do not take for a free place */
        EntryHead head = {.inode = entry->index + 1, .offset = (int64_t) entry->index + 1};
        int r;

        if (length > NAME_MAX_BYTES || strchr(name, '/'))
                return problem_set(problem, -EINVAL,
                                   "d_name: \"%.300s\" is no name of a file: at most %d bytes "
                                   "without a slash",
                                   name, NAME_MAX_BYTES);
        if (entry->length > 0)
                head = head_of(answer, entry->at);
        if (length == 0)
                return resize(answer, entry, 0, problem);
        r = resize(answer, entry, whole, problem);
        if (r < 0)
                return r;
        head.length = (uint16_t) whole;
        memset(answer->bytes + entry->at, 0, whole);
        memcpy(answer->bytes + entry->at, &head, sizeof(head));
        memcpy(answer->bytes + entry->at + sizeof(head), name, length);
        return 0;
}

static int set_number(ResultAnswer *answer, const Entry *entry, const char *field,
                      const char *value, Problem *problem)
{
        EntryHead head = head_of(answer, entry->at);
        const char *bad;
        uint64_t number;
        int r;

        if (strcmp(field, "d_type") == 0)
                r = named_constants_parse(&constants_directory_entry_types, value, &number, &bad);
        else
                r = number_parse_unsigned(value, &number);
        if (r < 0 || (strcmp(field, "d_type") == 0 && number > UINT8_MAX))
                return problem_set(problem, -EINVAL, "%s: \"%s\" is not a value of it", field,
                                   value);
        if (strcmp(field, "d_type") == 0)
                head.type = (uint8_t) number;
        else if (strcmp(field, "d_ino") == 0)
                head.inode = number;
        else
                head.offset = (int64_t) number;
        memcpy(answer->bytes + entry->at, &head, sizeof(head));
        return 0;
}

static bool is_field(const char *field)
{
        return strcmp(field, "d_name") == 0 || strcmp(field, "d_type") == 0 ||
               strcmp(field, "d_ino") == 0 || strcmp(field, "d_off") == 0;
}

static int set(ResultAnswer *answer, const char *field, const char *value, Problem *problem)
{
        const char *dot = strrchr(field, '.');
        size_t length = dot ? (size_t) (dot - field) : 0;
        Entry entry;
        int found;

        if (length == 0 || !is_field(dot + 1))
                return problem_set(
                        problem, -EINVAL,
                        "\"%s\" is no part of a directory's entries; write ENTRY.FIELD, "
                        "the entry by number or name, the field d_name, d_type, d_ino or "
                        "d_off",
                        field);
        found = find(answer, field, length, &entry);
        if (strcmp(dot + 1, "d_name") == 0) {
                if (found)
                        return set_name(answer, &entry, value, problem);
                if (!is_index(field, length) || *value == '\0')
                        return 0;
                if (strtoul(field, NULL, 10) == entry.index)
                        return set_name(answer, &entry, value, problem);
        } else if (found) {
                return set_number(answer, &entry, dot + 1, value, problem);
        } else if (!is_index(field, length)) {
                return 0;
        }
        return problem_set(problem, -EINVAL,
                           "there is no entry %.*s: the directory's answer has %zu", (int) length,
                           field, entry.index);
}

/* ---- getdents: the same entries in the same lengths, but for where the type is ---- */

/* struct linux_dirent has its name one byte earlier, and its type in its last byte. */
static void turn_entry(uint8_t *entry, size_t length, bool to_wide)
{
        const size_t name = sizeof(EntryHead), type = name - 1;
        uint8_t kept = entry[to_wide ? length - 1 : type];

        if (to_wide)
                memmove(entry + name, entry + type, length - name);
        else
                memmove(entry + type, entry + name, length - name);
        entry[to_wide ? type : length - 1] = kept;
}

static void turn_all(ResultAnswer *answer, bool to_wide)
{
        Entry entry = {0};

        while (next(answer, &entry))
                turn_entry(answer->bytes + entry.at, entry.length, to_wide);
}

int directory_entries_set(ResultAnswer *answer, bool wide, const char *field, const char *value,
                          Problem *problem)
{
        int r;

        if (!wide)
                turn_all(answer, true);
        r = set(answer, field, value, problem);
        if (!wide)
                turn_all(answer, false);
        return r;
}
