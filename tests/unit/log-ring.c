/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log ring: order, wrap-around, what a slow reader learns, what a hostile writer can do. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "link/log-ring.h"

static LogRing *ring_of(size_t capacity, int *ret_fd)
{
        LogRing *ring = NULL;

        assert_int_equal(log_ring_create(capacity, ret_fd), 0);
        assert_int_equal(log_ring_open(*ret_fd, &ring), 0);
        return ring;
}

static void append(LogRing *ring, unsigned number)
{
        _cleanup_free_ char *line = string_format("line %06u\n", number);

        assert_int_equal(log_ring_append(ring, line, strlen(line)), 0);
}

static char *read_all(const LogRing *ring, LogCursor *cursor, uint64_t *ret_missed)
{
        Text text = TEXT_INIT;

        *ret_missed = 0;
        for (;;) {
                uint64_t missed;
                const char *bytes;
                size_t size;

                log_ring_peek(ring, cursor, &bytes, &size, &missed);
                *ret_missed += missed;
                if (size == 0)
                        return text_take(&text);
                text_append_bytes(&text, bytes, size);
                log_ring_advance(cursor, bytes, size);
        }
}

static void a_reader_that_keeps_up_loses_nothing_over_many_wraps(void **state)
{
        _cleanup_close_ int fd = -1;
        _cleanup_(log_ring_closep) LogRing *ring = ring_of(4096, &fd);
        LogCursor cursor = {0};
        uint64_t missed;

        (void) state;
        for (unsigned i = 0; i < 5000; i++) {
                _cleanup_free_ char *expected = string_format("line %06u\n", i), *got = NULL;

                append(ring, i);
                got = read_all(ring, &cursor, &missed);
                assert_string_equal(got, expected);
                assert_true(missed == 0);
        }
        assert_true(cursor.line == 5000);
}

static void a_reader_that_slept_learns_how_many_lines_it_missed(void **state)
{
        _cleanup_close_ int fd = -1;
        _cleanup_(log_ring_closep) LogRing *ring = ring_of(4096, &fd);
        _cleanup_free_ char *rest = NULL;
        LogCursor cursor = {0};
        uint64_t missed;
        unsigned kept;

        (void) state;
        for (unsigned i = 0; i < 1000; i++)
                append(ring, i);
        rest = read_all(ring, &cursor, &missed);
        kept = (unsigned) strlen(rest) / 12;
        assert_true(missed == 1000 - kept);
        assert_true(missed == log_ring_lost(ring));
        assert_string_equal(rest + strlen(rest) - 12, "line 000999\n");
        assert_true(cursor.line == 1000);
}

static void the_file_sink_is_whole_and_can_be_finished_by_another(void **state)
{
        _cleanup_close_ int fd = -1, file = memfd_create("sink", MFD_CLOEXEC);
        _cleanup_(log_ring_closep) LogRing *writer = ring_of(8192, &fd), *other = NULL;
        char content[200] = "";

        (void) state;
        append(writer, 1);
        assert_int_equal(log_ring_flush(writer, file), 0);
        append(writer, 2);
        assert_int_equal(log_ring_open(fd, &other), 0);
        assert_int_equal(log_ring_flush(other, file), 0);
        assert_int_equal(log_ring_flush(writer, file), 0);
        assert_int_equal(pread(file, content, sizeof(content) - 1, 0), 24);
        assert_string_equal(content, "line 000001\nline 000002\n");
}

static LogRing *talkative; /* gets another line during each write(2); NULL for none */

/* Stands before the C library's: a writer that always has one more line is not left to chance. */
ssize_t write(int fd, const void *bytes, size_t size)
{
        if (talkative)
                log_ring_append(talkative, "more\n", 5);
        return syscall(SYS_write, fd, bytes, size);
}

static void a_writer_that_never_pauses_does_not_keep_whoever_finishes_the_file(void **state)
{
        _cleanup_close_ int fd = -1, file = memfd_create("sink", MFD_CLOEXEC);
        _cleanup_(log_ring_closep) LogRing *ring = ring_of(4096, &fd), *other = NULL;
        int r;

        (void) state;
        append(ring, 1);
        assert_int_equal(log_ring_open(fd, &other), 0);
        alarm(60); /* it would never come back */
        talkative = ring;
        r = log_ring_flush(other, file);
        talkative = NULL;
        alarm(0);
        assert_int_equal(r, 0);
        assert_true(lseek(file, 0, SEEK_END) <= 2 * 4096);
}

static void a_line_longer_than_half_the_ring_is_refused(void **state)
{
        _cleanup_close_ int fd = -1;
        _cleanup_(log_ring_closep) LogRing *ring = ring_of(4096, &fd);
        char line[4096];

        (void) state;
        memset(line, 'x', sizeof(line));
        assert_int_equal(log_ring_append(ring, line, sizeof(line)), -E2BIG);
        assert_true(log_ring_lines(ring) == 0);
}

static void nonsense_in_the_header_keeps_a_reader_inside_the_mapping(void **state)
{
        static const uint64_t values[] = {0,    1,          4095,           4096,
                                          4097, UINT64_MAX, UINT64_MAX - 1, 1ull << 63};
        _cleanup_close_ int fd = -1;
        _cleanup_(log_ring_closep) LogRing *ring = ring_of(4096, &fd);

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(values); i++)
                for (size_t j = 0; j < ELEMENTS_OF(values); j++) {
                        LogCursor cursor = {.position = values[(i + j) % ELEMENTS_OF(values)]};
                        const char *bytes;
                        uint64_t missed;
                        size_t size;

                        assert_int_equal(pwrite(fd, &values[i], 8, 0), 8);
                        assert_int_equal(pwrite(fd, &values[j], 8, 8), 8);
                        log_ring_peek(ring, &cursor, &bytes, &size, &missed);
                        assert_true(size <= 4096);
                        for (size_t k = 0; k < size; k++)
                                (void) *(volatile const char *) (bytes + k);
                }
}

static void a_memfd_that_could_shrink_is_refused(void **state)
{
        _cleanup_close_ int fd = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        LogRing *ring = NULL;

        (void) state;
        assert_int_equal(ftruncate(fd, 8192), 0);
        assert_int_equal(log_ring_open(fd, &ring), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_reader_that_keeps_up_loses_nothing_over_many_wraps),
                cmocka_unit_test(a_reader_that_slept_learns_how_many_lines_it_missed),
                cmocka_unit_test(the_file_sink_is_whole_and_can_be_finished_by_another),
                cmocka_unit_test(
                        a_writer_that_never_pauses_does_not_keep_whoever_finishes_the_file),
                cmocka_unit_test(a_line_longer_than_half_the_ring_is_refused),
                cmocka_unit_test(nonsense_in_the_header_keeps_a_reader_inside_the_mapping),
                cmocka_unit_test(a_memfd_that_could_shrink_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
