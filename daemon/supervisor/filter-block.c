/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/filter-block.h"

#include <linux/seccomp.h>
#include <stddef.h>

void filter_program_release(FilterProgram *program)
{
        free(program->list);
        *program = (FilterProgram){0};
}

uint32_t filter_verdict_value(FilterVerdict verdict, uint16_t trace_data)
{
        switch (verdict.kind) {
        case FILTER_ALLOW:
        case FILTER_ALLOW_YET:
                return SECCOMP_RET_ALLOW;
        case FILTER_ERRNO:
                return SECCOMP_RET_ERRNO | ((uint32_t) verdict.error_number & SECCOMP_RET_DATA);
        case FILTER_TRACE:
                return SECCOMP_RET_TRACE | trace_data;
        case FILTER_KILL:
                break;
        }
        return SECCOMP_RET_KILL_PROCESS;
}

int filter_program_append(FilterProgram *program, struct sock_filter instruction)
{
        if (program->count == program->capacity) {
                size_t capacity = program->capacity ? 2 * program->capacity : 64;
                struct sock_filter *list = reallocarray(program->list, capacity, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                program->list = list;
                program->capacity = capacity;
        }
        program->list[program->count++] = instruction;
        return 0;
}

/* Instructions that test one 32-bit half: load, and, compare; none for a half that may be anything.
 */
static unsigned half_length(uint32_t mask)
{
        return mask == 0 ? 0 : mask == UINT32_MAX ? 2 : 3;
}

static unsigned part_length(const ArgumentCube *cube)
{
        unsigned length = 0;

        for (unsigned i = 0; i < 6; i++)
                length += half_length((uint32_t) cube->mask[i]) +
                          half_length((uint32_t) (cube->mask[i] >> 32));
        return length;
}

/* `left`: instructions of the part behind this half; on a mismatch they and the return are passed
 * over. x86_64 is little-endian: the low half comes first. */
static int append_half(FilterProgram *program, unsigned index, bool high, uint32_t mask,
                       uint32_t bits, unsigned left)
{
        uint32_t offset = (uint32_t) (offsetof(struct seccomp_data, args) +
                                      index * sizeof(uint64_t) + (high ? sizeof(uint32_t) : 0));
        int r;

        if (mask == 0)
                return 0;
        r = filter_program_append(program,
                                  (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
        if (r >= 0 && mask != UINT32_MAX)
                r = filter_program_append(
                        program, (struct sock_filter) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
        if (r >= 0)
                r = filter_program_append(
                        program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0,
                                                               (uint8_t) (left + 1)));
        return r;
}

static int append_return(FilterProgram *program, FilterVerdict verdict, uint16_t trace_data)
{
        return filter_program_append(
                program, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K,
                                                       filter_verdict_value(verdict, trace_data)));
}

static int append_part(FilterProgram *program, const FilterPart *part, uint16_t trace_data)
{
        unsigned left = part_length(&part->cube);

        for (unsigned i = 0; i < 6; i++)
                for (unsigned high = 0; high < 2; high++) {
                        uint32_t mask = (uint32_t) (part->cube.mask[i] >> (32 * high));
                        uint32_t bits = (uint32_t) (part->cube.bits[i] >> (32 * high));
                        int r;

                        left -= half_length(mask);
                        r = append_half(program, i, high, mask, bits, left);
                        if (r < 0)
                                return r;
                }
        return append_return(program, part->verdict, trace_data);
}

int filter_block_append(FilterProgram *program, const FilterCall *call, uint16_t trace_data)
{
        for (size_t i = 0; i < call->part_count; i++) {
                int r = append_part(program, &call->parts[i], trace_data);

                if (r < 0)
                        return r;
        }
        return append_return(program, call->otherwise, trace_data);
}
