/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a live process: where reads end, what the overlay shows, what hides, what hangs. */
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "supervisor/tracee-view.h"
#include "view-child.h"

#define PAGE 4096u

/* Pages that a child inherits at the same address, byte n holding n % 251. */
static char *map_pages(size_t count)
{
        char *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                           -1, 0);

        if (pages == MAP_FAILED)
                abort();
        for (size_t i = 0; i < count * PAGE; i++)
                pages[i] = (char) (i % 251);
        return pages;
}

static uint64_t address_of(const void *pointer)
{
        return (uint64_t) (uintptr_t) pointer;
}

static TraceeView view_of(pid_t pid)
{
        return (TraceeView){.pid = pid, .tid = pid, .memory_fd = -1};
}

static void a_read_ends_at_the_first_unreadable_page(void **state)
{
        char *pages = map_pages(4), buffer[4 * PAGE];
        _cleanup_child_ Child child = {.pid = -1};
        TraceeView view;

        (void) state;
        munmap(pages + 2 * PAGE, PAGE);
        child = child_start(NULL, NULL);
        view = view_of(child.pid);
        static const struct {
                size_t offset, size;
                ssize_t expected;
        } rows[] = {
                {0, 10, 10},
                {0, 2 * PAGE, 2 * PAGE},
                {0, 4 * PAGE, 2 * PAGE},
                {2 * PAGE - 96, 200, 96},
                {2 * PAGE - 1, 2, 1},
                {2 * PAGE, 1, -EFAULT},
                {3 * PAGE - 1, 2, -EFAULT},
                {3 * PAGE, PAGE, PAGE},
                {5, 0, 0},
        };
        for (size_t i = 0; i < ELEMENTS_OF(rows); i++) {
                ssize_t n = tracee_read_memory(&view, address_of(pages) + rows[i].offset, buffer,
                                               rows[i].size);

                assert_int_equal(n, rows[i].expected);
                if (n > 0)
                        assert_memory_equal(buffer, pages + rows[i].offset, (size_t) n);
        }
        munmap(pages, 4 * PAGE);
}

static void a_megabyte_and_a_bit_arrives_whole(void **state)
{
        size_t size = 1024 * 1024 + 17;
        char *pages = map_pages(300);
        _cleanup_free_ char *buffer = malloc(size);
        _cleanup_child_ Child child = child_start(NULL, NULL);
        TraceeView view = view_of(child.pid);

        (void) state;
        assert_int_equal(tracee_read_memory(&view, address_of(pages) + 3, buffer, size), size);
        assert_memory_equal(buffer, pages + 3, size);
        munmap(pages, (size_t) 300 * PAGE);
}

static void addresses_that_no_program_has_are_a_fault(void **state)
{
        static const uint64_t addresses[] = {
                0, 1, 0x800000000000, UINT64_C(0x8000000000000000), UINT64_MAX - 99, UINT64_MAX,
        };
        _cleanup_child_ Child child = child_start(NULL, NULL);
        TraceeView view = view_of(child.pid);
        char buffer[8192];

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(addresses); i++) {
                assert_int_equal(tracee_read_memory(&view, addresses[i], buffer, sizeof(buffer)),
                                 -EFAULT);
                assert_int_equal(
                        tracee_write_memory(&view, addresses[i], buffer, sizeof(buffer), 0),
                        -EFAULT);
                assert_int_equal(
                        tracee_write_memory(&view, addresses[i], buffer, sizeof(buffer), 1),
                        -EFAULT);
        }
}

static void the_overlay_is_shown_instead_of_the_memory_under_it(void **state)
{
        char *pages = map_pages(2), overlay[100], expected[2 * PAGE], buffer[2 * PAGE];
        _cleanup_child_ Child child = {.pid = -1};
        TraceeView view;

        (void) state;
        memset(overlay, 'X', sizeof(overlay));
        munmap(pages + PAGE, PAGE);
        child = child_start(NULL, NULL);
        view = view_of(child.pid);
        view.overlay = overlay;
        view.overlay_size = sizeof(overlay);
        view.overlay_address = address_of(pages) + PAGE - 150;
        memcpy(expected, pages, PAGE);
        memset(expected + PAGE - 150, 'X', 100);
        for (size_t offset = PAGE - 300; offset < PAGE; offset += 7)
                for (size_t size = 1; size < 400; size += 13) {
                        ssize_t n =
                                tracee_read_memory(&view, address_of(pages) + offset, buffer, size);
                        size_t readable = offset + size > PAGE ? PAGE - offset : size;

                        assert_int_equal(n, readable);
                        assert_memory_equal(buffer, expected + offset, readable);
                }

        /* half over memory that is not there */
        view.overlay_address = address_of(pages) + PAGE - 50;
        assert_int_equal(tracee_read_memory(&view, address_of(pages), buffer, 2 * PAGE), PAGE + 50);
        assert_memory_equal(buffer + PAGE - 50, overlay, 100);
        /* up to the last byte there is, and one that would go round */
        view.overlay_address = UINT64_MAX - 99;
        assert_int_equal(tracee_read_memory(&view, UINT64_MAX - 99, buffer, 200), 100);
        view.overlay_address = UINT64_MAX - 50;
        assert_int_equal(tracee_read_memory(&view, UINT64_MAX - 50, buffer, 10), -EFAULT);
        munmap(pages, PAGE);
}

