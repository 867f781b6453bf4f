/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/structure-layout.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "syscalls/constant-sets.h"
#include "syscalls/errno-names.h"

#define FIELD_NAME_MAX 64

#define F(n, o, s, h, ...)                                                                         \
        {                                                                                          \
                .name = #n, .offset = o, .size = s, .show = FIELD_##h, ##__VA_ARGS__               \
        }
#define SIGNED(n, o, s)              F(n, o, s, SIGNED)
#define UNSIGNED(n, o, s)            F(n, o, s, UNSIGNED)
#define HEX(n, o, s)                 F(n, o, s, HEX)
#define ADDRESS(n, o, s)             F(n, o, s, ADDRESS)
#define MODE(n, o, s)                F(n, o, s, MODE)
#define PERMISSIONS(n, o, s)         F(n, o, s, PERMISSIONS)
#define FLAGS(n, o, s, set)          F(n, o, s, FLAGS, .constants = &constants_##set)
#define RETURNED_FLAGS(n, o, s, set) F(n, o, s, RETURNED_FLAGS, .constants = &constants_##set)
#define ENUM(n, o, s, set)           F(n, o, s, ENUM, .constants = &constants_##set)
#define HANDLER(n, o, s, set)        F(n, o, s, HANDLER, .constants = &constants_##set)
#define FD(n, o, s)                  F(n, o, s, FD)
#define RETURNED_PID(n, o, s)        F(n, o, s, RETURNED_PID)
#define ID(n, o, s)                  F(n, o, s, ID)
#define DEVICE(n, o, s)              F(n, o, s, DEVICE)
#define SIZE_OR_DEVICE(n, o, s)      F(n, o, s, SIZE_OR_DEVICE)
#define SPECIAL_DEVICE(n, o, s)      F(n, o, s, SPECIAL_DEVICE)
#define SIGNAL(n, o, s)              F(n, o, s, SIGNAL)
#define SIGNAL_CODE(n, o, s)         F(n, o, s, SIGNAL_CODE)
#define SIGNAL_INFO(n, o, s)         F(n, o, s, SIGNAL_INFO)
#define SIGSET(n, o, s)              F(n, o, s, SIGSET)
#define SIGSET_AT(n, o, s)           F(n, o, s, SIGSET_AT)
#define ERRNO(n, o, s)               F(n, o, s, ERRNO)
#define TIME(n, o, s)                F(n, o, s, TIME)
#define UTIME_NSEC(n, o, s)          F(n, o, s, UTIME_NSEC)
#define LIMIT(n, o, s)               F(n, o, s, LIMIT)
#define CHARS(n, o, s)               F(n, o, s, CHARS)
#define BYTES(n, o, s)               F(n, o, s, BYTES)
#define WAIT_STATUS(n, o, s)         F(n, o, s, WAIT_STATUS)
#undef FD_SET /* the one of <sys/select.h> */
#define FD_SET(n, o, s) F(n, o, s, FD_SET)
#undef CPU_SET
#define CPU_SET(n, o, s)      F(n, o, s, CPU_SET)
#define RESTORER(n, o, s)     F(n, o, s, RESTORER)
#define CAPABILITIES(n, o, s) F(n, o, s, CAPABILITIES)
#define IPV4(n, o, s)         F(n, o, s, IPV4)
#define IPV6(n, o, s)         F(n, o, s, IPV6)
#define STRUCT(n, o, s, id)   F(n, o, s, STRUCT, .structure = &structure_##id)

#define STRUCTURE(id, size, ...) static const StructureField fields_##id[] = {__VA_ARGS__};
#include "syscalls/structure-layout.def"
#undef STRUCTURE

#define STRUCTURE(id, size_, ...)                                                                  \
        const StructureLayout structure_##id = {#id, size_, fields_##id, ELEMENTS_OF(fields_##id)};
#include "syscalls/structure-layout.def"
#undef STRUCTURE

#define STRUCTURE(id, ...) &structure_##id,
static const StructureLayout *const layouts[] = {
#include "syscalls/structure-layout.def"
};

const StructureLayout *structure_layout_by_name(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(layouts); i++)
                if (strcmp(layouts[i]->name, name) == 0)
                        return layouts[i];
        return NULL;
}

static const StructureField *field_by_name(const StructureLayout *layout, const char *name,
                                           size_t length)
{
        for (size_t i = 0; i < layout->field_count; i++)
                if (strlen(layout->fields[i].name) == length &&
                    memcmp(layout->fields[i].name, name, length) == 0 && length > 0)
                        return &layout->fields[i];
        return NULL;
}

/* Nameless fields are counted: "0" is the first. */
static const StructureField *field_by_index(const StructureLayout *layout, const char *name,
                                            size_t length)
{
        size_t index = 0;

        for (size_t i = 0; i < length; i++) {
                if (name[i] < '0' || name[i] > '9' || index > layout->field_count)
                        return NULL;
                index = index * 10 + (size_t) (name[i] - '0');
        }
        if (length == 0 || index >= layout->field_count || *layout->fields[index].name)
                return NULL;
        return &layout->fields[index];
}

