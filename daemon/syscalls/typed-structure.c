/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/typed-structure.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "syscalls/structure-layout.h"

/* Where the mistake is, and what it is. */
typedef struct Fault {
        size_t field;
        const char *sentence;
} Fault;

static int fault_set(Fault *fault, size_t field, const char *sentence)
{
        *fault = (Fault){field, sentence};
        return -EINVAL;
}

static int bytes_argument(const void *bytes, size_t size, TypedArgument *ret)
{
        TypedArgument argument = {.size = size, .bytes = malloc(size)};

        if (!argument.bytes)
                return -ENOMEM;
        memcpy(argument.bytes, bytes, size);
        *ret = argument;
        return 0;
}

static int unix_address(Fault *fault, const TypedFields *fields, TypedArgument *ret)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const TypedField *path = &fields->list[1];
        bool abstract = fields->count == 2 && path->string && path->string[0] == '@';
        size_t size;

        if (fields->count != 2 || !path->string)
                return fault_set(fault, 0,
                                 "a local address is {AF_UNIX, \"/path\"} or {AF_UNIX, \"@name\"}");
        if (path->length >= sizeof(address.sun_path))
                return fault_set(fault, 1, "the path has more than 107 bytes");
        memcpy(address.sun_path, path->string, path->length);
        if (abstract)
                address.sun_path[0] = '\0';
        size = offsetof(struct sockaddr_un, sun_path) + path->length + !abstract;
        return bytes_argument(&address, size, ret);
}

static int internet_address(Fault *fault, const TypedFields *fields, TypedArgument *ret)
{
        struct sockaddr_in inet = {.sin_family = AF_INET};
        struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6};
        bool is_inet = fields->list[0].value == AF_INET;
        const TypedField *host = &fields->list[1], *port = &fields->list[2];

        if (fields->count != 3 || !host->string || port->string || port->value > UINT16_MAX)
                return fault_set(fault, 0, "an address is {AF_INET, \"1.2.3.4\", PORT}");
        inet.sin_port = inet6.sin6_port = htons((uint16_t) port->value);
        if (inet_pton(is_inet ? AF_INET : AF_INET6, host->string,
                      is_inet ? (void *) &inet.sin_addr : (void *) &inet6.sin6_addr) != 1)
                return fault_set(fault, 1, "this is not an address of that family");
        if (is_inet)
                return bytes_argument(&inet, sizeof(inet), ret);
        return bytes_argument(&inet6, sizeof(inet6), ret);
}

static int socket_address(Fault *fault, const TypedFields *fields, TypedArgument *ret)
{
        if (fields->list[0].string)
                return fault_set(fault, 0, "a family such as AF_INET is missing");
        if (fields->list[0].value == AF_UNIX)
                return unix_address(fault, fields, ret);
        if (fields->list[0].value == AF_INET || fields->list[0].value == AF_INET6)
                return internet_address(fault, fields, ret);
        return fault_set(fault, 0, "only AF_INET, AF_INET6 and AF_UNIX can be typed; use hex\"…\"");
}

/* The values in the order of the layout's numbers, structures inside opened up. */
static int place_values(const StructureLayout *layout, size_t base, const TypedFields *fields,
                        size_t *at, uint8_t *bytes)
{
        for (size_t i = 0; i < layout->field_count && *at < fields->count; i++) {
                const StructureField *field = &layout->fields[i];
                int r;

                if (field->show == FIELD_STRUCT) {
                        r = place_values(field->structure, base + field->offset, fields, at, bytes);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (fields->list[*at].string || field->size > sizeof(uint64_t))
                        return -EINVAL;
                memcpy(bytes + base + field->offset, &fields->list[*at].value, field->size);
                (*at)++;
        }
        return 0;
}

static int plain_structure(Fault *fault, const StructureLayout *layout, const TypedFields *fields,
                           TypedArgument *ret)
{
        TypedArgument argument = {.size = layout->size, .bytes = calloc(1, layout->size)};
        size_t at = 0;
        int r;

        if (!argument.bytes)
                return -ENOMEM;
        r = place_values(layout, 0, fields, &at, argument.bytes);
        if (r == 0 && at == fields->count) {
                *ret = argument;
                return 0;
        }
        free(argument.bytes);
        return fault_set(fault, at < fields->count ? at : 0,
                         r < 0 ? "this field cannot be typed; use hex\"…\""
                               : "the structure has fewer fields");
}

int typed_structure_build(const SyscallArgument *argument, const TypedFields *fields,
                          TypedArgument *ret, size_t *ret_field, const char **ret_sentence)
{
        Fault fault = {0, "this argument is not a structure"};
        int r = -EINVAL;

        if (!argument || argument->kind == ARGUMENT_KIND_SOCKET_ADDRESS)
                r = socket_address(&fault, fields, ret);
        else if (argument->structure)
                r = plain_structure(&fault, argument->structure, fields, ret);
        if (r == -EINVAL) {
                *ret_field = fault.field;
                *ret_sentence = fault.sentence;
        }
        return r;
}
