/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of an answer set by name, and where an answer goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "syscalls/output-place.h"
#include "syscalls/result-field.h"
#include "unit/fake-caller.h"

#define ROOM 512

typedef struct Setting {
        CallRegisters registers;
        unsigned index;
        ResultAnswer answer;
        uint8_t bytes[ROOM];
        Problem problem;
} Setting;

static int set(Setting *setting, const char *field, const char *value)
{
        CallArguments arguments;

        problem_release(&setting->problem);
        setting->problem = PROBLEM_INIT;
        setting->answer.bytes = setting->bytes;
        if (!setting->answer.room)
                setting->answer.room = ROOM;
        call_arguments(&setting->registers, &arguments);
        return result_field_set(&setting->registers, arguments.list[setting->index], field, value,
                                &setting->answer, &setting->problem);
}

static void expect_refused(Setting *setting, const char *field, const char *value,
                           const char *words)
{
        uint8_t before[ROOM];
        size_t size = setting->answer.size;

        memcpy(before, setting->bytes, ROOM);
        assert_true(set(setting, field, value) < 0);
        if (!strstr(problem_text(&setting->problem), words))
                fail_msg("\"%s\" is not in: %s", words, problem_text(&setting->problem));
        assert_memory_equal(before, setting->bytes, ROOM);
        assert_int_equal(size, setting->answer.size);
        problem_release(&setting->problem);
        setting->problem = PROBLEM_INIT;
}

static void fields_of_a_structure(void **state)
{
        Setting setting = {.registers = {.number = SYS_uname}};
        struct utsname *names = (struct utsname *) setting.bytes;

        (void) state;
        assert_int_equal(set(&setting, "sysname", "Plan9"), 0);
        assert_int_equal(set(&setting, "machine", "mips"), 0);
        assert_string_equal(names->sysname, "Plan9");
        assert_string_equal(names->machine, "mips");
        assert_int_equal(setting.answer.size, sizeof(*names));
        expect_refused(&setting, "frob", "x", "no field \"frob\"");
        setting.answer.room = 100;
        expect_refused(&setting, "machine", "x", "beyond the 100 bytes");
}

static void elements_by_number(void **state)
{
        Setting setting = {.registers = {SYS_poll, {0x1000, 3}}, .answer = {.room = 24}};

        (void) state;
        assert_int_equal(set(&setting, "1.revents", "POLLIN"), 0);
        assert_int_equal(setting.bytes[8 + 6], 1);
        assert_int_equal(setting.answer.size, 16);
        expect_refused(&setting, "3.revents", "POLLIN", "room for 3 elements");
        expect_refused(&setting, "revents", "POLLIN", "fds.N.FIELD");
        expect_refused(&setting, "1.frob", "1", "frob");
}

static void plain_values_have_no_field(void **state)
{
        Setting setting = {.registers = {.number = SYS_recvfrom}, .index = 5};

        (void) state;
        assert_int_equal(set(&setting, "", "16"), 0);
        assert_int_equal(setting.bytes[0], 16);
        assert_int_equal(setting.answer.size, 4);
}

static void parts_of_a_socket_address(void **state)
{
        Setting setting = {.registers = {.number = SYS_recvfrom}, .index = 4};
        struct sockaddr_in *inet = (struct sockaddr_in *) setting.bytes;
        Setting local = setting;

        (void) state;
        assert_int_equal(set(&setting, "sin_port", "8080"), 0);
        assert_int_equal(set(&setting, "sin_addr", "192.0.2.1"), 0);
        assert_int_equal(inet->sin_family, AF_INET);
        assert_int_equal(ntohs(inet->sin_port), 8080);
        assert_int_equal(ntohl(inet->sin_addr.s_addr), 0xc0000201);
        assert_int_equal(setting.answer.size, sizeof(*inet));
        expect_refused(&setting, "sin_port", "65536", "not a value of sin_port");
        expect_refused(&setting, "sin_addr", "300.1.1.1", "not a value of sin_addr");
        expect_refused(&setting, "port", "1", "no field \"port\"");
        setting.answer.room = 10;
        expect_refused(&setting, "sin6_addr", "::1", "beyond the 10 bytes");
        assert_int_equal(set(&local, "sun_path", "/run/x"), 0);
        assert_int_equal(local.answer.size, 2 + 7);
}

static void whole_buffers_are_text(void **state)
{
        Setting read = {.registers = {.number = SYS_read}, .index = 1, .answer = {.room = 5}};
        Setting cwd = {.registers = {.number = SYS_getcwd}};

        (void) state;
        assert_int_equal(set(&read, "", "hello"), 0);
        assert_int_equal(read.answer.size, 5);
        expect_refused(&read, "", "hello!", "6 bytes do not fit, the call gave room for 5");
        expect_refused(&read, "head", "x", "without the field \"head\"");
        assert_int_equal(set(&cwd, "", "/x"), 0);
        assert_int_equal(cwd.answer.size, 3); /* with its NUL */
}

/* ---- directories ---- */

