/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls as a person types them, and every way to mistype one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "syscalls/call-expression.h"

static void a_whole_call_is_read(void **state)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        CallExpression call;

        (void) state;
        assert_int_equal(
                call_expression_parse(" openat ( AT_FDCWD , \"/tmp/x\", O_CREAT|O_RDWR,0600 ) ",
                                      &call, &problem),
                0);
        assert_int_equal(call.number, SYS_openat);
        assert_int_equal(call.argument_count, 4);
        assert_true(call.arguments[0].value == (uint64_t) AT_FDCWD);
        assert_string_equal((char *) call.arguments[1].bytes, "/tmp/x");
        assert_int_equal(call.arguments[1].size, 7);
        assert_true(call.arguments[2].value == (O_CREAT | O_RDWR));
        assert_true(call.arguments[3].value == 0600);
        call_expression_release(&call);
}

static void values_are_read_by_their_form(void **state)
{
        static const struct {
                const char *call;
                unsigned index;
                const char *text;
                uint64_t value;
        } table[] = {
                {"kill", 0, "-1", UINT64_MAX},
                {"kill", 1, "SIGKILL", SIGKILL},
                {"kill", 1, "TERM", SIGTERM},
                {"open", 1, "O_WRONLY | O_APPEND", O_WRONLY | O_APPEND},
                {"open", 1, "O_WRONLY|0x80000000", 0x80000001},
                {"open", 0, "NULL", 0},
                {"open", 0, "0x1000", 0x1000},
                {"fcntl", 2, "FD_CLOEXEC", 1},
                {"mmap", 2, "PROT_READ|PROT_EXEC", 5},
                {NULL, 0, "O_CLOEXEC", O_CLOEXEC},
                {NULL, 0, "18446744073709551615", UINT64_MAX},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                const SyscallEntry *entry = table[i].call ? syscall_by_name(table[i].call) : NULL;
                TypedArgument argument;

                assert_int_equal(typed_argument_parse(entry, table[i].index, table[i].text,
                                                      &argument, &problem),
                                 0);
                assert_null(argument.bytes);
                assert_true(argument.value == table[i].value);
        }
}

