/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The code of the landing page, and of the end of each slot.
 */
        .section .rodata
        .globl landing_pad_start, landing_pad_park, landing_pad_end
        .globl landing_way_back_start, landing_way_back_end
/* The supervisor single-steps over the system-call instruction; should a thread ever run on behind
 * it, the breakpoint stops it at once.
 *
 * The parking loop is where a thread waits that no tracer has at the moment: it makes no call and
 * touches no memory. rcx counts down how long; a thread that nobody has come for ends its process by
 * an instruction that is not allowed to it. */
landing_pad_start:
        syscall
        int3
landing_pad_park:
        pause
        dec     %rcx
        jnz     landing_pad_park
        hlt
landing_pad_end:

/* A call whose arguments the supervisor has changed returns here: the thread takes its own ones back
 * out of struct LandingRegisters, which lies right before this code, and goes on where its own
 * instruction would have returned to, with that address in rcx as the instruction leaves it. The
 * kernel goes back over an instruction to make a call again, so there is one. */
landing_way_back_start:
.Lstart:
        syscall
        movq    .Lstart - 64(%rip), %rdi
        movq    .Lstart - 56(%rip), %rsi
        movq    .Lstart - 48(%rip), %rdx
        movq    .Lstart - 40(%rip), %r10
        movq    .Lstart - 32(%rip), %r8
        movq    .Lstart - 24(%rip), %r9
        movq    .Lstart - 16(%rip), %rcx
        jmp     *%rcx
landing_way_back_end:
        .section .note.GNU-stack, "", @progbits
