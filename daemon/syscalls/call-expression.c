/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/call-expression.h"

#include <ctype.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "syscalls/constant-sets.h"
#include "syscalls/errno-names.h"
#include "syscalls/typed-structure.h"

#define OUTPUT_MAX (1u << 20) /* bytes of one output buffer */
#define WORDS_MAX  128        /* characters of one bare argument */

typedef struct Parser {
        const char *start; /* of the text as the person typed it */
        const char *at;
        const SyscallEntry *entry;
        unsigned index; /* of the argument that is being read */
        Problem *problem;
} Parser;

static const SyscallArgument *parser_argument(const Parser *parser)
{
        if (!parser->entry || parser->index >= parser->entry->argument_count)
                return NULL;
        return &parser->entry->arguments[parser->index];
}

/* "argument 2 (flags), column 14: …" */
static int parser_fail(const Parser *parser, const char *where, const char *what)
{
        const SyscallArgument *argument = parser_argument(parser);
        size_t column = (size_t) (where - parser->start) + 1;

        if (argument)
                return problem_set(parser->problem, -EINVAL, "argument %u (%s), column %zu: %s",
                                   parser->index + 1, argument->name, column, what);
        return problem_set(parser->problem, -EINVAL, "argument %u, column %zu: %s",
                           parser->index + 1, column, what);
}

static void skip_blanks(Parser *parser)
{
        while (isspace((unsigned char) *parser->at))
                parser->at++;
}

static bool take_char(Parser *parser, char c)
{
        skip_blanks(parser);
        if (*parser->at != c)
                return false;
        parser->at++;
        return true;
}

/* ---- strings and bytes ---- */

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char) tolower((unsigned char) c);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int octal_escape(Parser *parser)
{
        int value = 0;

        for (int i = 0; i < 3 && *parser->at >= '0' && *parser->at <= '7'; i++)
                value = value * 8 + (*parser->at++ - '0');
        return value;
}

static int hex_escape(Parser *parser)
{
        int value = hex_digit(parser->at[1]);

        if (value < 0)
                return -EINVAL;
        parser->at += 2;
        if (hex_digit(*parser->at) >= 0)
                value = value * 16 + hex_digit(*parser->at++);
        return value;
}

/* What follows a backslash, as a byte; -EINVAL. */
static int escaped_byte(Parser *parser)
{
        static const char letters[] = "nrtvfabe";
        static const char values[] = "\n\r\t\v\f\a\b\033";
        const char *letter;

        if (*parser->at >= '0' && *parser->at <= '7')
                return octal_escape(parser);
        if (*parser->at == 'x')
                return hex_escape(parser);
        letter = *parser->at ? strchr(letters, *parser->at) : NULL;
        if (letter) {
                parser->at++;
                return values[letter - letters];
        }
        if (strchr("\"\\'?", *parser->at) && *parser->at)
                return *parser->at++;
        return -EINVAL;
}

/* The bytes between quotation marks; the parser stands at the first mark. */
static int parse_quoted(Parser *parser, Text *bytes)
{
        const char *quote = parser->at++;

        while (*parser->at != '"') {
                int byte = (unsigned char) *parser->at;

                if (byte == '\0')
                        return parser_fail(parser, quote, "the string has no closing \"");
                parser->at++;
                if (byte == '\\') {
                        const char *escape = parser->at - 1;

                        byte = escaped_byte(parser);
                        if (byte < 0 || byte > UINT8_MAX)
                                return parser_fail(parser, escape,
                                                   "this is no escape: use \\n, "
                                                   "\\t, \\\", \\\\, \\ooo, \\xhh");
                }
                if (text_append_char(bytes, (char) byte) < 0)
                        return -ENOMEM;
        }
        parser->at++;
        return 0;
}

