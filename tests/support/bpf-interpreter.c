/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/bpf-interpreter.h"

#include <stdbool.h>
#include <string.h>

#define BAD_PROGRAM 0xdeadbeefu

/* The machine: an accumulator, an index register, scratch memory. */
typedef struct Machine {
        uint32_t a, x, memory[BPF_MEMWORDS];
        size_t at;
        bool bad;
} Machine;

static uint32_t load(Machine *machine, const struct sock_filter *instruction,
                     const struct seccomp_data *data)
{
        uint32_t word = 0;

        switch (BPF_MODE(instruction->code)) {
        case BPF_IMM:
                return instruction->k;
        case BPF_MEM:
                machine->bad |= instruction->k >= BPF_MEMWORDS;
                return machine->bad ? 0 : machine->memory[instruction->k];
        case BPF_ABS:
                machine->bad |= BPF_SIZE(instruction->code) != BPF_W || instruction->k % 4 != 0 ||
                                instruction->k > sizeof(*data) - sizeof(word);
                if (!machine->bad)
                        memcpy(&word, (const char *) data + instruction->k, sizeof(word));
                return word;
        default:
                machine->bad = true;
                return 0;
        }
}

static void compute(Machine *machine, const struct sock_filter *instruction)
{
        uint32_t operand = BPF_SRC(instruction->code) == BPF_X ? machine->x : instruction->k;

        switch (BPF_OP(instruction->code)) {
        case BPF_AND:
                machine->a &= operand;
                break;
        case BPF_OR:
                machine->a |= operand;
                break;
        case BPF_RSH:
                machine->a >>= operand & 31;
                break;
        default:
                machine->bad = true;
        }
}

static void jump(Machine *machine, const struct sock_filter *instruction)
{
        uint32_t operand = BPF_SRC(instruction->code) == BPF_X ? machine->x : instruction->k;
        bool taken;

        switch (BPF_OP(instruction->code)) {
        case BPF_JA:
                machine->at += instruction->k;
                return;
        case BPF_JEQ:
                taken = machine->a == operand;
                break;
        case BPF_JGT:
                taken = machine->a > operand;
                break;
        case BPF_JGE:
                taken = machine->a >= operand;
                break;
        case BPF_JSET:
                taken = (machine->a & operand) != 0;
                break;
        default:
                machine->bad = true;
                return;
        }
        machine->at += taken ? instruction->jt : instruction->jf;
}

uint32_t bpf_run(const struct sock_filter *program, size_t count, const struct seccomp_data *data,
                 size_t *ret_steps)
{
        Machine machine = {0};

        for (size_t steps = 1; machine.at < count && count <= BPF_MAXINSNS; steps++) {
                const struct sock_filter *instruction = &program[machine.at++];

                switch (BPF_CLASS(instruction->code)) {
                case BPF_LD:
                        machine.a = load(&machine, instruction, data);
                        break;
                case BPF_LDX:
                        machine.x = load(&machine, instruction, data);
                        break;
                case BPF_ST:
                        machine.bad |= instruction->k >= BPF_MEMWORDS;
                        if (!machine.bad)
                                machine.memory[instruction->k] = machine.a;
                        break;
                case BPF_ALU:
                        compute(&machine, instruction);
                        break;
                case BPF_JMP:
                        jump(&machine, instruction);
                        break;
                case BPF_RET:
                        if (ret_steps)
                                *ret_steps = steps;
                        return machine.bad ? BAD_PROGRAM : instruction->k;
                default:
                        machine.bad = true;
                }
                if (machine.bad)
                        break;
        }
        return BAD_PROGRAM;
}
