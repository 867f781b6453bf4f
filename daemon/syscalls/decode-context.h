/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the decode-*.c files share: one call being put into words. Only they include it.
 *
 * Each decode_*() appends to context->text. Memory that cannot be read shows as the bare address
 * and is no error; a thread that is gone is remembered in context->gone and asked about once at the
 * end.
 */
#pragma once

#include "base/text.h"
#include "syscalls/argument-variants.h"
#include "syscalls/caller-read.h"
#include "syscalls/decode.h"

struct StructureLayout;

#define DECODE_DEPTH_MAX 4          /* structures in structures */
#define DECODE_PATH_MAX  4096       /* the kernel reads no longer path */
#define DECODE_TEXT_MAX  (1u << 20) /* past this, elements of arrays are not added any more */

typedef struct DecodeContext {
        const CallRegisters *registers;
        const SyscallEntry *entry; /* NULL for a number outside the table */
        const CallerView *view;
        const DecodeLimits *limits;
        Text *text;
        CallArguments arguments;
        bool returned;  /* the call has returned `result`: OUT arguments hold something */
        int64_t result; /* as in the register */
        bool gone;      /* the thread vanished under us */
} DecodeContext;

/* A negative errno in the register. */
static inline bool result_is_error(int64_t result)
{
        return result < 0 && result >= -4095;
}

/* Copies what is readable from the start, at most `size` bytes; 0 when nothing is. */
size_t context_read(DecodeContext *context, uint64_t address, void *buffer, size_t size);
bool context_read_all(DecodeContext *context, uint64_t address, void *buffer, size_t size);

void decode_hex(Text *text, uint64_t value);                   /* 0 or 0x… */
void decode_address(DecodeContext *context, uint64_t address); /* NULL or 0x… */
void decode_fd(DecodeContext *context, int fd);                /* 3</etc/passwd> */
/* AT_FDCWD</home>; a working directory that the call does not use is not looked up. */
void decode_directory_fd(DecodeContext *context, int fd, bool used);
void decode_mode(Text *text, uint64_t mode);       /* 0644 */
void decode_typed_mode(Text *text, uint64_t mode); /* S_IFREG|0644 */
void decode_device(Text *text, uint64_t device);   /* makedev(0x8, 0x1) */
void decode_id(Text *text, uint64_t id);           /* 1000, -1 */
void decode_signal(Text *text, int number);        /* SIGINT */
void decode_error(Text *text, int number);         /* ENOENT */
void decode_constants(Text *text, const struct NamedConstants *set, uint64_t value);

/* Bytes as a string of strace's, cut to the limit. */
void decode_bytes(DecodeContext *context, const void *bytes, size_t size, bool cut);
void decode_buffer(DecodeContext *context, uint64_t address, uint64_t size);
void decode_string(DecodeContext *context, uint64_t address);
void decode_path(DecodeContext *context, uint64_t address);
void decode_string_vector(DecodeContext *context, uint64_t address);

void decode_iovec(DecodeContext *context, uint64_t address, uint64_t count, bool contents,
                  uint64_t bytes);
void decode_message(DecodeContext *context, uint64_t address, bool contents, uint64_t bytes);
void decode_messages(DecodeContext *context, uint64_t address, uint64_t count, bool contents);

void decode_socket_address(DecodeContext *context, uint64_t address, uint64_t size);
void append_ipv4(Text *text, const uint8_t *address);
void append_ipv6(Text *text, const uint8_t *address);

/* `size` bytes of one structure, or `count` of them in brackets. */
void decode_structure(DecodeContext *context, const struct StructureLayout *layout,
                      uint64_t address, uint64_t size);
void decode_structures(DecodeContext *context, const struct StructureLayout *layout,
                       uint64_t address, uint64_t count);
void decode_directory_entries(DecodeContext *context, uint64_t address, uint64_t size, bool wide);
void decode_signal_set(Text *text, uint64_t set);
void decode_wait_status(Text *text, int status);
