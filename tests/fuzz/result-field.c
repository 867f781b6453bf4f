/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of answers on hostile memory. Input: number (2 bytes), argument (1), room (2), six
 * registers (8 each), a field, a NUL, its value, a NUL, then the memory (fuzz-memory.h), which
 * is the answer's content too. Whatever they hold, nothing is written behind the room, and what is
 * in use never exceeds it; where the answer goes is found within bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz-memory.h"
#include "syscalls/output-place.h"
#include "syscalls/result-field.h"

#define HEAD_BYTES 53
#define PIECES_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find_place(const CallRegisters *registers, unsigned index, FuzzMemory *memory)
{
        const CallerView view = {.context = memory, .read_memory = fuzz_memory_read};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        _cleanup_(output_place_release) OutputPlace place = {0};
        size_t room = 0;

        if (output_place_find(registers, index, &view, &place, &problem) < 0)
                return;
        for (size_t i = 0; i < place.count; i++)
                room += place.pieces[i].size;
        if (place.count > PIECES_MAX || room != place.room)
                abort();
}

static void set_field(const CallRegisters *registers, unsigned index, const char *field,
                      const char *value, size_t room, const FuzzMemory *memory)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        /* no byte more than there is room for: the sanitizer sees the first one behind it */
        _cleanup_free_ uint8_t *bytes = calloc(1, room);
        ResultAnswer answer = {.bytes = bytes, .room = room};
        CallArguments arguments;

        call_arguments(registers, &arguments);
        if (!bytes || index >= arguments.count ||
            argument_kind_direction(arguments.list[index]->kind) == ARGUMENT_VALUE)
                return;
        answer.size = memory->size < room ? memory->size : room;
        memcpy(bytes, memory->bytes, answer.size);
        (void) result_field_set(registers, arguments.list[index], field, value, &answer, &problem);
        if (answer.size > room || answer.room != room || answer.bytes != bytes)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const uint8_t *end = data + size, *field, *value;
        CallRegisters registers = {0};
        FuzzMemory memory;
        uint16_t number, room;

        if (size < HEAD_BYTES)
                return 0;
        memcpy(&number, data, sizeof(number));
        memcpy(&room, data + 3, sizeof(room));
        memcpy(registers.arguments, data + 5, sizeof(registers.arguments));
        registers.number = number % (SYSCALL_TABLE_END + 2);
        field = data + HEAD_BYTES;
        value = memchr(field, 0, (size_t) (end - field));
        if (!value || !memchr(value + 1, 0, (size_t) (end - value - 1)))
                return 0;
        value++;
        memory.bytes = value + strlen((const char *) value) + 1;
        memory.size = (size_t) (end - memory.bytes);
        find_place(&registers, data[2] % SYSCALL_ARGUMENTS_MAX, &memory);
        set_field(&registers, data[2] % SYSCALL_ARGUMENTS_MAX, (const char *) field,
                  (const char *) value, (size_t) room + 1, &memory);
        return 0;
}
