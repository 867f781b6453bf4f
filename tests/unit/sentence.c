/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentence for people: which one a call gets, and that no part of it can lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "syscalls/decode.h"
#include "unit/fake-caller.h"

static void expect_sentence(FakeCaller *caller, const CallRegisters *registers, const char *id,
                            const char *words)
{
        CallerView view = fake_view(caller);
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        _cleanup_free_ char *filled = NULL;
        Sentence sentence;
        DecodedCall call;

        assert_int_equal(decode_call(registers, &view, &limits, &call), 0);
        assert_int_equal(decode_sentence(&call, &view, "prog", &sentence), 0);
        assert_string_equal(sentence.id, id);
        assert_int_equal(sentence_fill(&sentence, &filled), 0);
        assert_string_equal(filled, words);
        sentence_release(&sentence);
        decoded_call_release(&call);
}

static void paths_are_said_in_full(void **state)
{
        static const struct {
                CallRegisters registers;
                unsigned path;
                const char *id, *words;
        } table[] = {
                {{SYS_mkdir, {0, 0777}},
                 0,
                 "create-folder",
                 "prog wants to create the folder /home/test"},
                {{SYS_openat, {(uint64_t) AT_FDCWD, 0, O_RDONLY}},
                 1,
                 "read-file",
                 "prog wants to read /home/test"},
                {{SYS_openat, {3, 0, O_WRONLY | O_APPEND}},
                 1,
                 "append-file",
                 "prog wants to append to /three/test"},
                {{SYS_open, {0, O_WRONLY | O_CREAT}},
                 0,
                 "create-file",
                 "prog wants to create or write the file /home/test"},
                {{SYS_open, {0, O_RDWR}},
                 0,
                 "change-file",
                 "prog wants to read and change /home/test"},
                {{SYS_open, {0, O_DIRECTORY}},
                 0,
                 "list-folder",
                 "prog wants to list the folder /home/test"},
                {{SYS_unlinkat, {3, 0, 0}}, 1, "delete-file", "prog wants to delete /three/test"},
                {{SYS_unlinkat, {3, 0, AT_REMOVEDIR}},
                 1,
                 "delete-folder",
                 "prog wants to delete the folder /three/test"},
                {{SYS_chmod, {0, 0600}},
                 0,
                 "change-mode",
                 "prog wants to change the permissions of /home/test to 0600"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                FakeCaller caller = {0};
                CallRegisters registers = table[i].registers;

                registers.arguments[table[i].path] = fake_put_string(&caller, "test");
                expect_sentence(&caller, &registers, table[i].id, table[i].words);
        }
}

static void processes_are_called_by_name(void **state)
{
        static const struct {
                CallRegisters registers;
                const char *id, *words;
        } table[] = {
                {{SYS_kill, {4711, SIGKILL}}, "end-process", "prog wants to end firefox (4711)"},
                {{SYS_kill, {4711, SIGSTOP}}, "stop-process", "prog wants to stop firefox (4711)"},
                {{SYS_kill, {1, SIGUSR1}},
                 "signal-process",
                 "prog wants to send SIGUSR1 to process (1)"},
                {{SYS_kill, {(uint64_t) -1, SIGKILL}},
                 "end-process",
                 "prog wants to end every process (-1)"},
                {{SYS_tgkill, {4711, 4712, 0}},
                 "check-process",
                 "prog wants to know whether firefox (4711) is there"},
                {{SYS_getpid, {0}}, "calls", "prog calls getpid"},
                {{470, {0}}, "calls", "prog calls syscall_470"},
                {{SYS_clone, {0x10000}}, "start-thread", "prog wants to start another thread"},
                {{SYS_fork, {0}}, "start-process", "prog wants to start another process"},
                {{SYS_reboot, {0}}, "reboot", "prog wants to restart or switch off this machine"},
                {{SYS_mkdir, {0x77, 0}}, "calls", "prog calls mkdir"},
                {{SYS_prlimit64, {0, 7, 0, 0}}, "calls", "prog calls prlimit64"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                FakeCaller caller = {0};

                expect_sentence(&caller, &table[i].registers, table[i].id, table[i].words);
        }
}

static void addresses_are_said_with_their_port(void **state)
{
        struct sockaddr_in inet = {AF_INET, htons(443), {htonl(0x01020304)}, {0}};
        struct sockaddr_un local = {AF_UNIX, "/run/x"};
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_connect, {3, 0, 0}};

        (void) state;
        registers.arguments[1] = fake_put(&caller, &inet, sizeof(inet));
        registers.arguments[2] = sizeof(inet);
        expect_sentence(&caller, &registers, "connect",
                        "prog wants to connect to 1.2.3.4 port 443");
        registers.number = SYS_bind;
        expect_sentence(&caller, &registers, "bind",
                        "prog wants to take the address 1.2.3.4 port 443");
        registers.number = SYS_connect;
        registers.arguments[1] = fake_put(&caller, &local, sizeof(local));
        registers.arguments[2] = sizeof(local);
        expect_sentence(&caller, &registers, "connect-local", "prog wants to connect to /run/x");
}

static void a_program_is_named_by_its_file_not_by_argv(void **state)
{
        static const struct {
                const char *file, *argv0, *words;
        } table[] = {
                {"/usr/bin/rm", "rm", "prog wants to run rm 'a b'"},
                {"/usr/bin/rm", "ls", "prog wants to run rm 'a b'"},
                {"/tmp/ls", "ls", "prog wants to run /tmp/ls 'a b'"},
                {"/usr/bin/../../tmp/ls", "ls", "prog wants to run /usr/bin/../../tmp/ls 'a b'"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                FakeCaller caller = {0};
                uint64_t argv[3] = {0};
                CallRegisters registers = {SYS_execve, {0}};

                registers.arguments[0] = fake_put_string(&caller, table[i].file);
                argv[0] = fake_put_string(&caller, table[i].argv0);
                argv[1] = fake_put_string(&caller, "a b");
                registers.arguments[1] = fake_put(&caller, argv, sizeof(argv));
                expect_sentence(&caller, &registers, "run", table[i].words);
        }
}

static void parts_are_escaped_when_they_are_shown(void **state)
{
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_mkdir, {0, 0777}};

        (void) state;
        registers.arguments[0] = fake_put_string(&caller, "a\33[2J\n%{program}");
        expect_sentence(&caller, &registers, "create-folder",
                        "prog wants to create the folder /home/a\\33[2J\\n%{program}");
}

static void every_template_has_an_id_of_its_own_and_names_the_program(void **state)
{
        const char *id, *other, *format;

        (void) state;
        for (size_t i = 0; (format = sentence_template(i, &id)); i++) {
                assert_non_null(strstr(format, "%{program}"));
                for (size_t j = 0; j < i; j++) {
                        sentence_template(j, &other);
                        assert_string_not_equal(id, other);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paths_are_said_in_full),
                cmocka_unit_test(processes_are_called_by_name),
                cmocka_unit_test(addresses_are_said_with_their_port),
                cmocka_unit_test(a_program_is_named_by_its_file_not_by_argv),
                cmocka_unit_test(parts_are_escaped_when_they_are_shown),
                cmocka_unit_test(every_template_has_an_id_of_its_own_and_names_the_program),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
