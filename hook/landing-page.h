/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The landing page: what the supervisor maps into every traced image at its exec, before the program's first
 * instruction. A shared, read-only mapping of a memfd with F_SEAL_FUTURE_WRITE, so that the supervisor writes
 * it with a memcpy and the program cannot, not even through /proc/self/mem; mseal'ed where the kernel can.
 *
 *   offset 0                      the pad: a system-call instruction to run injected calls from
 *   LANDING_FILTER_OFFSET         struct sock_fprog and the filter, read by the kernel when it is installed
 *   LANDING_SLOT_OFFSET           slots, one for each thread that needs one: pinned arguments, strings of
 *                                 edited and injected calls
 */
#pragma once

#define LANDING_PAD_OFFSET    0
#define LANDING_FILTER_OFFSET 4096
#define LANDING_FILTER_BYTES  (15 * 4096)
#define LANDING_SLOT_OFFSET   (LANDING_FILTER_OFFSET + LANDING_FILTER_BYTES)
#define LANDING_SLOT_BYTES    (4 * 4096)
#define LANDING_SLOT_COUNT    2044
#define LANDING_BYTES         (LANDING_SLOT_OFFSET + LANDING_SLOT_COUNT * LANDING_SLOT_BYTES)

#ifndef __ASSEMBLER__
/* The pad's machine code, copied to LANDING_PAD_OFFSET. */
extern const unsigned char landing_pad_start[], landing_pad_end[];
#endif
