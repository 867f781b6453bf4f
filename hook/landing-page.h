/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The landing page: what the supervisor maps into every traced image at its exec, before the
 * program's first instruction. A shared, read-only mapping of a memfd with F_SEAL_FUTURE_WRITE, so
 * that the supervisor writes it with a memcpy and the program cannot, not even through
 * /proc/self/mem; mseal'ed where the kernel can.
 *
 *   offset 0                      the pad: a system-call instruction to run injected calls from
 *   LANDING_FILTER_OFFSET         struct sock_fprog and the filter, read by the kernel when it is
 *                                 installed
 *   LANDING_SLOT_OFFSET           slots, one for each thread that needs one at the moment: pinned
 *                                 arguments, strings of edited and injected calls. At the end of a
 *                                 slot, the way back: code by which a thread takes registers that
 *                                 were changed for a call back by itself, and their values
 *
 * It lies at the lowest addresses there are, below every program: so the filter can tell by a start
 * address alone whether a call would move, unmap or cover it, which closes that where the kernel
 * has no mseal (before Linux 6.10).
 */
#pragma once

#define LANDING_BASE          0x20000  /* above vm.mmap_min_addr, 0x10000 */
#define LANDING_END           0x3c0000 /* below 0x400000, where programs that are not PIE begin */
#define LANDING_PAD_OFFSET    0
#define LANDING_FILTER_OFFSET 4096
#define LANDING_FILTER_BYTES  (15 * 4096)
#define LANDING_SLOT_OFFSET   (LANDING_FILTER_OFFSET + LANDING_FILTER_BYTES)
#define LANDING_SLOT_BYTES    (4 * 4096)
#define LANDING_SLOT_COUNT    228
#define LANDING_BYTES         (LANDING_SLOT_OFFSET + LANDING_SLOT_COUNT * LANDING_SLOT_BYTES)

/* In a slot; the values and the code have a line of the processor's cache each. */
#define LANDING_WAY_BACK_OFFSET  (LANDING_SLOT_BYTES - 64)
#define LANDING_REGISTERS_OFFSET (LANDING_WAY_BACK_OFFSET - 64)
#define LANDING_SLOT_ROOM        LANDING_REGISTERS_OFFSET /* for pinned arguments */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What the way back puts into the registers. */
typedef struct LandingRegisters {
        uint64_t arguments[6];
        uint64_t instruction_pointer;
} LandingRegisters;
_Static_assert(LANDING_BASE + LANDING_BYTES <= LANDING_END,
               "the landing page reaches into the program");

/* The pad's machine code, copied to LANDING_PAD_OFFSET. */
extern const unsigned char landing_pad_start[], landing_pad_end[];
/* The way back's, copied to LANDING_WAY_BACK_OFFSET of a slot. */
extern const unsigned char landing_way_back_start[], landing_way_back_end[];
/* Within it: where a thread waits for its next tracer. */
extern const unsigned char landing_pad_park[];
#endif