int structure_field_find(const StructureLayout *layout, const char *name, StructurePlace *ret)
{
        size_t offset = 0;

        for (;;) {
                size_t length = strcspn(name, ".");
                const StructureField *field = field_by_name(layout, name, length);

                if (!field)
                        field = field_by_index(layout, name, length);
                if (!field)
                        return -ENOENT;
                offset += field->offset;
                if (!name[length]) {
                        *ret = (StructurePlace){field, offset};
                        return 0;
                }
                if (field->show != FIELD_STRUCT)
                        return -ENOENT;
                layout = field->structure;
                name += length + 1;
        }
}

uint64_t structure_field_number(const StructureField *field, const uint8_t *structure)
{
        uint64_t value = 0;
        size_t size = field->size < sizeof(value) ? field->size : sizeof(value);
        unsigned unused = 64 - 8 * (unsigned) size;

        memcpy(&value, structure + field->offset, size);
        if (field->show != FIELD_SIGNED || unused == 64)
                return value;
        return (uint64_t) ((int64_t) (value << unused) >> unused);
}

static bool field_takes_text(const StructureField *field)
{
        return field->show == FIELD_CHARS || field->show == FIELD_BYTES;
}

static int write_text(const StructureField *field, uint8_t *at, const char *value, Problem *problem)
{
        size_t length = strlen(value);
        size_t most = field->show == FIELD_CHARS ? (size_t) field->size - 1 : field->size;

        if (length > most)
                return problem_set(problem, -EINVAL,
                                   "field %s holds at most %zu bytes, \"%s\" has %zu", field->name,
                                   most, value, length);
        memset(at, 0, field->size);
        memcpy(at, value, length);
        return 0;
}

/* "S_IFREG|0644": a file type by name beside the permission bits. */
static const NamedConstants *field_constants(const StructureField *field)
{
        if (field->show == FIELD_MODE)
                return NULL;
        return field->constants;
}

static int field_value(const StructureField *field, const char *value, uint64_t *ret)
{
        const char *bad;

        if (field->show == FIELD_SIGNAL && signal_from_name(value) > 0) {
                *ret = (uint64_t) signal_from_name(value);
                return 0;
        }
        if (field->show == FIELD_ERRNO && errno_from_name(value) > 0) {
                *ret = (uint64_t) errno_from_name(value);
                return 0;
        }
        if (field->constants || field->show == FIELD_MODE || field->show == FIELD_PERMISSIONS)
                return named_constants_parse(field_constants(field), value, ret, &bad);
        return number_parse_unsigned(value, ret);
}

static bool value_fits(uint64_t value, unsigned bytes)
{
        unsigned unused = 64 - 8 * bytes;
        int64_t number = (int64_t) value;

        if (unused == 0 || value >> (64 - unused) == 0)
                return true;
        return number < 0 && number >= -((int64_t) 1 << (63 - unused));
}

static int write_number(const StructureField *field, uint8_t *at, const char *value,
                        Problem *problem)
{
        uint64_t number;
        int r;

        if (field->size > sizeof(number))
                return problem_set(problem, -EINVAL, "field %s is not a single value", field->name);
        r = field_value(field, value, &number);
        if (r < 0)
                return problem_set(problem, -EINVAL, "field %s: \"%s\" is not a value of it",
                                   field->name, value);
        if (!value_fits(number, field->size))
                return problem_set(problem, -EINVAL, "field %s: %s does not fit in %u bytes",
                                   field->name, value, field->size);
        memcpy(at, &number, field->size);
        return 0;
}

int structure_field_write(const StructureLayout *layout, uint8_t *bytes, size_t size,
                          const char *assignment, Problem *problem)
{
        char name[FIELD_NAME_MAX];
        size_t length = strcspn(assignment, "=");
        StructurePlace place;

        if (!assignment[length] || length == 0 || length >= sizeof(name))
                return problem_set(problem, -EINVAL, "\"%s\" is not FIELD=VALUE", assignment);
        memcpy(name, assignment, length);
        name[length] = '\0';
        if (structure_field_find(layout, name, &place) < 0)
                return problem_set(problem, -EINVAL, "struct %s has no field \"%s\"", layout->name,
                                   name);
        if (place.field->show == FIELD_STRUCT)
                return problem_set(problem, -EINVAL, "field %s is a structure: name a field in it",
                                   name);
        if (place.offset + place.field->size > size)
                return problem_set(problem, -EINVAL,
                                   "field %s lies beyond the %zu bytes of the buffer", name, size);
        if (field_takes_text(place.field))
                return write_text(place.field, bytes + place.offset, assignment + length + 1,
                                  problem);
        return write_number(place.field, bytes + place.offset, assignment + length + 1, problem);
}
