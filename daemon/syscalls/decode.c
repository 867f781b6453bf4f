/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/decode.h"

#include <string.h>

#include "syscalls/call-numbers.h"
#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"
#include "syscalls/errno-names.h"
#include "syscalls/named-constants.h"
#include "syscalls/structure-layout.h"

#define FIRST_EXPAND 256 /* bytes of text that most calls fit in: one allocation */

static bool kind_is_written(ArgumentKind kind)
{
        ArgumentDirection direction = argument_kind_direction(kind);

        return direction == ARGUMENT_OUT || direction == ARGUMENT_INOUT;
}

/* The value of the argument that holds the size of another, as wide as the kernel takes it. */
static uint64_t size_of(const DecodeContext *context, const SyscallArgument *argument)
{
        const SyscallArgument *size;
        uint64_t value;

        if (argument->size_argument < 0)
                return UINT64_MAX;
        size = context->arguments.list[argument->size_argument];
        value = context->registers->arguments[argument->size_argument];
        if (size->kind == ARGUMENT_KIND_INT)
                return (int32_t) value < 0 ? 0 : (uint32_t) value;
        return size->kind == ARGUMENT_KIND_UINT ? (uint32_t) value : value;
}

static uint64_t least(uint64_t a, uint64_t b)
{
        return a < b ? a : b;
}

/* ---- what the kernel has written ---- */

static void decode_written_buffer(DecodeContext *context, const SyscallArgument *argument,
                                  uint64_t value)
{
        uint64_t size = size_of(context, argument);
        int number = context->registers->number;

        if (context->entry->result == SYSCALL_RESULT_SIZE)
                size = least(size, (uint64_t) context->result);
        if (number == CALL_getdents64 || number == CALL_getdents) {
                decode_directory_entries(context, value, size, number == CALL_getdents64);
                return;
        }
        if (number == CALL_getcwd && size > 0)
                size--;
        decode_buffer(context, value, size);
}

/* The size of an address that the kernel wrote stands behind the next argument. */
static void decode_written_address(DecodeContext *context, const SyscallArgument *argument,
                                   uint64_t value)
{
        uint64_t size_at = context->registers->arguments[argument->size_argument];
        uint32_t size;

        if (!value || !context_read_all(context, size_at, &size, sizeof(size)))
                decode_address(context, value);
        else
                decode_socket_address(context, value, size);
}

static uint64_t result_count(const DecodeContext *context)
{
        return context->result < 0 ? 0 : (uint64_t) context->result;
}

/* An array that the kernel filled has as many elements as the call answered. */
static void decode_some_structures(DecodeContext *context, const SyscallArgument *argument,
                                   uint64_t value)
{
        uint64_t count = size_of(context, argument);

        if (argument->kind == ARGUMENT_KIND_STRUCT_OUT)
                count = least(count, result_count(context));
        decode_structures(context, argument->structure, value, count);
}

/* A call that answers a size wrote no more than that. */
static uint64_t written_size(const DecodeContext *context, const SyscallArgument *argument)
{
        uint64_t size = size_of(context, argument);

        if (context->returned && context->entry->result == SYSCALL_RESULT_SIZE &&
            argument->kind == ARGUMENT_KIND_STRUCT_OUT && argument->size_argument >= 0)
                return least(size, result_count(context));
        return size;
}

static void decode_structure_argument(DecodeContext *context, const SyscallArgument *argument,
                                      uint64_t value)
{
        if (argument->elements)
                decode_some_structures(context, argument, value);
        else
                decode_structure(context, argument->structure, value,
                                 written_size(context, argument));
}

static void decode_message_argument(DecodeContext *context, const SyscallArgument *argument,
                                    uint64_t value, bool contents)
{
        uint64_t bytes = context->returned ? result_count(context) : UINT64_MAX;
        uint64_t count = size_of(context, argument);

        if (!argument->elements) {
                decode_message(context, value, contents, bytes);
                return;
        }
        if (context->returned)
                count = least(count, result_count(context));
        decode_messages(context, value, count, contents);
}

/* ---- by kind ---- */

