/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decoder on hostile memory. Input: number (2 bytes), result (8), six registers (8 each), then
 * the memory (fuzz-memory.h). Whatever it holds, decoding ends, stays within bounds and answers
 * printable text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz-memory.h"
#include "syscalls/call-memory.h"
#include "syscalls/decode.h"

#define HEAD_BYTES 58
#define RANGES_MAX 64
#define TEXT_MAX   (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int describe_fd(void *context, int fd, char **ret)
{
        (void) context;
        if (fd > 9)
                return -EBADF;
        *ret = strdup("/a\33[0m\"b");
        return *ret ? 0 : -ENOMEM;
}

static int resolve_path(void *context, int dirfd, const char *path, int follow, char **ret)
{
        (void) context;
        (void) dirfd;
        (void) follow;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

static int process_name(void *context, int pid, char **ret)
{
        (void) context;
        (void) pid;
        *ret = strdup("\xe2\x80\xaename");
        return *ret ? 0 : -ENOMEM;
}

/* No control character and no broken UTF-8 may reach a terminal. */
static void check_text(const char *text)
{
        size_t length = strlen(text);

        if (length > TEXT_MAX || !text_is_utf8(text, length))
                abort();
        for (size_t i = 0; i < length; i++)
                if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
                        abort();
}

static void check_sentence(const DecodedCall *call, const CallerView *view)
{
        Sentence sentence;
        char *filled;

        if (decode_sentence(call, view, "program", &sentence) < 0)
                return;
        if (sentence_fill(&sentence, &filled) == 0) {
                check_text(filled);
                free(filled);
        }
        sentence_release(&sentence);
}

static void check_ranges(const CallRegisters *registers, const CallerView *view)
{
        MemoryRange ranges[RANGES_MAX];
        int count = call_memory_ranges(registers, view, ranges, RANGES_MAX);

        for (int i = 0; i < count; i++)
                if (ranges[i].parent >= i || ranges[i].argument >= SYSCALL_ARGUMENTS_MAX)
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        CallRegisters registers;
        FuzzMemory memory;
        CallerView view = {&memory, fuzz_memory_read, describe_fd, resolve_path, process_name};
        DecodedCall call;
        int64_t result;
        uint16_t number;

        if (size < HEAD_BYTES)
                return 0;
        memcpy(&number, data, sizeof(number));
        memcpy(&result, data + 2, sizeof(result));
        registers.number = number % (SYSCALL_TABLE_END + 2);
        memcpy(registers.arguments, data + 10, sizeof(registers.arguments));
        memory = (FuzzMemory){data + HEAD_BYTES, size - HEAD_BYTES};
        check_ranges(&registers, &view);
        if (decode_call(&registers, &view, &limits, &call) < 0)
                return 0;
        check_text(call.text);
        check_sentence(&call, &view);
        if (decode_call_exit(&call, result, &view, &limits) == 0)
                check_text(call.text);
        decoded_call_release(&call);
        return 0;
}