static void a_dead_tracee_is_named(void **state)
{
        Child child = child_start(NULL, NULL);
        TraceeView view = view_of(child.pid);
        char byte = 0;
        siginfo_t info;

        (void) state;
        kill(child.pid, SIGKILL);
        assert_int_equal(waitid(P_PID, (id_t) child.pid, &info, WEXITED | WNOWAIT), 0);
        assert_int_equal(tracee_read_memory(&view, address_of(&byte), &byte, 1), -ESRCH);
        assert_int_equal(tracee_write_memory(&view, address_of(&byte), &byte, 1, 0), -ESRCH);
        child_end(&child);
        assert_int_equal(tracee_read_memory(&view, address_of(&byte), &byte, 1), -ESRCH);
        assert_int_equal(tracee_write_memory(&view, address_of(&byte), &byte, 1, 1), -ESRCH);
        assert_int_equal(tracee_read_memory_bounded(&view, address_of(&byte), &byte, 1, 1000000),
                         -ESRCH);
}

/* ---- a program that hides its memory from its own user ---- */

static int hide(void *context)
{
        char byte;

        /* the reader opens the memory before the program hides: wait for its word */
        if (read(*(int *) context, &byte, 1) != 1)
                return -EIO;
        return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}

#define CHECK(condition)                                                                           \
        do {                                                                                       \
                if (!(condition))                                                                  \
                        return __LINE__ % 250 + 1;                                                 \
        } while (0)

static int hidden_memory_is_read_by_descriptor(void)
{
        char *pages = map_pages(2), buffer[2 * PAGE], name[40];
        int words[2], done[2], error = -1;
        TraceeView view;
        pid_t pid;

        munmap(pages + PAGE, PAGE);
        CHECK(pipe(words) == 0 && pipe(done) == 0);
        pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                error = hide(&words[0]);
                CHECK(write(done[1], &error, sizeof(error)) == sizeof(error));
                for (;;)
                        pause();
        }
        view = view_of(pid);
        snprintf(name, sizeof(name), "/proc/%d/mem", pid);
        view.memory_fd = open(name, O_RDWR | O_CLOEXEC);
        CHECK(view.memory_fd >= 0);
        CHECK(write(words[1], "x", 1) == 1);
        CHECK(read(done[0], &error, sizeof(error)) == sizeof(error) && error == 0);

        CHECK(tracee_read_memory(&view, address_of(pages) + 100, buffer, 2 * PAGE) == PAGE - 100);
        CHECK(memcmp(buffer, pages + 100, PAGE - 100) == 0);
        CHECK(tracee_read_memory(&view, address_of(pages) + PAGE, buffer, 1) == -EFAULT);
        CHECK(tracee_read_memory(&view, UINT64_MAX - 5, buffer, 1) == -EFAULT);
        CHECK(tracee_read_memory_bounded(&view, address_of(pages), buffer, 7, 5000000) == 7);
        CHECK(tracee_write_memory(&view, address_of(pages), "new", 3, 0) == -EPERM);
        CHECK(tracee_write_memory(&view, address_of(pages), "new", 3, 1) == 0);
        CHECK(tracee_read_memory(&view, address_of(pages), buffer, 3) == 3);
        CHECK(memcmp(buffer, "new", 3) == 0);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        CHECK(tracee_read_memory(&view, address_of(pages), buffer, 3) == -ESRCH);
        return 0;
}

static void a_program_that_hides_is_read_through_the_descriptor_opened_before(void **state)
{
        (void) state;
        as_ordinary_user(hidden_memory_is_read_by_descriptor);
}

/* ---- writes ---- */

