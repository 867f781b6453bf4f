/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/result-bytes.h"

#include <string.h>

#include "syscalls/argument-variants.h"
#include "syscalls/output-place.h"
#include "syscalls/result-field.h"

/* No buffer that is set by name is made larger than this here. */
#define FIELD_ROOM_MAX (1024u * 1024)

struct ResultPart {
        unsigned index;                  /* of the argument */
        const SyscallArgument *argument; /* borrowed from the table */
        OutputPlace place;
        ResultAnswer answer; /* bytes NULL while nothing was set */
        uint8_t *before;     /* what was in the place, while it is being written */
};

void result_bytes_release(ResultBytes *bytes)
{
        for (size_t i = 0; i < bytes->count; i++) {
                output_place_release(&bytes->parts[i].place);
                free(bytes->parts[i].answer.bytes);
                free(bytes->parts[i].before);
        }
        free(bytes->parts);
        *bytes = (ResultBytes){0};
}

/* ---- making ready ---- */

/* All that the steps below look at. */
typedef struct Preparation {
        const CallRegisters *registers;
        TraceeView tracee;
        CallerView view;
        const int64_t *result;
        ResultBytes *bytes;
        Problem *problem;
} Preparation;

static int find_part(Preparation *preparation, const char *name, ResultPart **ret)
{
        ResultBytes *bytes = preparation->bytes;
        int index = call_argument_index(preparation->registers, name, preparation->problem), r;
        CallArguments arguments;
        ResultPart *part;

        if (index < 0)
                return index;
        for (size_t i = 0; i < bytes->count; i++)
                if (bytes->parts[i].index == (unsigned) index) {
                        *ret = &bytes->parts[i];
                        return 0;
                }
        part = &bytes->parts[bytes->count];
        r = output_place_find(preparation->registers, (unsigned) index, &preparation->view,
                              &part->place, preparation->problem);
        if (r < 0)
                return r;
        call_arguments(preparation->registers, &arguments);
        part->index = (unsigned) index;
        part->argument = arguments.list[index];
        bytes->count++;
        *ret = part;
        return 0;
}

/* How much of the buffer holds something before a field of it is set. */
static size_t size_before(const Preparation *preparation, const ResultPart *part)
{
        bool filled = preparation->result
                              ? *preparation->result >= 0
                              : argument_kind_direction(part->argument->kind) == ARGUMENT_INOUT;

        if (!filled)
                return 0;
        if (result_field_is_sized(preparation->registers, part->argument) &&
            (uint64_t) *preparation->result < part->place.room)
                return (size_t) *preparation->result;
        return part->place.room;
}

/* The buffer as it is, to set a field of it. Empty bytes are zero, whatever lies there. */
static int begin_answer(const Preparation *preparation, ResultPart *part)
{
        ResultAnswer *answer = &part->answer;
        size_t size = size_before(preparation, part), done = 0;

        answer->room = part->place.room < FIELD_ROOM_MAX ? part->place.room : FIELD_ROOM_MAX;
        answer->size = size < answer->room ? size : answer->room;
        answer->bytes = calloc(1, answer->room + 1);
        if (!answer->bytes)
                return -ENOMEM;
        for (size_t i = 0; i < part->place.count && done < answer->size; i++) {
                size_t left = answer->size - done;
                size_t piece =
                        part->place.pieces[i].size < left ? part->place.pieces[i].size : left;
                ssize_t n = tracee_read_memory(&preparation->tracee, part->place.pieces[i].address,
                                               answer->bytes + done, piece);

                if (n == -ESRCH)
                        return -ESRCH;
                if (n != (ssize_t) piece)
                        return problem_set(preparation->problem, -EFAULT,
                                           "argument %s: the program's buffer cannot be read",
                                           part->argument->name);
                done += piece;
        }
        return 0;
}

static int set_bytes(const Preparation *preparation, ResultPart *part, const BufferWrite *write)
{
        uint8_t *copy;

        if (write->size > part->place.room)
                return problem_set(preparation->problem, -EINVAL,
                                   "argument %s: %zu bytes do not fit, the call gave room for %zu",
                                   write->argument, write->size, part->place.room);
        copy = malloc(write->size + 1);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, write->bytes, write->size);
        free(part->answer.bytes);
        part->answer = (ResultAnswer){copy, write->size, write->size};
        return 0;
}