static int parse_hex_bytes(Parser *parser, Text *bytes)
{
        const char *quote = parser->at++;

        while (*parser->at != '"') {
                int high = hex_digit(parser->at[0]);
                int low = high < 0 ? -1 : hex_digit(parser->at[1]);

                if (*parser->at == ' ') {
                        parser->at++;
                        continue;
                }
                if (*parser->at == '\0')
                        return parser_fail(parser, quote, "the bytes have no closing \"");
                if (low < 0)
                        return parser_fail(parser, parser->at, "two hexadecimal digits a byte");
                parser->at += 2;
                if (text_append_char(bytes, (char) (high * 16 + low)) < 0)
                        return -ENOMEM;
        }
        parser->at++;
        return 0;
}

static int take_bytes(Text *bytes, size_t size, TypedArgument *ret)
{
        TypedArgument argument = {.size = size};

        argument.bytes = (uint8_t *) text_take(bytes);
        if (!argument.bytes)
                return -ENOMEM;
        *ret = argument;
        return 0;
}

static bool wants_string(const SyscallArgument *argument)
{
        return !argument || argument->kind == ARGUMENT_KIND_PATH ||
               argument->kind == ARGUMENT_KIND_STRING || argument->kind == ARGUMENT_KIND_UNTYPED;
}

/* A path keeps its NUL inside the size; a buffer is just its bytes. */
static int parse_string_argument(Parser *parser, TypedArgument *ret)
{
        _cleanup_text_ Text bytes = TEXT_INIT;
        const SyscallArgument *argument = parser_argument(parser);
        const char *start = parser->at;
        int r = parse_quoted(parser, &bytes);

        if (r < 0)
                return r;
        if (argument && argument_kind_direction(argument->kind) == ARGUMENT_VALUE &&
            argument->kind != ARGUMENT_KIND_UNTYPED && argument->kind != ARGUMENT_KIND_ADDRESS)
                return parser_fail(parser, start, "this argument is a number, not a string");
        if (wants_string(argument) && memchr(text_get(&bytes), '\0', bytes.length))
                return parser_fail(parser, start, "a NUL inside would end the string early");
        return take_bytes(&bytes, bytes.length + wants_string(argument), ret);
}

static int parse_hex_argument(Parser *parser, TypedArgument *ret)
{
        _cleanup_text_ Text bytes = TEXT_INIT;
        const char *start = parser->at;
        int r;

        parser->at += strlen("hex");
        r = parse_hex_bytes(parser, &bytes);
        if (r < 0)
                return r;
        if (bytes.length == 0)
                return parser_fail(parser, start, "hex\"\" holds no bytes");
        return take_bytes(&bytes, bytes.length, ret);
}

/* ---- words: numbers, names, out(N) ---- */

/* Copies up to a comma, a bracket or the end; trailing blanks are left out. */
static int take_words(Parser *parser, char *words, size_t size)
{
        size_t length = strcspn(parser->at, ",(){}\"'");
        size_t kept = length;

        while (kept > 0 && isspace((unsigned char) parser->at[kept - 1]))
                kept--;
        if (kept == 0)
                return parser_fail(parser, parser->at, "a value is missing");
        if (kept >= size)
                return parser_fail(parser, parser->at, "this is too long for a value");
        memcpy(words, parser->at, kept);
        words[kept] = '\0';
        parser->at += length;
        return 0;
}

static int parse_output(Parser *parser, TypedArgument *ret)
{
        const char *start = parser->at;
        TypedArgument argument = {.output = true};
        char words[WORDS_MAX];
        uint64_t size;
        int r;

        parser->at = strchr(parser->at, '(') + 1;
        skip_blanks(parser);
        r = take_words(parser, words, sizeof(words));
        if (r < 0)
                return r;
        if (!take_char(parser, ')'))
                return parser_fail(parser, start, "out(N) has no closing parenthesis");
        if (number_parse_unsigned(words, &size) < 0 || size == 0 || size > OUTPUT_MAX)
                return parser_fail(parser, start,
                                   "out(N) takes a count of bytes from 1 to 1048576");
        argument.size = size;
        argument.bytes = calloc(1, size);
        if (!argument.bytes)
                return -ENOMEM;
        *ret = argument;
        return 0;
}

