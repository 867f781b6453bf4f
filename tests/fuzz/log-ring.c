/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the memory of a log that a hostile supervisor leaves behind: the broker finishes the
 * file from it, and reads it for clients. The first bytes are the header's numbers, the rest lines.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "link/log-ring.h"

#define RING_BYTES    4096u
#define HEADER_BYTES  4096u /* where the lines begin */
#define NUMBERS_BYTES 48u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void fill(int fd, const uint8_t *bytes, size_t size)
{
        size_t numbers = size < NUMBERS_BYTES ? size : NUMBERS_BYTES, lines = size - numbers;

        if (lines > RING_BYTES)
                lines = RING_BYTES;
        if (pwrite(fd, bytes, numbers, 0) < 0 ||
            pwrite(fd, bytes + numbers, lines, HEADER_BYTES) < 0)
                __builtin_trap();
}

static void finish_file(LogRing *ring)
{
        _cleanup_close_ int file = memfd_create("file", MFD_CLOEXEC);
        struct stat st;

        /* a piece, at most one more, and what says that lines were lost before each */
        if (log_ring_flush(ring, file) < 0 || fstat(file, &st) < 0 ||
            st.st_size > (off_t) (2 * RING_BYTES + 128))
                __builtin_trap();
}

static void read_for_client(const LogRing *ring)
{
        LogCursor cursor = {0};
        size_t size = 1, seen = 0;

        while (size > 0) {
                const char *bytes;
                uint64_t missed;

                log_ring_peek(ring, &cursor, &bytes, &size, &missed);
                if (size > 0)
                        log_ring_advance(&cursor, bytes, size);
                seen += size;
                if (seen > RING_BYTES)
                        __builtin_trap();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(log_ring_closep) LogRing *ring = NULL;
        _cleanup_close_ int fd = -1;

        if (log_ring_create(RING_BYTES, &fd) < 0)
                return 0;
        fill(fd, bytes, size);
        if (log_ring_open(fd, &ring) < 0)
                __builtin_trap();
        read_for_client(ring);
        finish_file(ring);
        return 0;
}