static void bytes_are_read_by_their_form(void **state)
{
        static const struct {
                const char *call;
                unsigned index;
                const char *text;
                const char *bytes;
                size_t size;
                bool output;
        } table[] = {
                {"open", 0, "\"a\\n\\x41\\101\\\"\"", "a\nAA\"", 6, false},
                {"write", 1, "\"abc\"", "abc", 3, false},
                {"write", 1, "\"a\\0b\"", "a\0b", 3, false},
                {"write", 1, "hex\"00fF 10\"", "\0\xff\x10", 3, false},
                {"read", 1, "out(4)", "\0\0\0\0", 4, true},
                {"read", 1, "buffer(2)", "\0\0", 2, true},
                {"nanosleep", 0, "{1, 2}", "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16, false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                TypedArgument argument;

                assert_int_equal(typed_argument_parse(syscall_by_name(table[i].call),
                                                      table[i].index, table[i].text, &argument,
                                                      &problem),
                                 0);
                assert_int_equal(argument.size, table[i].size);
                assert_memory_equal(argument.bytes, table[i].bytes, table[i].size);
                assert_int_equal(argument.output, table[i].output);
                typed_argument_release(&argument);
        }
}

static void socket_addresses_are_typed_as_families_need_them(void **state)
{
        const SyscallEntry *connect = syscall_by_name("connect");
        struct sockaddr_in inet;
        TypedArgument argument;

        (void) state;
        assert_int_equal(
                typed_argument_parse(connect, 1, "{AF_INET, \"127.0.0.1\", 80}", &argument, NULL),
                0);
        assert_int_equal(argument.size, sizeof(inet));
        memcpy(&inet, argument.bytes, sizeof(inet));
        assert_int_equal(inet.sin_family, AF_INET);
        assert_int_equal(ntohs(inet.sin_port), 80);
        assert_int_equal(ntohl(inet.sin_addr.s_addr), INADDR_LOOPBACK);
        typed_argument_release(&argument);
        assert_int_equal(
                typed_argument_parse(connect, 1, "{AF_INET6, \"::1\", 80}", &argument, NULL), 0);
        assert_int_equal(argument.size, sizeof(struct sockaddr_in6));
        typed_argument_release(&argument);
        assert_int_equal(typed_argument_parse(connect, 1, "{AF_UNIX, \"@bus\"}", &argument, NULL),
                         0);
        assert_int_equal(argument.size, offsetof(struct sockaddr_un, sun_path) + 4);
        assert_memory_equal(argument.bytes + 2, "\0bus", 4);
        typed_argument_release(&argument);
}

static void every_mistake_has_a_sentence_that_says_where(void **state)
{
        static const struct {
                const char *text, *says;
        } table[] = {
                {"", "name or number is missing"},
                {"opneat(1)", "did you mean \"openat\""},
                {"openat", "expected ("},
                {"openat(", "a value is missing"},
                {"openat(AT_FDCWD", "expected , or )"},
                {"openat(AT_FDCWD, \"/x", "argument 2 (pathname), column 18: the string has no"},
                {"openat(AT_FDCWD, \"/x\\q\")", "this is no escape"},
                {"openat(AT_FDCWD, \"a\\0b\")", "NUL inside"},
                {"openat(AT_FDCWD, \"x\", O_NOPE)", "argument 3 (flags), column 23: \"O_NOPE\""},
                {"openat(AT_FDCWD, \"x\", 0, 0, 0)", "at most 4 arguments"},
                {"openat(AT_FDCWD, \"x\", \"y\")", "is a number, not a string"},
                {"openat(AT_FDCWD, \"x\") y", "nothing may follow"},
                {"write(1, hex\"0\", 1)", "two hexadecimal digits"},
                {"write(1, hex\"\", 1)", "holds no bytes"},
                {"read(0, out(0), 1)", "count of bytes"},
                {"read(0, out(99999999), 1)", "count of bytes"},
                {"read(0, out(5, 1)", "no closing parenthesis"},
                {"close(99999999999999999999)", "neither a number"},
                {"connect(3, {AF_INET, \"1.2.3\", 80}, 16)", "not an address"},
                {"connect(3, {AF_INET, \"1.2.3.4\", 65536}, 16)", "an address is"},
                {"connect(3, {AF_X25}, 16)", "only AF_INET"},
                {"connect(3, {\"x\"}, 16)", "a family"},
                {"nanosleep({1, 2, 3}, NULL)", "fewer fields"},
                {"nanosleep({\"x\"}, NULL)", "cannot be typed"},
                {"close({1})", "not a structure"},
                {"nanosleep({}, NULL)", "a value is missing"},
                {"nanosleep({1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}, NULL)", "too many values"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                CallExpression call;

                memset(&call, 0x5a, sizeof(call));
                assert_int_equal(call_expression_parse(table[i].text, &call, &problem), -EINVAL);
                assert_int_equal(call.number, 0x5a5a5a5a);
                if (!strstr(problem_text(&problem), table[i].says))
                        fail_msg("%s: \"%s\" does not say \"%s\"", table[i].text,
                                 problem_text(&problem), table[i].says);
        }
}

static void calls_by_number_need_no_entry(void **state)
{
        CallExpression call;

        (void) state;
        assert_int_equal(call_expression_parse("9999(1, \"x\", 3, 4, 5, 6)", &call, NULL), 0);
        assert_int_equal(call.number, 9999);
        assert_int_equal(call.argument_count, 6);
        assert_int_equal(call.arguments[1].size, 2);
        call_expression_release(&call);
        assert_int_equal(call_expression_parse("9999(1,2,3,4,5,6,7)", &call, NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_call_is_read),
                cmocka_unit_test(values_are_read_by_their_form),
                cmocka_unit_test(bytes_are_read_by_their_form),
                cmocka_unit_test(socket_addresses_are_typed_as_families_need_them),
                cmocka_unit_test(every_mistake_has_a_sentence_that_says_where),
                cmocka_unit_test(calls_by_number_need_no_entry),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