/* A name of the argument's own set first, then of any. */
static int words_value(const SyscallArgument *argument, const char *words, uint64_t *ret,
                       const char **ret_bad)
{
        if (argument && argument->kind == ARGUMENT_KIND_SIGNAL && signal_from_name(words) > 0) {
                *ret = (uint64_t) signal_from_name(words);
                return 0;
        }
        if (strcmp(words, "NULL") == 0) {
                *ret = 0;
                return 0;
        }
        if (argument && argument->constants &&
            named_constants_parse(argument->constants, words, ret, ret_bad) == 0)
                return 0;
        if (named_constants_parse(NULL, words, ret, ret_bad) == 0)
                return 0;
        if (signal_from_name(words) > 0 && string_starts_with(words, "SIG")) {
                *ret = (uint64_t) signal_from_name(words);
                return 0;
        }
        return -EINVAL;
}

static int parse_words(Parser *parser, uint64_t *ret)
{
        char words[WORDS_MAX];
        const char *start = parser->at, *bad = NULL;
        _cleanup_free_ char *sentence = NULL;
        int r = take_words(parser, words, sizeof(words));

        if (r < 0)
                return r;
        if (words_value(parser_argument(parser), words, ret, &bad) == 0)
                return 0;
        sentence = string_format("\"%s\" is neither a number nor a name that is known here", words);
        if (!sentence)
                return -ENOMEM;
        return parser_fail(parser, start + (bad ? bad - words : 0), sentence);
}

/* ---- {…}: socket addresses and plain structures ---- */

static void fields_release(TypedFields *fields)
{
        for (size_t i = 0; i < fields->count; i++)
                free(fields->list[i].string);
}

/* "sin_port=htons(80)" as strace prints it is not read; the bare value is. */
static int parse_field(Parser *parser, TypedField *field)
{
        _cleanup_text_ Text bytes = TEXT_INIT;
        int r;

        skip_blanks(parser);
        field->at = parser->at;
        if (*parser->at != '"')
                return parse_words(parser, &field->value);
        r = parse_quoted(parser, &bytes);
        if (r < 0)
                return r;
        field->length = bytes.length;
        field->string = text_take(&bytes);
        return field->string ? 0 : -ENOMEM;
}

static int parse_fields(Parser *parser, TypedFields *fields)
{
        const char *start = parser->at++;

        for (;;) {
                int r;

                if (fields->count == TYPED_FIELDS_MAX)
                        return parser_fail(parser, start, "too many values in { }");
                r = parse_field(parser, &fields->list[fields->count++]);
                if (r < 0)
                        return r;
                if (take_char(parser, '}'))
                        return 0;
                if (!take_char(parser, ','))
                        return parser_fail(parser, parser->at, "expected , or } here");
        }
}

static int parse_structure(Parser *parser, TypedArgument *ret)
{
        _cleanup_(fields_release) TypedFields fields = {0};
        const char *start = parser->at, *sentence = NULL;
        size_t field = 0;
        int r = parse_fields(parser, &fields);

        if (r < 0)
                return r;
        r = typed_structure_build(parser_argument(parser), &fields, ret, &field, &sentence);
        if (r != -EINVAL)
                return r;
        return parser_fail(parser, field < fields.count ? fields.list[field].at : start, sentence);
}

/* ---- one argument ---- */

static int parse_value(Parser *parser, TypedArgument *ret)
{
        TypedArgument argument = {0};
        int r = parse_words(parser, &argument.value);

        if (r < 0)
                return r;
        *ret = argument;
        return 0;
}

static int parse_argument(Parser *parser, TypedArgument *ret)
{
        skip_blanks(parser);
        if (*parser->at == '"')
                return parse_string_argument(parser, ret);
        if (*parser->at == '{')
                return parse_structure(parser, ret);
        if (string_starts_with(parser->at, "hex\""))
                return parse_hex_argument(parser, ret);
        if (string_starts_with(parser->at, "out(") || string_starts_with(parser->at, "buffer("))
                return parse_output(parser, ret);
        return parse_value(parser, ret);
}

