/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that a call refers to: every range once, parents first, broken ones marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "syscalls/argument-variants.h"
#include "syscalls/call-memory.h"
#include "unit/fake-caller.h"

#define RANGES_MAX 16

static void expect_range(const MemoryRange *range, uint64_t address, size_t size, unsigned argument,
                         int parent, size_t parent_offset)
{
        assert_true(range->address == address);
        assert_int_equal(range->size, size);
        assert_int_equal(range->argument, argument);
        assert_int_equal(range->parent, parent);
        assert_int_equal(range->parent_offset, parent_offset);
        assert_false(range->broken);
}

static void a_path_is_one_range_with_its_nul(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_openat, {0, fake_put_string(&caller, "/tmp/x"), 0, 0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), 1);
        expect_range(&ranges[0], registers.arguments[1], 7, 1, -1, 0);
        assert_true(ranges[0].string);
}

static void two_paths_are_two_ranges(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_rename, {0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        registers.arguments[0] = fake_put_string(&caller, "a");
        registers.arguments[1] = fake_put_string(&caller, "bc");
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), 2);
        expect_range(&ranges[0], registers.arguments[0], 2, 0, -1, 0);
        expect_range(&ranges[1], registers.arguments[1], 3, 1, -1, 0);
}

static void argv_and_each_of_its_strings_are_listed(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        uint64_t argv[3] = {0};
        CallRegisters registers = {SYS_execve, {0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        registers.arguments[0] = fake_put_string(&caller, "/bin/rm");
        argv[0] = fake_put_string(&caller, "rm");
        argv[1] = fake_put_string(&caller, "-rf");
        registers.arguments[1] = fake_put(&caller, argv, sizeof(argv));
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), 4);
        expect_range(&ranges[0], registers.arguments[0], 8, 0, -1, 0);
        expect_range(&ranges[1], registers.arguments[1], sizeof(argv), 1, -1, 0);
        expect_range(&ranges[2], argv[0], 3, 1, 1, 0);
        expect_range(&ranges[3], argv[1], 4, 1, 1, 8);
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, 3), -E2BIG);
}

static void a_message_leads_to_its_address_its_vector_and_its_control_data(void **state)
{
        static const uint8_t address[16], control[24];
        struct iovec vector = {(void *) 0x99, 5};
        struct msghdr message = {.msg_namelen = 16, .msg_iovlen = 1, .msg_controllen = 24};
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_sendmsg, {3, 0, 0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        message.msg_name = (void *) (uintptr_t) fake_put(&caller, address, sizeof(address));
        message.msg_iov = (void *) (uintptr_t) fake_put(&caller, &vector, sizeof(vector));
        message.msg_control = (void *) (uintptr_t) fake_put(&caller, control, sizeof(control));
        registers.arguments[1] = fake_put(&caller, &message, sizeof(message));
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), 4);
        expect_range(&ranges[0], registers.arguments[1], sizeof(message), 1, -1, 0);
        expect_range(&ranges[1], (uintptr_t) message.msg_name, 16, 1, 0, 0);
        expect_range(&ranges[2], (uintptr_t) message.msg_iov, 16, 1, 0, 16);
        expect_range(&ranges[3], (uintptr_t) message.msg_control, 24, 1, 0, 32);
}

/* A copy where nobody can write would be answered with EFAULT. */
static void what_is_written_to_as_well_is_not_listed(void **state)
{
        static const uint8_t bytes[128];
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        uint64_t at = fake_put(&caller, bytes, sizeof(bytes));
        const CallRegisters table[] = {
                {SYS_recvmsg, {3, at, 0}},      {SYS_recvfrom, {3, at, 9, 0, at, at}},
                {SYS_poll, {at, 2, 0}},         {SYS_select, {8, at, 0, 0, at}},
                {SYS_getsockname, {3, at, at}}, {SYS_sendfile, {1, 3, at, 9}},
        };
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++)
                assert_int_equal(call_memory_ranges(&table[i], &view, ranges, RANGES_MAX), 0);
}

static void a_filter_is_listed_behind_its_head(void **state)
{
        static const uint8_t filter[24];
        uint64_t program[2] = {3, 0};
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_seccomp, {1, 0, 0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        program[1] = fake_put(&caller, filter, sizeof(filter));
        registers.arguments[2] = fake_put(&caller, program, sizeof(program));
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), 2);
        expect_range(&ranges[1], program[1], 24, 2, 0, 8);
}

