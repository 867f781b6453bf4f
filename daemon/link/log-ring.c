/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/log-ring.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/text.h"

#define HEADER_BYTES  4096u
#define PRESENT_BYTES 65536u

/* The first page of the memfd. Positions count bytes since the ring was made; a byte's place in the
 * memory is its position modulo the capacity. */
typedef struct RingHeader {
        uint64_t start;      /* position of the oldest whole line */
        uint64_t end;        /* position behind the newest line */
        uint64_t lines;      /* lines ever appended */
        uint64_t lost;       /* lines given up */
        uint64_t sink;       /* position up to which the file sink is written */
        uint64_t sink_lines; /* lines before `sink` */
} RingHeader;

struct LogRing {
        RingHeader *header;
        char *data;
        size_t capacity;
        size_t present; /* of the writer: bytes of the memory that the kernel has been asked for */
};

int log_ring_create(size_t capacity, int *ret_fd)
{
        _cleanup_close_ int fd = memfd_create("seccomp-jail-log", MFD_CLOEXEC | MFD_ALLOW_SEALING);

        if (fd < 0)
                return -errno;
        if (ftruncate(fd, (off_t) (HEADER_BYTES + capacity)) < 0)
                return -errno;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

int log_ring_open(int fd, LogRing **ret)
{
        LogRing *ring;
        struct stat st;
        void *memory;
        int seals = fcntl(fd, F_GET_SEALS);

        /* without the seal a hostile peer could shrink the file under the mapping */
        if (seals < 0 || !(seals & F_SEAL_SHRINK))
                return -EINVAL;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size <= (off_t) HEADER_BYTES)
                return -EINVAL;
        memory = mmap(NULL, (size_t) st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED)
                return -errno;
        ring = malloc(sizeof(*ring));
        if (!ring) {
                munmap(memory, (size_t) st.st_size);
                return -ENOMEM;
        }
        ring->header = memory;
        ring->data = (char *) memory + HEADER_BYTES;
        ring->capacity = (size_t) st.st_size - HEADER_BYTES;
        ring->present = 0;
        *ret = ring;
        return 0;
}

LogRing *log_ring_close(LogRing *ring)
{
        if (ring) {
                munmap(ring->header, HEADER_BYTES + ring->capacity);
                free(ring);
        }
        return NULL;
}

/* Gives up the oldest line: moves the start behind its newline. */
static void drop_oldest_line(LogRing *ring)
{
        RingHeader *header = ring->header;

        while (header->start < header->end) {
                size_t at = header->start % ring->capacity;
                size_t left = ring->capacity - at;
                char *newline;

                if (left > header->end - header->start)
                        left = header->end - header->start;
                newline = memchr(ring->data + at, '\n', left);
                if (newline) {
                        header->start += (size_t) (newline - (ring->data + at)) + 1;
                        break;
                }
                header->start += left;
        }
        header->lost++;
}

/* Memory is asked for some pages at a time: a fault for each costs more than a line. */
static void make_present(LogRing *ring, size_t end)
{
        size_t more = ring->capacity - ring->present;

        if (end <= ring->present)
                return;
        if (more > PRESENT_BYTES)
                more = PRESENT_BYTES;
        /* what is refused comes by faults; before Linux 5.14 all of it */
        (void) madvise(ring->data + ring->present, more, MADV_POPULATE_WRITE);
        ring->present += more;
}

int log_ring_append(LogRing *ring, const char *line, size_t size)
{
        RingHeader *header = ring->header;
        size_t at, first;

        if (size > ring->capacity / 2)
                return -E2BIG;
        while (header->end + size - header->start > ring->capacity)
                drop_oldest_line(ring);
        at = header->end % ring->capacity;
        first = size < ring->capacity - at ? size : ring->capacity - at;
        make_present(ring, at + first);
        memcpy(ring->data + at, line, first);
        memcpy(ring->data, line + first, size - first);
        header->lines++;
        /* the line is whole before the end moves: a writer that is killed in between leaves no half
         * line */
        __atomic_store_n(&header->end, header->end + size, __ATOMIC_RELEASE);
        return 0;
}

uint64_t log_ring_lines(const LogRing *ring)
{
        return ring->header->lines;
}

uint64_t log_ring_lost(const LogRing *ring)
{
        return ring->header->lost;
}

LogCursor log_ring_end(const LogRing *ring)
{
        return (LogCursor){.position = ring->header->end, .line = ring->header->lines};
}

void log_ring_peek(const LogRing *ring, LogCursor *cursor, const char **ret_bytes, size_t *ret_size,
                   uint64_t *ret_missed)
{
        uint64_t end = __atomic_load_n(&ring->header->end, __ATOMIC_ACQUIRE);
        uint64_t start = ring->header->start, lost = ring->header->lost, available;
        size_t at, left;

        *ret_bytes = NULL;
        *ret_size = 0;
        *ret_missed = 0;
        if (start > end || end - start > ring->capacity)
                return; /* the writer is another process and may have written nonsense */
        if (cursor->position < start) {
                *ret_missed = lost > cursor->line ? lost - cursor->line : 0;
                *cursor = (LogCursor){.position = start, .line = lost};
        }
        if (cursor->position >= end)
                return;
        available = end - cursor->position;
        at = cursor->position % ring->capacity;
        left = ring->capacity - at;
        *ret_bytes = ring->data + at;
        *ret_size = available < left ? available : left;
}

void log_ring_advance(LogCursor *cursor, const char *bytes, size_t size)
{
        const char *at = bytes, *end = bytes + size;

        while ((at = memchr(at, '\n', (size_t) (end - at)))) {
                cursor->line++;
                at++;
        }
        cursor->position += size;
}

static int write_all(int fd, const char *bytes, size_t size)
{
        while (size > 0) {
                ssize_t n = write(fd, bytes, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                bytes += n;
                size -= (size_t) n;
        }
        return 0;
}

int log_ring_flush(LogRing *ring, int fd)
{
        LogCursor cursor = {.position = ring->header->sink, .line = ring->header->sink_lines};
        size_t written = 0;

        /* No more than there is room for: whoever writes on meanwhile must not keep us here. */
        while (written < ring->capacity) {
                uint64_t missed;
                const char *bytes;
                size_t size;
                int r;

                log_ring_peek(ring, &cursor, &bytes, &size, &missed);
                if (missed > 0) {
                        _cleanup_free_ char *line =
                                string_format("{\"dropped\":%llu}\n", (unsigned long long) missed);

                        r = line ? write_all(fd, line, strlen(line)) : -ENOMEM;
                        if (r < 0)
                                return r;
                }
                if (size == 0)
                        return 0;
                r = write_all(fd, bytes, size);
                if (r < 0)
                        return r;
                log_ring_advance(&cursor, bytes, size);
                ring->header->sink_lines = cursor.line;
                ring->header->sink = cursor.position;
                written += size;
        }
        return 0;
}
