/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/output-place.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "syscalls/argument-variants.h"
#include "syscalls/caller-read.h"
#include "syscalls/structure-layout.h"

#define IOVEC_MAX 1024 /* UIO_MAXIOV */

void output_place_release(OutputPlace *place)
{
        free(place->pieces);
        *place = (OutputPlace){0};
}

/* One call that is asked about one of its arguments. */
typedef struct Question {
        const CallRegisters *registers;
        const CallerView *view;
        CallArguments arguments;
        const SyscallArgument *argument;
        uint64_t value; /* of the argument */
        Problem *problem;
} Question;

static int cannot_read(const Question *question, const char *what)
{
        return problem_set(question->problem, -EFAULT, "argument %s: its %s cannot be read",
                           question->argument->name, what);
}

/* The count in another argument: as wide as the kernel takes it, or in the memory behind it. */
static int read_count(const Question *question, uint64_t *ret)
{
        int at = question->argument->size_argument;
        const SyscallArgument *size = question->arguments.list[at];
        uint64_t value = question->registers->arguments[at];
        uint32_t behind;

        if (argument_kind_direction(size->kind) != ARGUMENT_VALUE) {
                if (!caller_read_all(question->view, value, &behind, sizeof(behind)))
                        return cannot_read(question, "length");
                *ret = behind;
        } else if (size->kind == ARGUMENT_KIND_INT) {
                *ret = (int32_t) value < 0 ? 0 : (uint32_t) value;
        } else {
                *ret = size->kind == ARGUMENT_KIND_UINT ? (uint32_t) value : value;
        }
        return 0;
}

static int one_piece(uint64_t address, uint64_t size, OutputPlace *ret)
{
        ret->pieces = malloc(sizeof(*ret->pieces));
        if (!ret->pieces)
                return -ENOMEM;
        ret->pieces[0] = (OutputPiece){address, (size_t) size};
        ret->count = 1;
        ret->room = (size_t) size;
        return 0;
}

static int pieces_of_iovec(const Question *question, uint64_t address, uint64_t count,
                           OutputPlace *ret)
{
        _cleanup_free_ struct iovec *list = NULL;

        if (count > IOVEC_MAX)
                return problem_set(question->problem, -EINVAL,
                                   "argument %s: the kernel takes at most %d pieces",
                                   question->argument->name, IOVEC_MAX);
        list = calloc(count + 1, sizeof(*list));
        ret->pieces = calloc(count + 1, sizeof(*ret->pieces));
        if (!list || !ret->pieces)
                return -ENOMEM;
        if (count > 0 && !caller_read_all(question->view, address, list, count * sizeof(*list)))
                return cannot_read(question, "list of pieces");
        for (size_t i = 0; i < count; i++) {
                ret->pieces[i] = (OutputPiece){(uintptr_t) list[i].iov_base, list[i].iov_len};
                if (__builtin_add_overflow(ret->room, list[i].iov_len, &ret->room))
                        return problem_set(question->problem, -EINVAL,
                                           "argument %s: its pieces are larger than memory",
                                           question->argument->name);
        }
        ret->count = count;
        return 0;
}

static int pieces_of_message(const Question *question, OutputPlace *ret)
{
        struct msghdr message;

        if (question->argument->elements)
                return problem_set(question->problem, -EINVAL,
                                   "argument %s holds several messages; their bytes cannot be set",
                                   question->argument->name);
        if (!caller_read_all(question->view, question->value, &message, sizeof(message)))
                return cannot_read(question, "message");
        return pieces_of_iovec(question, (uintptr_t) message.msg_iov, message.msg_iovlen, ret);
}

/* The length of an argument without a count: that of its structure. */
static int piece_of_structure(const Question *question, uint64_t count, OutputPlace *ret)
{
        const StructureLayout *layout = question->argument->structure;
        uint64_t size = count;

        if (question->argument->size_argument < 0)
                size = layout ? layout->size : 0;
        else if (question->argument->elements && __builtin_mul_overflow(count, layout->size, &size))
                return problem_set(question->problem, -EINVAL,
                                   "argument %s has more elements than memory",
                                   question->argument->name);
        return one_piece(question->value, size, ret);
}

static int find(const Question *question, OutputPlace *ret)
{
        uint64_t count = 0;
        int r = question->argument->size_argument >= 0 ? read_count(question, &count) : 0;

        if (r < 0)
                return r;
        switch (question->argument->kind) {
        case ARGUMENT_KIND_IOVEC_OUT:
                return pieces_of_iovec(question, question->value, count, ret);
        case ARGUMENT_KIND_MSGHDR_OUT:
                return pieces_of_message(question, ret);
        case ARGUMENT_KIND_STRUCT_OUT:
        case ARGUMENT_KIND_STRUCT_INOUT:
                return piece_of_structure(question, count, ret);
        default:
                return one_piece(question->value, count, ret);
        }
}

int output_place_find(const CallRegisters *registers, unsigned index, const CallerView *view,
                      OutputPlace *ret, Problem *problem)
{
        Question question = {.registers = registers,
                             .view = view,
                             .value = registers->arguments[index],
                             .problem = problem};
        _cleanup_(output_place_release) OutputPlace place = {0};
        ArgumentDirection direction;
        int r;

        call_arguments(registers, &question.arguments);
        if (index >= question.arguments.count)
                return problem_set(problem, -EINVAL, "the call has no argument %u that is known",
                                   index);
        question.argument = question.arguments.list[index];
        direction = argument_kind_direction(question.argument->kind);
        if (direction != ARGUMENT_OUT && direction != ARGUMENT_INOUT &&
            question.argument->kind != ARGUMENT_KIND_IOVEC_OUT)
                return problem_set(problem, -EINVAL, "argument %s of %s is not an output buffer",
                                   question.argument->name,
                                   syscall_by_number(registers->number)->name);
        if (question.value == 0)
                return problem_set(problem, -EINVAL,
                                   "argument %s is NULL: there is no buffer to write to",
                                   question.argument->name);
        r = find(&question, &place);
        if (r == 0) {
                *ret = place;
                place = (OutputPlace){0};
        }
        return r;
}
