/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/call-memory.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "syscalls/argument-variants.h"
#include "syscalls/caller-read.h"
#include "syscalls/constant-sets.h"
#include "syscalls/structure-layout.h"

#define STRING_CHUNK    256
#define PATH_BYTES      4096        /* PATH_MAX: the kernel reads no longer path */
#define STRING_BYTES    (32 * 4096) /* MAX_ARG_STRLEN: the longest string of argv */
#define STRUCTURE_BYTES 4096        /* the kernel takes no larger sized structure */
#define SOCKADDR_BYTES  128
#define IOVEC_MAX       1024  /* UIO_MAXIOV */
#define CONTROL_BYTES   65536 /* more than the kernel takes (optmem_max) */

typedef struct RangeList {
        const CallRegisters *registers;
        const CallerView *view;
        const CallArguments *arguments;
        MemoryRange *list;
        size_t count, max;
} RangeList;

static ssize_t readable(const RangeList *ranges, uint64_t address, void *buffer, size_t size)
{
        return caller_read(ranges->view, address, buffer, size);
}

/* Answers the new range's index. */
static int range_add(RangeList *ranges, MemoryRange range)
{
        if (ranges->count == ranges->max)
                return -E2BIG;
        ranges->list[ranges->count] = range;
        return (int) ranges->count++;
}

static bool wraps(uint64_t address, size_t size)
{
        return size && address + (size - 1) < address;
}

/* How much of a range can be read. */
static int measure(const RangeList *ranges, MemoryRange *range)
{
        size_t wanted = range->size, at = 0;

        if (wraps(range->address, wanted)) {
                range->broken = true;
                range->size = 0;
                return 0;
        }
        while (at < wanted) {
                uint8_t bytes[STRING_CHUNK];
                size_t chunk = wanted - at < sizeof(bytes) ? wanted - at : sizeof(bytes);
                ssize_t n = readable(ranges, range->address + at, bytes, chunk);

                if (n < 0)
                        return (int) n;
                at += (size_t) n;
                if ((size_t) n < chunk)
                        break;
        }
        range->broken = at < wanted;
        range->size = at;
        return 0;
}

static int measure_string(const RangeList *ranges, MemoryRange *range, size_t max)
{
        size_t at = 0;

        while (at < max) {
                uint8_t bytes[STRING_CHUNK], *end;
                size_t chunk = max - at < sizeof(bytes) ? max - at : sizeof(bytes);
                ssize_t n;

                n = readable(ranges, range->address + at, bytes, chunk);
                if (n < 0)
                        return (int) n;
                end = memchr(bytes, '\0', (size_t) n);
                if (end) {
                        range->size = at + (size_t) (end - bytes) + 1;
                        return 0;
                }
                at += (size_t) n;
                if ((size_t) n < chunk || range->address + at == 0) {
                        range->broken = true;
                        range->size = at;
                        return 0;
                }
        }
        return -ENAMETOOLONG;
}

/* A range of known size behind a pointer; NULL pointers and empty ranges are left out. */
static int add_bytes(RangeList *ranges, MemoryRange range)
{
        int r;

        if (range.address == 0 || range.size == 0)
                return -ENOENT;
        r = measure(ranges, &range);
        return r < 0 ? r : range_add(ranges, range);
}

static int add_string(RangeList *ranges, MemoryRange range, size_t max)
{
        int r;

        if (range.address == 0)
                return 0;
        range.string = true;
        r = measure_string(ranges, &range, max);
        if (r == 0)
                r = range_add(ranges, range);
        return r < 0 ? r : 0;
}

static int none_is_fine(int r)
{
        return r == -ENOENT || r >= 0 ? 0 : r;
}

static uint64_t size_value(const RangeList *ranges, const SyscallArgument *argument)
{
        uint64_t value = ranges->registers->arguments[argument->size_argument];
        ArgumentKind kind = ranges->arguments->list[argument->size_argument]->kind;

        if (kind == ARGUMENT_KIND_INT)
                return (int32_t) value < 0 ? 0 : (uint32_t) value;
        return kind == ARGUMENT_KIND_UINT ? (uint32_t) value : value;
}