static void decode_pointer(DecodeContext *context, const SyscallArgument *argument, uint64_t value)
{
        switch (argument->kind) {
        case ARGUMENT_KIND_PATH:
                decode_path(context, value);
                break;
        case ARGUMENT_KIND_STRING:
                decode_string(context, value);
                break;
        case ARGUMENT_KIND_BUFFER_IN:
                decode_buffer(context, value, size_of(context, argument));
                break;
        case ARGUMENT_KIND_BUFFER_OUT:
                decode_written_buffer(context, argument, value);
                break;
        case ARGUMENT_KIND_STRING_VECTOR:
                decode_string_vector(context, value);
                break;
        case ARGUMENT_KIND_SOCKET_ADDRESS:
                decode_socket_address(context, value, size_of(context, argument));
                break;
        case ARGUMENT_KIND_SOCKET_ADDRESS_OUT:
                decode_written_address(context, argument, value);
                break;
        case ARGUMENT_KIND_IOVEC:
                decode_iovec(context, value, size_of(context, argument), true, UINT64_MAX);
                break;
        case ARGUMENT_KIND_IOVEC_OUT:
                decode_iovec(context, value, size_of(context, argument), context->returned,
                             result_count(context));
                break;
        case ARGUMENT_KIND_MSGHDR:
                decode_message_argument(context, argument, value, true);
                break;
        case ARGUMENT_KIND_MSGHDR_OUT:
                decode_message_argument(context, argument, value, context->returned);
                break;
        default:
                decode_structure_argument(context, argument, value);
                break;
        }
}

/* _IOC(_IOC_READ, 0x54, 0x1, 0x4) for a request that has no name here. */
static void decode_request(Text *text, uint32_t request)
{
        static const char *const directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
                                                 "_IOC_READ|_IOC_WRITE"};

        for (size_t i = 0; i < constants_ioctl_requests.count; i++)
                if (constants_ioctl_requests.list[i].value == request) {
                        text_append(text, constants_ioctl_requests.list[i].name);
                        return;
                }
        text_append_format(text, "_IOC(%s, %#x, %#x, %#x)", directions[request >> 30],
                           request >> 8 & 0xff, request & 0xff, request >> 16 & 0x3fff);
}

/* Whether the path that a directory is given for is sought there, which an absolute one is not, and
 * whether that is asked for. */
static bool is_sought_in(const DecodeContext *context, const SyscallArgument *directory)
{
        const CallArguments *arguments = &context->arguments;
        char first;

        for (unsigned i = 0; context->limits->resolve && i < arguments->count; i++) {
                const SyscallArgument *path = arguments->list[i];

                if (path->kind == ARGUMENT_KIND_PATH && path->directory_argument >= 0 &&
                    arguments->list[path->directory_argument] == directory)
                        return !caller_read_all(context->view, context->registers->arguments[i],
                                                &first, sizeof(first)) ||
                               first != '/';
        }
        return true;
}

static void decode_named_value(DecodeContext *context, const SyscallArgument *argument,
                               uint64_t value)
{
        Text *text = context->text;

        switch (argument->kind) {
        case ARGUMENT_KIND_FD:
                decode_fd(context, (int) value);
                break;
        case ARGUMENT_KIND_DIRFD:
                decode_directory_fd(context, (int) value, is_sought_in(context, argument));
                break;
        case ARGUMENT_KIND_FLAGS:
        case ARGUMENT_KIND_ENUM:
        case ARGUMENT_KIND_CLOCK:
                decode_constants(text, argument->constants, value);
                break;
        case ARGUMENT_KIND_MODE:
                decode_typed_mode(text, (uint16_t) value);
                break;
        case ARGUMENT_KIND_DEVICE:
                decode_device(text, value);
                break;
        case ARGUMENT_KIND_UID:
        case ARGUMENT_KIND_GID:
                decode_id(text, value);
                break;
        case ARGUMENT_KIND_SIGNAL:
                decode_signal(text, (int) value);
                break;
        case ARGUMENT_KIND_IOCTL:
                decode_request(text, (uint32_t) value);
                break;
        default:
                decode_hex(text, value);
                break;
        }
}

static void decode_value(DecodeContext *context, const SyscallArgument *argument, uint64_t value)
{
        Text *text = context->text;

        switch (argument->kind) {
        case ARGUMENT_KIND_NUMBER:
        case ARGUMENT_KIND_OFFSET:
                text_append_signed(text, (int64_t) value);
                break;
        case ARGUMENT_KIND_INT:
        case ARGUMENT_KIND_PID:
                text_append_signed(text, (int) value);
                break;
        case ARGUMENT_KIND_UNSIGNED:
        case ARGUMENT_KIND_SIZE:
                text_append_unsigned(text, value);
                break;
        case ARGUMENT_KIND_UINT:
                text_append_unsigned(text, (uint32_t) value);
                break;
        case ARGUMENT_KIND_ADDRESS:
                decode_address(context, value);
                break;
        default:
                decode_named_value(context, argument, value);
                break;
        }
}