static int set_field(const Preparation *preparation, ResultPart *part, const BufferWrite *write)
{
        ResultBytes *bytes = preparation->bytes;
        int r = part->answer.bytes ? 0 : begin_answer(preparation, part);

        if (r == 0)
                r = result_field_set(preparation->registers, part->argument, write->field,
                                     (const char *) write->bytes, &part->answer,
                                     preparation->problem);
        if (r == 0 && result_field_is_sized(preparation->registers, part->argument)) {
                bytes->sized = true;
                bytes->size = (int64_t) part->answer.size;
        }
        return r;
}

int result_bytes_prepare(const Tracee *tracee, const BufferWrite *writes, size_t count,
                         const int64_t *result, ResultBytes *ret, Problem *problem)
{
        _cleanup_(result_bytes_release) ResultBytes bytes = {0};
        CallRegisters registers = open_call_registers(tracee->call);
        Preparation preparation = {.registers = &registers,
                                   .tracee = tracee_view(tracee),
                                   .result = result,
                                   .bytes = &bytes,
                                   .problem = problem};
        int r = 0;

        preparation.view = tracee_view_caller(&preparation.tracee);
        bytes.parts = calloc(count + 1, sizeof(*bytes.parts));
        if (!bytes.parts)
                return -ENOMEM;
        for (size_t i = 0; i < count && r == 0; i++) {
                ResultPart *part;

                r = find_part(&preparation, writes[i].argument, &part);
                if (r == 0)
                        r = writes[i].field ? set_field(&preparation, part, &writes[i])
                                            : set_bytes(&preparation, part, &writes[i]);
        }
        if (r < 0)
                return r;
        *ret = bytes;
        bytes = (ResultBytes){0};
        return 0;
}

/* ---- writing ---- */

/* Writes from `from` into the pieces; *ret_done counts the bytes that are there at the end. */
static int write_pieces(const TraceeView *view, const ResultPart *part, const uint8_t *from,
                        size_t size, size_t *ret_done)
{
        size_t done = 0;
        int r = 0;

        for (size_t i = 0; i < part->place.count && done < size && r == 0; i++) {
                const OutputPiece *piece = &part->place.pieces[i];
                size_t now = piece->size < size - done ? piece->size : size - done;

                r = tracee_write_memory(view, piece->address, from + done, now, false);
                if (r == 0)
                        done += now;
        }
        *ret_done = done;
        return r;
}

static int read_before(const TraceeView *view, ResultPart *part)
{
        size_t done = 0;

        part->before = malloc(part->answer.size + 1);
        if (!part->before)
                return -ENOMEM;
        for (size_t i = 0; i < part->place.count && done < part->answer.size; i++) {
                const OutputPiece *piece = &part->place.pieces[i];
                size_t left = part->answer.size - done;
                size_t now = piece->size < left ? piece->size : left;
                ssize_t n = tracee_read_memory(view, piece->address, part->before + done, now);

                if (n != (ssize_t) now)
                        return n == -ESRCH ? -ESRCH : -EFAULT;
                done += now;
        }
        return 0;
}

static int write_part(const TraceeView *view, ResultPart *part)
{
        size_t done = 0, ignored;
        int r = read_before(view, part);

        if (r == 0)
                r = write_pieces(view, part, part->answer.bytes, part->answer.size, &done);
        if (r < 0 && done > 0)
                (void) write_pieces(view, part, part->before, done, &ignored);
        return r;
}

int result_bytes_write(const Tracee *tracee, const ResultBytes *bytes, Problem *problem)
{
        TraceeView view = tracee_view(tracee);
        size_t ignored;

        for (size_t i = 0; i < bytes->count; i++) {
                int r = write_part(&view, &bytes->parts[i]);

                if (r == 0)
                        continue;
                while (i-- > 0)
                        (void) write_pieces(&view, &bytes->parts[i], bytes->parts[i].before,
                                            bytes->parts[i].answer.size, &ignored);
                return problem_set(problem, r, "the program's buffer cannot be written: %s",
                                   strerror(-r));
        }
        return 0;
}