static void add_entry(Setting *setting, const char *name)
{
        char field[32];
        static unsigned count;

        if (setting->answer.size == 0)
                count = 0;
        snprintf(field, sizeof(field), "%u.d_name", count++);
        assert_int_equal(set(setting, field, name), 0);
}

/* "a b c": the names in order, each entry where the one before it ends. */
static void expect_names(const Setting *setting, const char *names)
{
        char found[ROOM] = "";

        for (size_t at = 0; at < setting->answer.size;) {
                uint16_t length;

                memcpy(&length, setting->bytes + at + 16, sizeof(length));
                assert_true(length % 8 == 0 && length >= 24 && at + length <= setting->answer.size);
                strcat(found, *found ? " " : "");
                strcat(found, (const char *) setting->bytes + at + 19);
                at += length;
        }
        assert_string_equal(found, names);
}

static Setting directory(void)
{
        Setting setting = {.registers = {SYS_getdents64, {3, 0x1000, ROOM}}, .index = 1};

        add_entry(&setting, "alpha");
        add_entry(&setting, "b.txt");
        add_entry(&setting, "gamma");
        return setting;
}

static void entries_are_renamed_added_and_taken_out(void **state)
{
        Setting setting = directory();

        (void) state;
        expect_names(&setting, "alpha b.txt gamma");
        assert_int_equal(set(&setting, "alpha.d_name", "a name that is longer"), 0);
        expect_names(&setting, "a name that is longer b.txt gamma");
        assert_int_equal(set(&setting, "b.txt.d_name", ""), 0);
        expect_names(&setting, "a name that is longer gamma");
        assert_int_equal(set(&setting, "0.d_name", "a"), 0);
        assert_int_equal(set(&setting, "2.d_name", "delta"), 0);
        expect_names(&setting, "a gamma delta");
        assert_int_equal(set(&setting, "nowhere.d_name", ""), 0);
        assert_int_equal(set(&setting, "nowhere.d_type", "DT_DIR"), 0);
        expect_names(&setting, "a gamma delta");
        for (int i = 0; i < 3; i++)
                assert_int_equal(set(&setting, "0.d_name", ""), 0);
        assert_int_equal(setting.answer.size, 0);
}

static void numbers_of_entries(void **state)
{
        Setting setting = directory();

        (void) state;
        assert_int_equal(set(&setting, "1.d_type", "DT_DIR"), 0);
        assert_int_equal(set(&setting, "1.d_ino", "4711"), 0);
        assert_int_equal(setting.bytes[32 + 18], 4);
        assert_int_equal(setting.bytes[32] | setting.bytes[33] << 8, 4711);
        expect_names(&setting, "alpha b.txt gamma");
}

/* struct linux_dirent of getdents(2): the type in the last byte, the name where getdents64 has it.
 */
static void entries_of_the_old_form_keep_it(void **state)
{
        Setting old = {.registers = {SYS_getdents, {3, 0x1000, ROOM}}, .index = 1};
        static const struct {
                uint64_t inode, offset;
                uint16_t length;
                char name[5], type;
        } __attribute__((packed)) first = {7, 1, 24, "ab", 8}, second = {8, 2, 24, "cdef", 4};

        (void) state;
        old.answer = (ResultAnswer){.bytes = old.bytes, .room = ROOM, .size = 48};
        memcpy(old.bytes, &first, sizeof(first));
        memcpy(old.bytes + 24, &second, sizeof(second));
        assert_int_equal(set(&old, "ab.d_name", "a longer name"), 0);
        assert_int_equal(old.answer.size, 40 + 24);
        assert_string_equal((char *) old.bytes + 18, "a longer name");
        assert_int_equal(old.bytes[39], 8);
        assert_memory_equal(old.bytes + 40, &second, sizeof(second));
        assert_int_equal(set(&old, "1.d_type", "DT_LNK"), 0);
        assert_int_equal(old.bytes[63], 10);
        expect_refused(&old, "9.d_type", "DT_LNK", "no entry 9");
        assert_string_equal((char *) old.bytes + 40 + 18, "cdef");
}

static void entries_that_cannot_be_are_refused(void **state)
{
        Setting setting = directory();

        (void) state;
        expect_refused(&setting, "7.d_name", "x", "no entry 7: the directory's answer has 3");
        expect_refused(&setting, "3.d_type", "DT_DIR", "no entry 3");
        expect_refused(&setting, "0.d_name", "a/b", "no name of a file");
        expect_refused(&setting, "0.d_type", "DT_FROB", "not a value");
        expect_refused(&setting, "0.d_frob", "1", "no part of a directory's entries");
        expect_refused(&setting, "d_name", "x", "no part of a directory's entries");
        setting.answer.room = setting.answer.size;
        expect_refused(&setting, "3.d_name", "delta", "do not fit into the 96 bytes");
        setting.bytes[16] = 255; /* an entry that is longer than the answer */
        assert_int_equal(set(&setting, "gamma.d_name", ""), 0);
        setting.bytes[16] = 0;
        assert_int_equal(set(&setting, "gamma.d_name", ""), 0);
}

/* ---- before there is a call ---- */