/* What is left of a sleep is written only when a signal ended it. */
static bool call_has_written(const DecodeContext *context)
{
        int number = context->registers->number;

        return context->returned && !result_is_error(context->result) && number != CALL_nanosleep &&
               number != CALL_clock_nanosleep;
}

/* What the kernel will write is an address before it has, and when it failed. */
static void decode_one(DecodeContext *context, unsigned index)
{
        const SyscallArgument *argument = context->arguments.list[index];
        uint64_t value = context->registers->arguments[index];
        ArgumentDirection direction = argument_kind_direction(argument->kind);
        bool written = call_has_written(context);

        if (direction == ARGUMENT_VALUE)
                decode_value(context, argument, value);
        else if (direction == ARGUMENT_OUT && !written && argument->kind != ARGUMENT_KIND_IOVEC_OUT)
                decode_address(context, value);
        else
                decode_pointer(context, argument, value);
}

/* ---- the whole call ---- */

static const SyscallArgument raw_arguments[SYSCALL_ARGUMENTS_MAX] = {
        {"arg0", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
        {"arg1", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
        {"arg2", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
        {"arg3", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
        {"arg4", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
        {"arg5", ARGUMENT_KIND_HEX, NULL, NULL, -1, -1, false},
};

static void context_init(DecodeContext *context, const CallRegisters *registers,
                         const CallerView *view, const DecodeLimits *limits, Text *text)
{
        *context = (DecodeContext){
                .registers = registers,
                .entry = syscall_by_number(registers->number),
                .view = view,
                .limits = limits,
                .text = text,
        };
        call_arguments(registers, &context->arguments);
        if (context->entry)
                return;
        context->arguments.count = SYSCALL_ARGUMENTS_MAX;
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                context->arguments.list[i] = &raw_arguments[i];
}

static int context_error(const DecodeContext *context)
{
        return context->gone ? -ESRCH : text_error(context->text);
}

static char *copy_from(const Text *text, size_t start)
{
        return strndup(text_get(text) + start, text->length - start);
}

static void resolve_argument(const DecodeContext *context, unsigned index, char **ret)
{
        if (context->limits->resolve && context->view->resolve_path &&
            context->arguments.list[index]->kind == ARGUMENT_KIND_PATH)
                caller_resolve_argument(context->registers, index, context->view, ret);
}

static int fill_argument(DecodeContext *context, unsigned index, DecodedArgument *ret)
{
        const SyscallArgument *argument = context->arguments.list[index];
        size_t start = context->text->length;
        int r;

        decode_one(context, index);
        r = context_error(context);
        if (r < 0)
                return r;
        *ret = (DecodedArgument){
                .name = argument->name,
                .kind = argument->kind,
                .value = context->registers->arguments[index],
                .text = copy_from(context->text, start),
        };
        if (!ret->text)
                return -ENOMEM;
        resolve_argument(context, index, &ret->resolved);
        return 0;
}

static void append_separator(const DecodeContext *context, unsigned index)
{
        if (index > 0)
                text_append(context->text, ", ");
}

static int fill_call(DecodeContext *context, DecodedCall *call)
{
        int r;

        text_reserve(context->text, FIRST_EXPAND);
        text_append(context->text, call->name);
        text_append_char(context->text, '(');
        for (unsigned i = 0; i < context->arguments.count; i++) {
                size_t start = context->text->length;

                if (!argument_is_unused(context->arguments.list[i]))
                        append_separator(context, i);
                r = fill_argument(context, i, &call->arguments[i]);
                if (r < 0)
                        return r;
                call->argument_count = i + 1;
                if (argument_is_unused(context->arguments.list[i]))
                        context->text->length = start;
        }
        text_append_char(context->text, ')');
        return text_error(context->text);
}

int decode_call(const CallRegisters *registers, const CallerView *view, const DecodeLimits *limits,
                DecodedCall *ret)
{
        _cleanup_text_ Text text = TEXT_INIT;
        DecodedCall call = {.registers = *registers};
        DecodeContext context;
        int r;

        context_init(&context, &call.registers, view, limits, &text);
        call.entry = context.entry;
        if (call.entry)
                strncpy(call.name, call.entry->name, sizeof(call.name) - 1);
        else
                snprintf(call.name, sizeof(call.name), "syscall_%d", registers->number);
        r = fill_call(&context, &call);
        if (r == 0 && !(call.text = text_take(&text)))
                r = -ENOMEM;
        if (r < 0) {
                decoded_call_release(&call);
                return r;
        }
        *ret = call;
        return 0;
}

void decoded_call_release(DecodedCall *call)
{
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++) {
                free(call->arguments[i].text);
                free(call->arguments[i].resolved);
        }
        free(call->text);
        *call = (DecodedCall){0};
}

int decode_argument(const CallRegisters *registers, unsigned index, const CallerView *view,
                    const DecodeLimits *limits, DecodedArgument *ret)
{
        _cleanup_text_ Text text = TEXT_INIT;
        DecodedArgument argument = {0};
        DecodeContext context;
        int r;

        context_init(&context, registers, view, limits, &text);
        if (index >= context.arguments.count)
                return -EINVAL;
        r = fill_argument(&context, index, &argument);
        if (r < 0) {
                free(argument.text);
                free(argument.resolved);
                return r;
        }
        *ret = argument;
        return 0;
}

/* ---- after the call ---- */

/* What was both read and written shows as before => after. */
static void append_change(const DecodeContext *context, const DecodedArgument *argument,
                          size_t start)
{
        _cleanup_free_ char *after = copy_from(context->text, start);

        if (!after || argument_kind_direction(argument->kind) != ARGUMENT_INOUT ||
            strcmp(after, argument->text) == 0 || argument->kind == ARGUMENT_KIND_MSGHDR_OUT)
                return;
        context->text->length = start;
        text_append(context->text, argument->text);
        text_append(context->text, " => ");
        text_append(context->text, after);
}

static void append_returned(DecodeContext *context, unsigned index, const DecodedArgument *argument)
{
        size_t start = context->text->length;

        if (!kind_is_written(argument->kind) || result_is_error(context->result)) {
                text_append(context->text, argument->text);
                return;
        }
        decode_one(context, index);
        append_change(context, argument, start);
}

static int renew_call(DecodeContext *context, const DecodedCall *call, char **texts)
{
        text_reserve(context->text, FIRST_EXPAND);
        text_append(context->text, call->name);
        text_append_char(context->text, '(');
        for (unsigned i = 0; i < call->argument_count; i++) {
                size_t before = context->text->length, start;

                append_separator(context, i);
                start = context->text->length;
                append_returned(context, i, &call->arguments[i]);
                if (context_error(context) < 0)
                        return context_error(context);
                texts[i] = copy_from(context->text, start);
                if (!texts[i])
                        return -ENOMEM;
                if (argument_is_unused(context->arguments.list[i]))
                        context->text->length = before;
        }
        text_append_char(context->text, ')');
        return text_error(context->text);
}

/* Whether there is anything to be added to what was known before the call ran. */
static bool writes_anything(const DecodedCall *call, int64_t result)
{
        for (unsigned i = 0; !result_is_error(result) && i < call->argument_count; i++)
                if (kind_is_written(call->arguments[i].kind))
                        return true;
        return false;
}

int decode_call_exit(DecodedCall *call, int64_t result, const CallerView *view,
                     const DecodeLimits *limits)
{
        _cleanup_text_ Text text = TEXT_INIT;
        char *texts[SYSCALL_ARGUMENTS_MAX] = {NULL};
        DecodeContext context;
        char *whole = NULL;
        int r;

        if (!writes_anything(call, result))
                return 0;
        context_init(&context, &call->registers, view, limits, &text);
        context.returned = true;
        context.result = result;
        r = renew_call(&context, call, texts);
        if (r == 0 && !(whole = text_take(&text)))
                r = -ENOMEM;
        for (unsigned i = 0; i < call->argument_count; i++) {
                free(r < 0 ? texts[i] : call->arguments[i].text);
                if (r == 0)
                        call->arguments[i].text = texts[i];
        }
        if (r < 0)
                return r;
        free(call->text);
        call->text = whole;
        return 0;
}
