/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/named-constants.h"

#include <string.h>

#include "base/number.h"
#include "syscalls/constant-sets.h"

#define WORD_MAX 64

#define C(name, value)                                                                             \
        {                                                                                          \
                (uint64_t)(value), #name                                                           \
        }
#define FLAGS_SET(id, field, ...) static const NamedConstant list_##id[] = {__VA_ARGS__};
#define ENUM_SET(id, ...)         static const NamedConstant list_##id[] = {__VA_ARGS__};
#include "syscalls/named-constants.def"
#undef FLAGS_SET
#undef ENUM_SET

#define FLAGS_SET(id, field_, ...)                                                                 \
        const NamedConstants constants_##id = {#id, list_##id, ELEMENTS_OF(list_##id), field_,     \
                                               true};
#define ENUM_SET(id, ...)                                                                          \
        const NamedConstants constants_##id = {#id, list_##id, ELEMENTS_OF(list_##id), 0, false};
#include "syscalls/named-constants.def"
#undef FLAGS_SET
#undef ENUM_SET

#define FLAGS_SET(id, ...) &constants_##id,
#define ENUM_SET(id, ...)  &constants_##id,
static const NamedConstants *const sets[] = {
#include "syscalls/named-constants.def"
};

/* Sets are C identifiers in the data, "open-flags" for people. */
static bool set_name_equal(const char *identifier, const char *name)
{
        for (; *identifier && *name; identifier++, name++)
                if (*identifier != *name && !(*identifier == '_' && *name == '-'))
                        return false;
        return *identifier == *name;
}

const NamedConstants *named_constants_by_name(const char *set)
{
        for (size_t i = 0; i < ELEMENTS_OF(sets); i++)
                if (set_name_equal(sets[i]->name, set))
                        return sets[i];
        return NULL;
}

static int append_enum(const NamedConstants *set, uint64_t value, Text *text)
{
        for (size_t i = 0; i < set->count; i++)
                if (set->list[i].value == value)
                        return text_append(text, set->list[i].name);
        return text_append_hex(text, value);
}

static void append_or(Text *text, size_t start)
{
        if (text->length > start)
                text_append_char(text, '|');
}

/* The number in the field is shown where the list has its names: a clone's signal comes last. */
static bool is_field_entry(const NamedConstants *set, const NamedConstant *constant)
{
        return (constant->value & ~set->field) == 0;
}

int named_constants_append(const NamedConstants *set, uint64_t value, Text *text)
{
        size_t start = text->length;
        uint64_t rest = value;
        bool field_shown = false;

        if (!set->flags)
                return append_enum(set, value, text);
        for (size_t i = 0; i < set->count && (rest || i == 0 || set->field); i++) {
                const NamedConstant *constant = &set->list[i];

                bool in_field = is_field_entry(set, constant);

                if (in_field ? field_shown || constant->value != (value & set->field)
                             : (rest & constant->value) != constant->value)
                        continue;
                if (constant->value == 0 && value && !set->field)
                        continue;
                append_or(text, start);
                text_append(text, constant->name);
                rest &= in_field ? ~set->field : ~constant->value;
                field_shown |= in_field && set->field;
        }
        if (!rest && text->length > start)
                return text_error(text);
        append_or(text, start);
        return rest ? text_append_hex(text, rest) : text_append_char(text, '0');
}

static int word_in_set(const NamedConstants *set, const char *word, uint64_t *ret)
{
        for (size_t i = 0; i < set->count; i++)
                if (strcmp(set->list[i].name, word) == 0) {
                        *ret = set->list[i].value;
                        return 0;
                }
        return -EINVAL;
}

static int word_value(const NamedConstants *set, const char *word, uint64_t *ret)
{
        if (number_parse_unsigned(word, ret) == 0)
                return 0;
        if (set)
                return word_in_set(set, word, ret);
        for (size_t i = 0; i < ELEMENTS_OF(sets); i++)
                if (word_in_set(sets[i], word, ret) == 0)
                        return 0;
        return -EINVAL;
}

int named_constants_parse(const NamedConstants *set, const char *text, uint64_t *ret,
                          const char **ret_bad)
{
        uint64_t sum = 0;

        for (;;) {
                char word[WORD_MAX];
                size_t length;
                uint64_t value;

                text += strspn(text, " \t");
                length = strcspn(text, "| \t");
                if (length == 0 || length >= sizeof(word))
                        return *ret_bad = text, -EINVAL;
                memcpy(word, text, length);
                word[length] = '\0';
                if (word_value(set, word, &value) < 0)
                        return *ret_bad = text, -EINVAL;
                sum |= value;
                text += length;
                text += strspn(text, " \t");
                if (!*text)
                        break;
                if (*text != '|')
                        return *ret_bad = text, -EINVAL;
                text++;
        }
        *ret = sum;
        return 0;
}