int typed_argument_parse(const SyscallEntry *entry, unsigned index, const char *text,
                         TypedArgument *ret, Problem *problem)
{
        Parser parser = {
                .start = text, .at = text, .entry = entry, .index = index, .problem = problem};
        TypedArgument argument = {0};
        int r = parse_argument(&parser, &argument);

        if (r < 0)
                return r;
        skip_blanks(&parser);
        if (*parser.at) {
                typed_argument_release(&argument);
                return parser_fail(&parser, parser.at, "nothing may follow the value");
        }
        *ret = argument;
        return 0;
}

void typed_argument_release(TypedArgument *argument)
{
        free(argument->bytes);
        *argument = (TypedArgument){0};
}

/* ---- the whole call ---- */

static int parse_call_name(Parser *parser, CallExpression *expression)
{
        char name[WORDS_MAX];
        const char *start, *nearest;
        size_t length;
        uint64_t number;

        skip_blanks(parser);
        start = parser->at;
        length = strspn(start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (length == 0 || length >= sizeof(name))
                return problem_set(parser->problem, -EINVAL,
                                   "column %zu: a call's name or number is missing",
                                   (size_t) (start - parser->start) + 1);
        memcpy(name, start, length);
        name[length] = '\0';
        parser->at += length;
        if (number_parse_unsigned(name, &number) == 0 && number <= INT32_MAX) {
                expression->number = (int) number;
                parser->entry = syscall_by_number((int) number);
                return 0;
        }
        parser->entry = syscall_by_name(name);
        if (parser->entry) {
                expression->number = parser->entry->number;
                return 0;
        }
        nearest = syscall_nearest_name(name);
        return problem_set(parser->problem, -EINVAL, "there is no call named \"%s\"%s%s%s", name,
                           nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                           nearest ? "\"?" : "");
}

static int too_many(const Parser *parser)
{
        unsigned most = parser->entry ? parser->entry->argument_count : SYSCALL_ARGUMENTS_MAX;

        return problem_set(parser->problem, -EINVAL, "%s takes at most %u arguments",
                           parser->entry ? parser->entry->name : "a call", most);
}

static int parse_arguments(Parser *parser, CallExpression *expression)
{
        unsigned most = parser->entry ? parser->entry->argument_count : SYSCALL_ARGUMENTS_MAX;

        if (take_char(parser, ')'))
                return 0;
        for (;;) {
                int r;

                if (expression->argument_count == most)
                        return too_many(parser);
                parser->index = expression->argument_count;
                r = parse_argument(parser, &expression->arguments[parser->index]);
                if (r < 0)
                        return r;
                expression->argument_count++;
                if (take_char(parser, ')'))
                        return 0;
                if (!take_char(parser, ','))
                        return parser_fail(parser, parser->at, "expected , or ) here");
        }
}

static int parse_call(Parser *parser, CallExpression *expression)
{
        int r = parse_call_name(parser, expression);

        if (r < 0)
                return r;
        if (!take_char(parser, '('))
                return problem_set(parser->problem, -EINVAL,
                                   "column %zu: expected ( after the call's name",
                                   (size_t) (parser->at - parser->start) + 1);
        r = parse_arguments(parser, expression);
        if (r < 0)
                return r;
        skip_blanks(parser);
        if (*parser->at)
                return problem_set(parser->problem, -EINVAL,
                                   "column %zu: nothing may follow the closing parenthesis",
                                   (size_t) (parser->at - parser->start) + 1);
        return 0;
}

int call_expression_parse(const char *text, CallExpression *ret, Problem *problem)
{
        Parser parser = {.start = text, .at = text, .problem = problem};
        CallExpression expression = {0};
        int r = parse_call(&parser, &expression);

        if (r < 0) {
                call_expression_release(&expression);
                return r;
        }
        *ret = expression;
        return 0;
}

void call_expression_release(CallExpression *expression)
{
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                typed_argument_release(&expression->arguments[i]);
        *expression = (CallExpression){0};
}