/* The pointer at `offset` in a range that was listed as readable. */
static int pointer_in(const RangeList *ranges, int parent, size_t offset, uint64_t *ret)
{
        const MemoryRange *range = &ranges->list[parent];
        ssize_t n;

        if (offset + sizeof(*ret) > range->size)
                return -ENOENT;
        n = readable(ranges, range->address + offset, ret, sizeof(*ret));
        if (n < 0)
                return (int) n;
        return n == (ssize_t) sizeof(*ret) ? 0 : -ENOENT;
}

/* What a pointer inside a range leads to. */
static int add_behind(RangeList *ranges, int parent, size_t offset, size_t size)
{
        MemoryRange range = {.size = size,
                             .argument = ranges->list[parent].argument,
                             .parent = parent,
                             .parent_offset = offset};
        int r = pointer_in(ranges, parent, offset, &range.address);

        return r < 0 ? r : add_bytes(ranges, range);
}

/* argv: the pointers up to their NULL, then each string. */
static int add_vector(RangeList *ranges, unsigned index)
{
        MemoryRange range = {
                .address = ranges->registers->arguments[index], .argument = index, .parent = -1};
        uint64_t pointer = 1;
        int vector, r;

        if (range.address == 0)
                return 0;
        vector = range_add(ranges, range);
        if (vector < 0)
                return vector;
        while (pointer) {
                size_t at = ranges->list[vector].size;
                ssize_t n = readable(ranges, range.address + at, &pointer, sizeof(pointer));
                MemoryRange string = {.argument = index, .parent = vector, .parent_offset = at};

                if (n < 0)
                        return (int) n;
                if (n < (ssize_t) sizeof(pointer)) {
                        ranges->list[vector].broken = true;
                        return 0;
                }
                ranges->list[vector].size += sizeof(pointer);
                string.address = pointer;
                r = add_string(ranges, string, STRING_BYTES);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A message: its head, the address, the vector's head and the control data. */
static int add_message_parts(RangeList *ranges, int message, size_t at)
{
        uint64_t name_size = 0, iovec_count = 0, control_size = 0;
        int r;

        if (pointer_in(ranges, message, at + offsetof(struct msghdr, msg_namelen), &name_size) <
                    0 ||
            pointer_in(ranges, message, at + offsetof(struct msghdr, msg_iovlen), &iovec_count) <
                    0 ||
            pointer_in(ranges, message, at + offsetof(struct msghdr, msg_controllen),
                       &control_size) < 0)
                return 0;
        name_size = (uint32_t) name_size;
        r = add_behind(ranges, message, at + offsetof(struct msghdr, msg_name),
                       name_size < SOCKADDR_BYTES ? name_size : SOCKADDR_BYTES);
        if (none_is_fine(r) < 0)
                return r;
        if (iovec_count <= IOVEC_MAX) {
                r = add_behind(ranges, message, at + offsetof(struct msghdr, msg_iov),
                               iovec_count * sizeof(struct iovec));
                if (none_is_fine(r) < 0)
                        return r;
        }
        if (control_size > CONTROL_BYTES)
                return 0;
        return none_is_fine(add_behind(ranges, message, at + offsetof(struct msghdr, msg_control),
                                       control_size));
}

static int add_messages(RangeList *ranges, const SyscallArgument *argument, unsigned index)
{
        uint64_t count = argument->elements ? size_value(ranges, argument) : 1;
        size_t each = argument->elements ? sizeof(struct mmsghdr) : sizeof(struct msghdr);
        int message;

        if (count > IOVEC_MAX)
                count = IOVEC_MAX; /* as the kernel does */
        message = add_bytes(ranges, (MemoryRange){.address = ranges->registers->arguments[index],
                                                  .size = count * each,
                                                  .argument = index,
                                                  .parent = -1});
        for (uint64_t i = 0; message >= 0 && i < count; i++) {
                int r = add_message_parts(ranges, message, i * each);

                if (r < 0)
                        return r;
        }
        return none_is_fine(message);
}

/* Pointers inside structures that the kernel follows before it acts. */
static int add_pointers_of(RangeList *ranges, const StructureLayout *layout, int structure)
{
        uint64_t count = 0;

        if (layout == &structure_sigset_and_size)
                return none_is_fine(add_behind(ranges, structure, 0, sizeof(uint64_t)));
        if (layout == &structure_sock_fprog) {
                if (pointer_in(ranges, structure, 0, &count) < 0)
                        return 0;
                return none_is_fine(add_behind(ranges, structure, 8, (uint16_t) count * 8));
        }
        if (layout == &structure_clone_args) {
                if (pointer_in(ranges, structure, 72, &count) < 0 || count > 32)
                        return 0;
                return none_is_fine(add_behind(ranges, structure, 64, count * sizeof(int)));
        }
        return 0;
}

static int add_structure(RangeList *ranges, const SyscallArgument *argument, unsigned index)
{
        MemoryRange range = {.address = ranges->registers->arguments[index],
                             .size = argument->structure->size,
                             .argument = index,
                             .parent = -1};
        int structure;

        if (argument->size_argument >= 0) {
                uint64_t value = size_value(ranges, argument);
                uint64_t each = argument->elements ? argument->structure->size : 1;

                if (value > STRUCTURE_BYTES)
                        value = argument->elements ? STRUCTURE_BYTES : 0;
                range.size = value * each;
        }
        structure = add_bytes(ranges, range);
        if (structure < 0)
                return none_is_fine(structure);
        return add_pointers_of(ranges, argument->structure, structure);
}

static int add_iovec(RangeList *ranges, const SyscallArgument *argument, unsigned index)
{
        uint64_t count = size_value(ranges, argument);

        if (count > IOVEC_MAX)
                return 0; /* the kernel answers EINVAL before it reads */
        return none_is_fine(
                add_bytes(ranges, (MemoryRange){.address = ranges->registers->arguments[index],
                                                .size = count * sizeof(struct iovec),
                                                .argument = index,
                                                .parent = -1}));
}

static int add_socket_address(RangeList *ranges, const SyscallArgument *argument, unsigned index)
{
        uint64_t size = size_value(ranges, argument);

        if (size > SOCKADDR_BYTES)
                return 0; /* EINVAL */
        return none_is_fine(
                add_bytes(ranges, (MemoryRange){.address = ranges->registers->arguments[index],
                                                .size = size,
                                                .argument = index,
                                                .parent = -1}));
}

static int add_argument(RangeList *ranges, unsigned index)
{
        const SyscallArgument *argument = ranges->arguments->list[index];
        MemoryRange string = {
                .address = ranges->registers->arguments[index], .argument = index, .parent = -1};

        switch (argument->kind) {
        case ARGUMENT_KIND_PATH:
                return add_string(ranges, string, PATH_BYTES);
        case ARGUMENT_KIND_STRING:
                return add_string(ranges, string, STRING_BYTES);
        case ARGUMENT_KIND_STRING_VECTOR:
                return add_vector(ranges, index);
        case ARGUMENT_KIND_SOCKET_ADDRESS:
                return add_socket_address(ranges, argument, index);
        case ARGUMENT_KIND_IOVEC:
        case ARGUMENT_KIND_IOVEC_OUT:
                return add_iovec(ranges, argument, index);
        case ARGUMENT_KIND_MSGHDR:
                return add_messages(ranges, argument, index);
        case ARGUMENT_KIND_STRUCT_IN:
                return add_structure(ranges, argument, index);
        default:
                return 0;
        }
}

int call_memory_ranges(const CallRegisters *registers, const CallerView *view, MemoryRange *ret,
                       size_t max)
{
        CallArguments arguments;
        RangeList ranges = {.registers = registers,
                            .view = view,
                            .arguments = &arguments,
                            .list = ret,
                            .max = max};

        call_arguments(registers, &arguments);
        for (unsigned i = 0; i < arguments.count; i++) {
                int r = add_argument(&ranges, i);

                if (r < 0)
                        return r;
        }
        return (int) ranges.count;
}