static void data_and_results_are_not_listed(void **state)
{
        static const CallRegisters table[] = {
                {SYS_write, {1, 0x1000, 5}},       {SYS_read, {1, 0x1000, 5}},
                {SYS_fstat, {1, 0x1000}},          {SYS_getpid, {0}},
                {SYS_openat, {0, 0, 0}},           {SYS_connect, {3, 0x1000, 4096}},
                {SYS_writev, {3, 0x1000, 100000}}, {9999, {0x1000, 0x1000}},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                FakeCaller caller = {0};
                CallerView view = fake_view(&caller);
                MemoryRange ranges[RANGES_MAX];

                assert_int_equal(call_memory_ranges(&table[i], &view, ranges, RANGES_MAX), 0);
        }
}

static void what_the_kernel_cannot_read_whole_is_marked(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        uint64_t cut = fake_put(&caller, "no end", 6);
        const struct {
                CallRegisters registers;
                size_t size;
        } table[] = {
                {{SYS_open, {cut, 0, 0}}, 6},
                {{SYS_open, {0x77, 0, 0}}, 0},
                {{SYS_open, {UINT64_MAX, 0, 0}}, 0},
                {{SYS_connect, {3, cut, 16}}, 6},
                {{SYS_connect, {3, UINT64_MAX - 3, 16}}, 0},
                {{SYS_execve, {0, cut, 0}}, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                MemoryRange ranges[RANGES_MAX];

                assert_int_equal(call_memory_ranges(&table[i].registers, &view, ranges, RANGES_MAX),
                                 1);
                assert_true(ranges[0].broken);
                assert_int_equal(ranges[0].size, table[i].size);
        }
}

static void a_path_longer_than_the_kernel_takes_is_told_apart(void **state)
{
        char path[5000];
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_open, {0}};
        MemoryRange ranges[RANGES_MAX];

        (void) state;
        memset(path, 'x', sizeof(path));
        registers.arguments[0] = fake_put(&caller, path, sizeof(path));
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), -ENAMETOOLONG);
        caller.gone = 1;
        assert_int_equal(call_memory_ranges(&registers, &view, ranges, RANGES_MAX), -ESRCH);
}

static void arguments_vary_with_what_decides_them(void **state)
{
        static const struct {
                CallRegisters registers;
                unsigned count;
                const char *last;
        } table[] = {
                {{SYS_open, {0, 0, 0}}, 2, "flags"},
                {{SYS_open, {0, 0100, 0}}, 3, "mode"},
                {{SYS_open, {0, 020200000, 0}}, 3, "mode"},
                {{SYS_fcntl, {0, 1}}, 2, "cmd"},
                {{SYS_fcntl, {0, 4}}, 3, "arg"},
                {{SYS_setsockopt, {0, 1, 13, 0, 8}}, 5, "optlen"},
                {{SYS_getpid, {0}}, 0, NULL},
                {{-3, {0}}, 0, NULL},
                {{470, {0}}, 0, NULL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                CallArguments arguments;

                call_arguments(&table[i].registers, &arguments);
                assert_int_equal(arguments.count, table[i].count);
                if (table[i].last)
                        assert_string_equal(arguments.list[arguments.count - 1]->name,
                                            table[i].last);
        }
}

/* The rows of a call are found by halving: a row out of order would never be found. */
static void variants_stand_in_the_order_of_the_numbers(void **state)
{
#define VARIANT(call, ...)        SYS_##call,
#define VARIANT_MASKED(call, ...) SYS_##call,
#define VARIANT_OF_TWO(call, ...) SYS_##call,
        static const int numbers[] = {
#include "syscalls/argument-variants.def"
        };

        (void) state;
        for (size_t i = 1; i < ELEMENTS_OF(numbers); i++)
                assert_true(numbers[i - 1] <= numbers[i]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_is_one_range_with_its_nul),
                cmocka_unit_test(two_paths_are_two_ranges),
                cmocka_unit_test(argv_and_each_of_its_strings_are_listed),
                cmocka_unit_test(a_message_leads_to_its_address_its_vector_and_its_control_data),
                cmocka_unit_test(what_is_written_to_as_well_is_not_listed),
                cmocka_unit_test(a_filter_is_listed_behind_its_head),
                cmocka_unit_test(data_and_results_are_not_listed),
                cmocka_unit_test(what_the_kernel_cannot_read_whole_is_marked),
                cmocka_unit_test(a_path_longer_than_the_kernel_takes_is_told_apart),
                cmocka_unit_test(arguments_vary_with_what_decides_them),
                cmocka_unit_test(variants_stand_in_the_order_of_the_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