static void rules_are_checked_without_a_call(void **state)
{
        static const struct {
                int number;
                const char *argument, *field, *value, *words; /* NULL: it is fine */
        } table[] = {
                {SYS_newfstatat, "statbuf", "st_size", "0", NULL},
                {SYS_newfstatat, "2", "st_mode", "S_IFREG|0644", NULL},
                {SYS_getdents64, "dirp", "7.d_name", "x", NULL},
                {SYS_getdents64, "dirp", "some.name.d_type", "DT_DIR", NULL},
                {SYS_ioctl, "arg", "frob", "1", NULL},
                {SYS_epoll_wait, "events", "0.events", "EPOLLIN", NULL},
                {9999, "0", "x", "1", NULL},
                {SYS_newfstatat, "statbuf", "st_frob", "0", "st_frob"},
                {SYS_newfstatat, "frob", "st_size", "0", "no argument 'frob'"},
                {SYS_newfstatat, "pathname", "", "x", "is not an output buffer"},
                {SYS_newfstatat, "9", "", "x", "there is none 9"},
                {SYS_getdents64, "dirp", "0.frob", "x", "no part"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                int r = result_field_check(table[i].number, table[i].argument, table[i].field,
                                           table[i].value, &problem);

                assert_int_equal(r, table[i].words ? -EINVAL : 0);
                if (table[i].words && !strstr(problem_text(&problem), table[i].words))
                        fail_msg("%s", problem_text(&problem));
        }
}

/* ---- where it goes ---- */

static void an_answer_has_the_room_that_the_call_gave(void **state)
{
        static const uint32_t length = 16;
        static const struct iovec pieces[] = {{(void *) 0x100, 3}, {(void *) 0x200, 4}};
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        struct msghdr message = {.msg_iovlen = 2};
        uint64_t length_at = fake_put(&caller, &length, sizeof(length));
        uint64_t pieces_at = fake_put(&caller, pieces, sizeof(pieces)), message_at;
        message.msg_iov = (struct iovec *) pieces_at;
        message_at = fake_put(&caller, &message, sizeof(message));
        const struct {
                CallRegisters registers;
                unsigned index;
                size_t count, room;
        } table[] = {
                {{SYS_read, {0, 0x77, 9}}, 1, 1, 9},
                {{SYS_newfstatat, {0, 0, 0x77}}, 2, 1, 144},
                {{SYS_poll, {0x77, 3}}, 0, 1, 24},
                {{SYS_recvfrom, {3, 0, 0, 0, 0x77, length_at}}, 4, 1, 16},
                {{SYS_recvfrom, {3, 0, 0, 0, 0, length_at}}, 5, 1, 4},
                {{SYS_readv, {3, pieces_at, 2}}, 1, 2, 7},
                {{SYS_recvmsg, {3, message_at}}, 1, 2, 7},
                {{SYS_ioctl, {0, 0x5413, 0x77}}, 2, 1, 8},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                OutputPlace place = {0};

                assert_int_equal(output_place_find(&table[i].registers, table[i].index, &view,
                                                   &place, &problem),
                                 0);
                assert_int_equal(place.count, table[i].count);
                assert_int_equal(place.room, table[i].room);
                output_place_release(&place);
        }
}

static void what_is_no_place_is_refused(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        const struct {
                CallRegisters registers;
                unsigned index;
                const char *words;
        } table[] = {
                {{SYS_write, {1, 0x77, 9}}, 1, "not an output buffer"},
                {{SYS_read, {0, 0, 9}}, 1, "argument buf is NULL"},
                {{SYS_readv, {3, 0x77, 2}}, 1, "list of pieces cannot be read"},
                {{SYS_readv, {3, 0x77, 5000}}, 1, "at most 1024 pieces"},
                {{SYS_recvfrom, {3, 0, 0, 0, 0x77, 0x99}}, 4, "length cannot be read"},
                {{SYS_recvmsg, {3, 0x77}}, 1, "message cannot be read"},
                {{SYS_recvmmsg, {3, 0x77, 2}}, 1, "several messages"},
                {{9999, {0}}, 0, "no argument 0"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                OutputPlace place = {0};

                assert_true(output_place_find(&table[i].registers, table[i].index, &view, &place,
                                              &problem) < 0);
                if (!strstr(problem_text(&problem), table[i].words))
                        fail_msg("%s", problem_text(&problem));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(fields_of_a_structure),
                cmocka_unit_test(elements_by_number),
                cmocka_unit_test(plain_values_have_no_field),
                cmocka_unit_test(parts_of_a_socket_address),
                cmocka_unit_test(whole_buffers_are_text),
                cmocka_unit_test(entries_are_renamed_added_and_taken_out),
                cmocka_unit_test(numbers_of_entries),
                cmocka_unit_test(entries_of_the_old_form_keep_it),
                cmocka_unit_test(entries_that_cannot_be_are_refused),
                cmocka_unit_test(rules_are_checked_without_a_call),
                cmocka_unit_test(an_answer_has_the_room_that_the_call_gave),
                cmocka_unit_test(what_is_no_place_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
