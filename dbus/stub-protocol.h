/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What passes between a supervisor and a waiting stub over the stub's SOCK_SEQPACKET socket:
 *
 *   supervisor → stub   StubTracer   who will trace: the stub allows it (PR_SET_PTRACER, for Yama),
 * sets no_new_privs stub → supervisor   STUB_READY supervisor → stub   STUB_GO      after
 * PTRACE_SEIZE: the stub closes everything of ours and execs
 *
 * End of file at any point before STUB_GO: the stub exits with status 125 and the program never
 * runs.
 */
#pragma once

#include <stdint.h>

#define STUB_MAGIC 0x534a5354u

typedef struct StubTracer {
        uint32_t magic; /* STUB_MAGIC */
        int32_t pid;    /* the supervisor's, in the stub's pid namespace */
} StubTracer;

typedef enum StubMessage {
        STUB_READY = 'r',
        STUB_GO = 'g',
} StubMessage;