static void a_write_that_does_not_fit_changes_nothing(void **state)
{
        char *pages = map_pages(3), bytes[2 * PAGE], buffer[2 * PAGE];
        _cleanup_child_ Child child = {.pid = -1};
        TraceeView view;

        (void) state;
        memset(bytes, 'N', sizeof(bytes));
        mprotect(pages + PAGE, PAGE, PROT_READ);
        munmap(pages + 2 * PAGE, PAGE);
        child = child_start(NULL, NULL);
        view = view_of(child.pid);

        assert_int_equal(tracee_write_memory(&view, address_of(pages) + 10, bytes, 20, 0), 0);
        assert_int_equal(tracee_read_memory(&view, address_of(pages), buffer, 40), 40);
        assert_memory_equal(buffer + 10, bytes, 20);
        assert_memory_equal(buffer, pages, 10);
        assert_memory_equal(buffer + 30, pages + 30, 10);

        /* into a read-only page and into nothing */
        assert_int_equal(tracee_write_memory(&view, address_of(pages) + PAGE - 8, bytes, 16, 0),
                         -EFAULT);
        assert_int_equal(tracee_write_memory(&view, address_of(pages) + 2 * PAGE - 8, bytes, 16, 1),
                         -EFAULT);
        assert_int_equal(tracee_read_memory(&view, address_of(pages), buffer, 2 * PAGE), 2 * PAGE);
        assert_memory_equal(buffer + 30, pages + 30, 2 * PAGE - 30);

        assert_int_equal(tracee_write_memory(&view, address_of(pages) + PAGE - 8, bytes, 16, 1), 0);
        assert_int_equal(tracee_read_memory(&view, address_of(pages), buffer, 2 * PAGE), 2 * PAGE);
        assert_memory_equal(buffer + PAGE - 8, bytes, 16);
        munmap(pages, 2 * PAGE);
}

/* ---- a read that hangs ---- */

#define TRAPPED 4

/* Makes the pages at `context` some whose first touch waits for a userfaultfd that nobody serves.
 */
static int trap_pages(void *context)
{
        struct uffdio_api api = {.api = UFFD_API};
        struct uffdio_register area = {
                .range = {.start = address_of(context), .len = TRAPPED * PAGE},
                .mode = UFFDIO_REGISTER_MODE_MISSING,
        };
        int fd = (int) syscall(SYS_userfaultfd, O_CLOEXEC);

        if (fd < 0)
                return -errno;
        madvise(context, TRAPPED * PAGE, MADV_DONTNEED);
        if (ioctl(fd, UFFDIO_API, &api) < 0 || ioctl(fd, UFFDIO_REGISTER, &area) < 0)
                return -errno;
        return 0;
}

static double seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void a_read_that_hangs_is_given_up_in_time(void **state)
{
        char *pages = map_pages(TRAPPED), byte = 'u';
        _cleanup_child_ Child child = child_start(trap_pages, pages);
        TraceeView view = view_of(child.pid), self = view_of(getpid());
        double start = seconds();
        ssize_t n;

        (void) state;
        if (child.error < 0) {
                print_message("skip (kernel): no userfaultfd: %s\n", strerror(-child.error));
                skip();
        }
        for (int i = 0; i < TRAPPED; i++) {
                uint64_t page = address_of(pages) + (uint64_t) i * PAGE;

                assert_int_equal(tracee_read_memory_bounded(&view, page, &byte, 1, 50000),
                                 -ETIMEDOUT);
                /* what one hangs in no other waits for */
                assert_int_equal(tracee_read_memory_bounded(&view, page + 8, &byte, 1, 60000000),
                                 -EBUSY);
        }
        assert_true(seconds() - start < 5);
        assert_int_equal(tracee_read_memory_bounded(&self, address_of(pages), &byte, 1, 50000),
                         -EBUSY);
        assert_int_equal(byte, 'u');

        /* its death frees the readers */
        child_end(&child);
        start = seconds();
        do
                n = tracee_read_memory_bounded(&self, address_of(pages) + 5, &byte, 1, 5000000);
        while (n == -EBUSY && seconds() - start < 10);
        assert_int_equal(n, 1);
        assert_int_equal(byte, 5);
        munmap(pages, TRAPPED * PAGE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_read_ends_at_the_first_unreadable_page),
                cmocka_unit_test(a_megabyte_and_a_bit_arrives_whole),
                cmocka_unit_test(addresses_that_no_program_has_are_a_fault),
                cmocka_unit_test(the_overlay_is_shown_instead_of_the_memory_under_it),
                cmocka_unit_test(a_dead_tracee_is_named),
                cmocka_unit_test(a_program_that_hides_is_read_through_the_descriptor_opened_before),
                cmocka_unit_test(a_write_that_does_not_fit_changes_nothing),
                cmocka_unit_test(a_read_that_hangs_is_given_up_in_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
