/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/result-field.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "syscalls/call-numbers.h"
#include "syscalls/constant-sets.h"
#include "syscalls/directory-entries.h"
#include "syscalls/structure-layout.h"

#define FIELD_MAX 64

bool result_field_is_sized(const CallRegisters *registers, const SyscallArgument *argument)
{
        const SyscallEntry *entry = syscall_by_number(registers->number);

        return entry && entry->result == SYSCALL_RESULT_SIZE &&
               (argument->kind == ARGUMENT_KIND_BUFFER_OUT ||
                argument->kind == ARGUMENT_KIND_IOVEC_OUT ||
                argument->kind == ARGUMENT_KIND_MSGHDR_OUT);
}

/* ---- a whole buffer ---- */

/* The text, with its NUL where the call answers one. */
static int set_buffer(const CallRegisters *registers, const SyscallArgument *argument,
                      const char *value, ResultAnswer *answer, Problem *problem)
{
        size_t size = strlen(value) + (registers->number == CALL_getcwd);

        if (size > answer->room)
                return problem_set(problem, -ENOSPC,
                                   "argument %s: %zu bytes do not fit, the call gave room for %zu",
                                   argument->name, size, answer->room);
        memcpy(answer->bytes, value, size);
        answer->size = size;
        return 0;
}

/* ---- structures ---- */

static int set_structure(const SyscallArgument *argument, const char *field, const char *value,
                         size_t at, ResultAnswer *answer, Problem *problem)
{
        const StructureLayout *layout = argument->structure;
        /* the value itself where the structure is a plain number: the field's name is "0" */
        _cleanup_free_ char *assignment = string_format("%s=%s", *field ? field : "0", value);
        size_t left = answer->room - at, size = left < layout->size ? left : layout->size;
        int r;

        if (!assignment)
                return -ENOMEM;
        r = structure_field_write(layout, answer->bytes + at, size, assignment, problem);
        if (r == 0 && answer->size < at + size)
                answer->size = at + size;
        return r;
}

/* "3.events": a field of an element. */
static int set_element(const SyscallArgument *argument, const char *field, const char *value,
                       ResultAnswer *answer, Problem *problem)
{
        char *end;
        size_t index = strtoul(field, &end, 10), size = argument->structure->size;

        if (end == field || (*end && *end != '.'))
                return problem_set(problem, -EINVAL,
                                   "argument %s has several elements; write %s.N.FIELD, from 0",
                                   argument->name, argument->name);
        if (index >= answer->room / size)
                return problem_set(problem, -EINVAL,
                                   "argument %s has room for %zu elements, numbered from 0; there "
                                   "is none %zu",
                                   argument->name, answer->room / size, index);
        return set_structure(argument, *end ? end + 1 : "", value, index * size, answer, problem);
}

/* ---- socket addresses ---- */

/* What a field's name says about the address that it is in. */
typedef struct AddressField {
        const char *name;
        sa_family_t family; /* AF_UNSPEC: of any */
        size_t offset, size, whole;
        enum { FAMILY, PORT, HOST, PATH, NUMBER } form;
} AddressField;

static const AddressField address_fields[] = {
        {"sa_family", AF_UNSPEC, 0, sizeof(sa_family_t), 0, FAMILY},
        {"sin_port", AF_INET, offsetof(struct sockaddr_in, sin_port), 2, sizeof(struct sockaddr_in),
         PORT},
        {"sin_addr", AF_INET, offsetof(struct sockaddr_in, sin_addr), 4, sizeof(struct sockaddr_in),
         HOST},
        {"sin6_port", AF_INET6, offsetof(struct sockaddr_in6, sin6_port), 2,
         sizeof(struct sockaddr_in6), PORT},
        {"sin6_addr", AF_INET6, offsetof(struct sockaddr_in6, sin6_addr), 16,
         sizeof(struct sockaddr_in6), HOST},
        {"sin6_scope_id", AF_INET6, offsetof(struct sockaddr_in6, sin6_scope_id), 4,
         sizeof(struct sockaddr_in6), NUMBER},
        {"sun_path", AF_UNIX, offsetof(struct sockaddr_un, sun_path),
         sizeof(((struct sockaddr_un *) NULL)->sun_path), sizeof(struct sockaddr_un), PATH},
};

static const AddressField *address_field(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(address_fields); i++)
                if (strcmp(address_fields[i].name, name) == 0)
                        return &address_fields[i];
        return NULL;
}

/* The value as it lies in the address. */
static int address_value(const AddressField *field, const char *value, uint8_t *bytes)
{
        const char *bad;
        uint64_t number = 0;
        uint16_t port;
        int r = 0;

        switch (field->form) {
        case FAMILY:
                r = named_constants_parse(&constants_socket_domains, value, &number, &bad);
                break;
        case HOST:
                return inet_pton(field->family, value, bytes) == 1 ? 0 : -EINVAL;
        case PATH:
                if (strlen(value) >= field->size)
                        return -EINVAL;
                memcpy(bytes, value, strlen(value) + 1);
                return 0;
        default:
                r = number_parse_unsigned(value, &number);
                break;
        }
        if (r < 0 || (field->size < 8 && number >> (8 * field->size)))
                return -EINVAL;
        port = htons((uint16_t) number);
        memcpy(bytes, field->form == PORT ? (void *) &port : (void *) &number, field->size);
        return 0;
}

