/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The code of the landing page. The supervisor single-steps over the system-call instruction; should a
 * thread ever run on behind it, the breakpoint stops it at once.
 */
        .section .rodata
        .globl landing_pad_start, landing_pad_end
landing_pad_start:
        syscall
        int3
landing_pad_end:
        .section .note.GNU-stack, "", @progbits