static int set_address(const SyscallArgument *argument, const char *name, const char *value,
                       ResultAnswer *answer, Problem *problem)
{
        const AddressField *field = address_field(name);
        uint8_t bytes[sizeof(struct sockaddr_un)] = {0};
        size_t end;

        if (!field)
                return problem_set(problem, -EINVAL,
                                   "argument %s: an address has no field \"%s\"; there are "
                                   "sa_family, sin_port, sin_addr, sin6_port, sin6_addr, "
                                   "sin6_scope_id and sun_path",
                                   argument->name, name);
        if (address_value(field, value, bytes) < 0)
                return problem_set(problem, -EINVAL, "argument %s: \"%s\" is not a value of %s",
                                   argument->name, value, name);
        end = field->form == PATH ? field->offset + strlen(value) + 1 : field->offset + field->size;
        if (end > answer->room)
                return problem_set(problem, -ENOSPC,
                                   "argument %s: %s lies beyond the %zu bytes that the call gave",
                                   argument->name, name, answer->room);
        memcpy(answer->bytes + field->offset, bytes, end - field->offset);
        if (field->family != AF_UNSPEC)
                memcpy(answer->bytes, &field->family, sizeof(field->family));
        if (field->form != PATH && field->whole > end)
                end = field->whole < answer->room ? field->whole : answer->room;
        if (answer->size < end)
                answer->size = end;
        return 0;
}

/* ---- by kind ---- */

static bool lists_directory(int number)
{
        return number == CALL_getdents64 || number == CALL_getdents;
}

int result_field_set(const CallRegisters *registers, const SyscallArgument *argument,
                     const char *field, const char *value, ResultAnswer *answer, Problem *problem)
{
        if (argument->kind == ARGUMENT_KIND_SOCKET_ADDRESS_OUT ||
            argument->kind == ARGUMENT_KIND_SOCKET_ADDRESS)
                return set_address(argument, field, value, answer, problem);
        if (argument->structure && strlen(field) >= FIELD_MAX)
                return problem_set(problem, -EINVAL, "argument %s has no field of that name",
                                   argument->name);
        if (argument->structure && argument->elements)
                return set_element(argument, field, value, answer, problem);
        if (argument->structure)
                return set_structure(argument, field, value, 0, answer, problem);
        if (lists_directory(registers->number))
                return directory_entries_set(answer, registers->number == CALL_getdents64, field,
                                             value, problem);
        if (*field)
                return problem_set(problem, -EINVAL,
                                   "argument %s is plain bytes without the field \"%s\"; set %s "
                                   "itself",
                                   argument->name, field, argument->name);
        return set_buffer(registers, argument, value, answer, problem);
}

/* ---- before there is a call ---- */

#define SCRATCH_BYTES 65536

/* Entries by number cannot be known: what is said about them is tried on one that is there. */
static int check_entry(int number, const char *field, const char *value, ResultAnswer *answer,
                       Problem *problem)
{
        const char *dot = strrchr(field, '.');
        _cleanup_free_ char *first = string_format("0%s", dot && dot != field ? dot : "");

        if (!first)
                return -ENOMEM;
        if (directory_entries_set(answer, number == CALL_getdents64, "0.d_name", "x", problem) < 0)
                return -EINVAL;
        return directory_entries_set(answer, number == CALL_getdents64, first, value, problem);
}

/* Then names and kinds depend on the call: ioctl, fcntl. */
static bool has_untyped(const SyscallEntry *entry)
{
        for (unsigned i = 0; i < entry->argument_count; i++)
                if (entry->arguments[i].kind == ARGUMENT_KIND_UNTYPED)
                        return true;
        return false;
}

int result_field_check(int number, const char *name, const char *field, const char *value,
                       Problem *problem)
{
        const CallRegisters registers = {.number = number};
        const SyscallEntry *entry = syscall_by_number(number);
        _cleanup_free_ uint8_t *scratch = NULL;
        const SyscallArgument *argument;
        ResultAnswer answer;
        int index;

        if (!entry || has_untyped(entry))
                return 0;
        index = call_argument_index(&registers, name, problem);
        if (index < 0)
                return index;
        argument = &entry->arguments[index];
        if (argument_kind_direction(argument->kind) != ARGUMENT_OUT &&
            argument_kind_direction(argument->kind) != ARGUMENT_INOUT)
                return problem_set(problem, -EINVAL, "argument %s of %s is not an output buffer",
                                   argument->name, entry->name);
        scratch = calloc(1, SCRATCH_BYTES);
        if (!scratch)
                return -ENOMEM;
        answer = (ResultAnswer){.bytes = scratch, .room = SCRATCH_BYTES};
        return lists_directory(number)
                       ? check_entry(number, field, value, &answer, problem)
                       : result_field_set(&registers, argument, field, value, &answer, problem);
}
