/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The broker's pure parts: who owns what, who hears what, what the kernel says of a process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/text.h"
#include "broker/bus-gate.h"
#include "broker/bus-manager.h"
#include "broker/caller.h"
#include "broker/jail-record.h"
#include "broker/jail-table.h"
#include "broker/limits.h"
#include "broker/process-status.h"
#include "broker/rate.h"
#include "broker/trace-check.h"
#include "broker/user-account.h"

static void numbers_start_at_one_and_are_never_given_twice(void **state)
{
        JailTable table = {0};
        Jail *first, *second, *third;

        (void) state;
        assert_int_equal(jail_table_add(&table, 1000, &first), 0);
        assert_int_equal(first->number, 1);
        assert_int_equal(jail_table_add(&table, 1000, &second), 0);
        jail_table_remove(&table, second);
        assert_int_equal(jail_table_add(&table, 1000, &third), 0);
        assert_int_equal(third->number, 3);
        assert_null(jail_table_get(&table, 2));
        assert_ptr_equal(jail_table_get(&table, 3), third);
        jail_table_release(&table);
}

static void a_restored_jail_keeps_its_number_and_its_place(void **state)
{
        JailTable table = {0};
        Jail *late, *early, *next;

        (void) state;
        assert_int_equal(jail_table_restore(&table, 9, 0, &late), 0);
        assert_int_equal(jail_table_restore(&table, 4, 0, &early), 0);
        assert_int_equal(jail_table_restore(&table, 9, 0, &next), -EEXIST);
        assert_ptr_equal(table.jails[0], early);
        assert_int_equal(jail_table_add(&table, 0, &next), 0);
        assert_int_equal(next->number, 10);
        jail_table_release(&table);
}

static void the_oldest_ended_jails_of_a_user_are_forgotten_and_only_they(void **state)
{
        JailTable table = {0};

        (void) state;
        for (unsigned i = 0; i < 10; i++) {
                Jail *jail;

                assert_int_equal(jail_table_add(&table, i % 2, &jail), 0);
                jail->state = i == 0 ? JAIL_RUNNING : JAIL_ENDED;
        }
        jail_table_trim(&table, 0, 2, UINT64_MAX); /* his: 1 (runs), 3, 5, 7, 9 */
        assert_non_null(jail_table_get(&table, 1));
        assert_null(jail_table_get(&table, 3));
        assert_null(jail_table_get(&table, 5));
        assert_non_null(jail_table_get(&table, 7));
        assert_non_null(jail_table_get(&table, 9));
        assert_int_equal(table.count, 8);
        assert_int_equal(jail_table_count_live(&table, 0), 1);
        assert_int_equal(jail_table_count_live(&table, 1), 0);
        jail_table_release(&table);
}

static void logs_past_the_users_share_are_given_up_before_their_jails(void **state)
{
        JailTable table = {0};
        Jail *jail;

        (void) state;
        for (unsigned i = 0; i < 3; i++) {
                static char bytes[65536];

                memset(bytes, 1, sizeof(bytes));
                assert_int_equal(jail_table_add(&table, 5, &jail), 0);
                jail->state = JAIL_ENDED;
                assert_int_equal(log_ring_create(1024 * 1024, &jail->ring), 0);
                assert_int_equal(pwrite(jail->ring, bytes, sizeof(bytes), 8192), sizeof(bytes));
        }
        jail_table_trim(&table, 5, 64, 2 * jail_log_bytes(jail));
        assert_int_equal(table.count, 3);
        assert_int_equal(table.jails[0]->ring, -1);
        assert_true(table.jails[1]->ring >= 0 && table.jails[2]->ring >= 0);
        jail_table_release(&table);
}

static void held_calls_are_remembered_once_in_order_and_up_to_a_limit(void **state)
{
        _cleanup_(jail_freep) Jail *jail = jail_new(1, 0);

        (void) state;
        jail_add_pending(jail, 7);
        jail_add_pending(jail, 3);
        jail_add_pending(jail, 7);
        jail_add_pending(jail, 5);
        assert_int_equal(jail->pending_count, 3);
        jail_remove_pending(jail, 5);
        jail_remove_pending(jail, 5);
        assert_int_equal(jail->pending_count, 2);
        assert_int_equal(jail->pending[0], 3);
        assert_int_equal(jail->pending[1], 7);
        for (uint64_t id = 100; id < 100 + 2 * LIMIT_PENDING; id++)
                jail_add_pending(jail, id);
        assert_int_equal(jail->pending_count, LIMIT_PENDING);
}

static void all_of_ones_own_does_not_mean_another_users(void **state)
{
        Subscriptions subscriptions = {0};

        (void) state;
        assert_false(subscriptions_want(&subscriptions, 1, true));
        assert_int_equal(subscriptions_add(&subscriptions, 0), 0);
        assert_true(subscriptions_want(&subscriptions, 1, true));
        assert_false(subscriptions_want(&subscriptions, 1, false));
        assert_int_equal(subscriptions_add(&subscriptions, 1), 0);
        assert_true(subscriptions_want(&subscriptions, 1, false));
        assert_int_equal(subscriptions_remove(&subscriptions, 0), 0);
        assert_false(subscriptions_want(&subscriptions, 2, true));
        assert_int_equal(subscriptions_remove(&subscriptions, 2), -ENOENT);
        subscriptions_release(&subscriptions);
}

static void subscriptions_end_at_their_limit(void **state)
{
        Subscriptions subscriptions = {0};

        (void) state;
        for (uint64_t jail = 1; jail <= LIMIT_SUBSCRIPTIONS; jail++)
                assert_int_equal(subscriptions_add(&subscriptions, jail), 0);
        assert_int_equal(subscriptions_add(&subscriptions, LIMIT_SUBSCRIPTIONS + 1), -E2BIG);
        assert_int_equal(subscriptions_add(&subscriptions, 1), 0);
        subscriptions_release(&subscriptions);
}

static void a_rate_is_counted_anew_every_second(void **state)
{
        Rate rate = {0};

        (void) state;
        assert_true(rate_take(&rate, 5 * SECOND, 2));
        assert_true(rate_take(&rate, 5 * SECOND + 1, 2));
        assert_false(rate_take(&rate, 5 * SECOND + 2, 2));
        assert_true(rate_take(&rate, 6 * SECOND, 2));
}

static void a_status_is_read_by_its_lines_and_a_name_cannot_fake_one(void **state)
{
        static const char good[] = "Name:\tTracerPid:\t9\nUmask:\t0022\nTgid:\t7\nPPid:\t12\n"
                                   "TracerPid:\t34\n"
                                   "Uid:\t1\t2\t3\t4\nGid:\t0\t0\t0\t0\n";
        ProcessStatus status;

        (void) state;
        assert_int_equal(process_status_parse(good, &status), 0);
        assert_int_equal(status.parent, 12);
        assert_int_equal(status.tracer, 34);
        assert_int_equal(status.group, 7);
        assert_int_equal(status.uids[3], 4);
        assert_false(process_status_is_of(&status, 1));
        assert_int_equal(process_status_parse("Name:\tx\nPPid:\t1\n", &status), -EBADMSG);
        assert_int_equal(process_status_parse("", &status), -EBADMSG);
        assert_int_equal(process_status_read(getpid(), &status), 0);
        assert_int_equal(status.parent, getppid());
        assert_true(process_status_is_of(&status, getuid()));
        assert_int_equal(process_status_read(0, &status), -ESRCH);
}

static void a_thread_between_two_tracers_is_told(void **state)
{
        static const struct {
                const char *tracer, *blocked, *seccomp;
                bool parked, filtered;
        } cases[] = {
                {"0", "fffffffffffbfeff", "2", true, true},
                {"5", "fffffffffffbfeff", "2", false, true},
                {"0", "fffffffffffbfeff", "0", false, false},
                {"0", "fffffffe7ffbfeff", "2", false, true},
                {"0", "0000000000000000", "2", false, true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++) {
                _cleanup_free_ char *text =
                        string_format("Name:\tx\nTgid:\t1\nPPid:\t1\nTracerPid:\t%s\nUid:"
                                      "\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n"
                                      "SigBlk:\t%s\nSeccomp:\t%s\n",
                                      cases[i].tracer, cases[i].blocked, cases[i].seccomp);
                ProcessStatus status;

                assert_int_equal(process_status_parse(text, &status), 0);
                assert_int_equal(status.parked, cases[i].parked);
                assert_int_equal(status.filtered, cases[i].filtered);
        }
}

static void a_pidfd_names_its_process_and_nothing_else_does(void **state)
{
        _cleanup_close_ int pidfd = pidfd_open(getpid(), 0), file = open("/dev/null", O_RDONLY);
        pid_t pid = 0;

        (void) state;
        assert_int_equal(process_of_pidfd(pidfd, &pid), 0);
        assert_int_equal(pid, getpid());
        assert_int_equal(process_of_pidfd(file, &pid), -EBADF);
        assert_int_equal(process_of_pidfd(9999, &pid), -EBADF);
}

static void a_stub_must_be_what_its_pidfd_names_alive_and_the_callers(void **state)
{
        _cleanup_close_ int pidfd = pidfd_open(getpid(), 0);
        int pair[2], stream[2];
        uid_t owner;

        (void) state;
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
        assert_int_equal(trace_check_stub(getuid(), getpid(), pidfd, pair[0], NULL), 0);
        assert_int_equal(trace_check_stub(getuid() + 1, getpid(), pidfd, pair[0], NULL), -EPERM);
        assert_int_equal(trace_find_owner(getpid(), pidfd, &owner, NULL), 0);
        assert_int_equal(owner, getuid());
        assert_int_equal(trace_check_stub(getuid(), getppid(), pidfd, pair[0], NULL), -EINVAL);
        assert_int_equal(trace_check_stub(getuid(), getpid(), pair[0], pair[0], NULL), -EINVAL);
        assert_int_equal(trace_check_stub(getuid(), getpid(), pidfd, stream[0], NULL), -EINVAL);
        for (int i = 0; i < 2; i++) {
                close(pair[i]);
                close(stream[i]);
        }
}

static void a_dead_stub_is_refused(void **state)
{
        _cleanup_close_ int pidfd = -1, end = -1;
        int pair[2];
        uid_t owner;
        pid_t pid = fork();

        (void) state;
        if (pid == 0)
                _exit(0);
        pidfd = pidfd_open(pid, 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        end = pair[1];
        assert_int_equal(trace_check_stub(getuid(), pid, pidfd, pair[0], NULL), -EINVAL);
        assert_int_equal(trace_find_owner(pid, pidfd, &owner, NULL), -ESRCH);
        close(pair[0]);
}

static void a_log_file_is_a_regular_file_open_for_writing(void **state)
{
        static const struct {
                const char *path;
                int flags, result;
        } table[] = {
                {"/tmp", O_TMPFILE | O_RDWR, 0},
                {"/dev/null", O_WRONLY, -EINVAL},
                {"/proc/self/status", O_RDONLY, -EINVAL},
                {"/tmp", O_RDONLY, -EINVAL},
                {"/tmp", O_PATH, -EINVAL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_close_ int fd = open(table[i].path, table[i].flags | O_CLOEXEC, 0600);

                assert_true(fd >= 0);
                assert_int_equal(trace_check_log(fd, NULL), table[i].result);
        }
}

static void a_free_process_is_not_jailed_and_one_that_is_gone_counts_as_jailed(void **state)
{
        JailTable table = {0};
        bool outside = false;

        (void) state;
        assert_true(caller_is_jailed(0, &table, &outside));
        assert_true(caller_is_jailed(0x7fffffff, &table, &outside));
        assert_false(outside);
        for (unsigned i = 0; i < 2; i++) {
                assert_false(caller_is_jailed(getpid(), &table, &outside));
                assert_true(outside);
        }
        assert_true(caller_is_jailed(0x7fffffff, &table, &outside));
}

static const char *or_none(const char *signature)
{
        return signature ? signature : "";
}

/* What the gate's table does not name is denied: so it must name everything that is served. */
static void the_vtable_and_the_gate_name_the_same_methods(void **state)
{
        size_t methods = 0, entries = 0;

        (void) state;
        for (const sd_bus_vtable *at = bus_interface_vtable; at->type != '>'; at++) {
                const GateEntry *entry = NULL;

                if (at->type != 'M')
                        continue;
                methods++;
                for (size_t i = 0; (entry = bus_gate_entry(i)); i++)
                        if (strcmp(entry->member, at->x.method.member) == 0)
                                break;
                assert_non_null(entry);
                assert_string_equal(entry->in, or_none(at->x.method.signature));
                assert_string_equal(entry->out, or_none(at->x.method.result));
                assert_ptr_equal(at->x.method.handler, bus_gate_dispatch);
        }
        while (bus_gate_entry(entries))
                entries++;
        assert_int_equal(methods, entries);
}

static void what_a_user_takes_is_counted_over_all_his_connections(void **state)
{
        UserAccount *list = NULL, *mine = user_account_get(&list, 1000, 5000000);

        (void) state;
        mine->clients = 1;
        assert_ptr_equal(user_account_get(&list, 1000, 5000000), mine);
        assert_ptr_not_equal(user_account_get(&list, 1001, 5000000), mine);
        for (unsigned i = 0; i < 10; i++)
                assert_true(rate_take(&mine->calls, 7000000, 10));
        /* He has hung up, and comes again in the same second. */
        mine->clients = 0;
        user_account_get(&list, 1002, 7999999);
        assert_false(rate_take(&user_account_get(&list, 1000, 7999999)->calls, 7999999, 10));
        mine = user_account_get(&list, 1000, 7999999);
        mine->calls_in_flight = 1;
        user_account_get(&list, 1003, 9000000);
        assert_ptr_equal(user_account_get(&list, 1000, 9000000), mine);
        mine->calls_in_flight = 0;
        user_account_get(&list, 1004, 9000000);
        /* All who have nothing are forgotten, but for the second in which they may come again. */
        assert_int_equal(list->uid, 1004);
        assert_null(list->next);
        user_accounts_release(&list);
}

static void every_jail_that_a_user_may_have_has_a_log_and_all_have_their_bound(void **state)
{
        JailTable table = {0};
        uint64_t sum = 0, last = LOG_RING_BYTES;

        (void) state;
        for (unsigned i = 0; i < LIMIT_JAILS; i++) {
                size_t share;
                Jail *jail;

                assert_int_equal(jail_table_add(&table, 1000, &jail), 0);
                share = jail_table_log_share(&table, 1000);
                assert_true(share >= LOG_RING_BYTES_LEAST && share <= last);
                assert_int_equal(log_ring_create(share, &jail->ring), 0);
                sum += share;
                last = share;
        }
        assert_true(sum <= LIMIT_LOG_BYTES);
        assert_int_equal(jail_table_log_share(&table, 1001), LOG_RING_BYTES);
        jail_table_release(&table);
}

static void an_ended_jail_counts_while_its_supervisor_is_there(void **state)
{
        JailTable table = {0};
        Jail *jail;

        (void) state;
        assert_int_equal(jail_table_add(&table, 1000, &jail), 0);
        jail->state = JAIL_ENDED;
        jail->peer = (SupervisorPeer *) &table; /* any */
        assert_int_equal(jail_table_count_live(&table, 1000), 1);
        assert_int_equal(jail_table_count_live_all(&table), 1);
        jail_table_trim(&table, 1000, 0, 0);
        assert_int_equal(table.count, 1);
        jail->peer = NULL;
        assert_int_equal(jail_table_count_live(&table, 1000), 0);
        jail_table_trim(&table, 1000, 0, 0);
        assert_int_equal(table.count, 0);
        jail_table_release(&table);
}

static void processes_of_ones_jails_are_one_sum(void **state)
{
        JailTable table = {0};
        Jail *one, *two, *other;

        (void) state;
        assert_int_equal(jail_table_add(&table, 1000, &one), 0);
        assert_int_equal(jail_table_add(&table, 1001, &other), 0);
        assert_int_equal(jail_table_add(&table, 1000, &two), 0);
        one->processes = 3;
        other->processes = 100;
        two->processes = 4;
        assert_int_equal(jail_table_count_processes(&table, 1000), 7);
        jail_table_release(&table);
}

/* ---- what outlives the broker ---- */

static Jail *make_recorded_jail(void)
{
        Jail *jail = jail_new(17, 1000);

        jail->program = strdup("sh");
        jail->rules_name = strdup("ask=before\nwrite");
        jail->arguments = calloc(4, sizeof(char *));
        jail->arguments[0] = strdup("sh");
        jail->arguments[1] = strdup("");
        jail->arguments[2] = strdup("a=b\nc");
        jail->supervisor = 4711;
        assert_int_equal(jail_record_create(jail), 0);
        return jail;
}

static Jail *read_record(int record)
{
        uint64_t number;
        Jail *jail;
        uid_t uid;

        assert_int_equal(jail_record_read_owner(record, &number, &uid), 0);
        jail = jail_new(number, uid);
        assert_int_equal(jail_record_read(record, jail), 0);
        return jail;
}

static void a_record_says_of_a_jail_what_was_last_true(void **state)
{
        Jail *jail = make_recorded_jail(), *read;

        (void) state;
        jail->state = JAIL_RUNNING;
        jail->pid = 4712;
        assert_int_equal(jail_record_update(jail), 0);
        jail->state = JAIL_ENDED;
        jail->status = 137;
        jail->signal = 9;
        jail->calls = UINT64_C(1) << 40;
        jail->reason = strdup("killed");
        assert_int_equal(jail_record_update(jail), 0);
        read = read_record(jail->record);
        assert_int_equal(read->number, 17);
        assert_int_equal(read->uid, 1000);
        assert_int_equal(read->state, JAIL_ENDED);
        assert_string_equal(read->rules_name, "ask=before\nwrite");
        assert_string_equal(read->arguments[1], "");
        assert_string_equal(read->arguments[2], "a=b\nc");
        assert_null(read->arguments[3]);
        assert_int_equal(read->supervisor, 4711);
        assert_int_equal(read->pid, 4712);
        assert_int_equal(read->exit_code, -1);
        assert_int_equal(read->signal, 9);
        assert_true(read->calls == UINT64_C(1) << 40 && read->started_usec == jail->started_usec);
        assert_string_equal(read->reason, "killed");
        jail_free(read);
        jail_free(jail);
}

/* Whatever byte its writer was killed at. */
static void a_record_that_breaks_off_says_what_stood_before(void **state)
{
        Jail *jail = make_recorded_jail();
        off_t whole, end;

        (void) state;
        whole = lseek(jail->record, 0, SEEK_END);
        jail->state = JAIL_ENDED;
        assert_int_equal(jail_record_update(jail), 0);
        end = lseek(jail->record, 0, SEEK_END);
        while (--end >= whole) {
                Jail *read;

                assert_int_equal(ftruncate(jail->record, end), 0);
                read = read_record(jail->record);
                assert_int_equal(read->state, JAIL_STARTING);
                jail_free(read);
        }
        jail_free(jail);
}

static void what_another_version_wrote_is_passed_over_and_nonsense_is_refused(void **state)
{
        static const char unknown[] = "a-new-key=1", state_unknown[] = "state=asleep";
        Jail *jail = make_recorded_jail(), *read;
        uint64_t number;
        uid_t uid;

        (void) state;
        lseek(jail->record, 0, SEEK_END);
        assert_int_equal(write(jail->record, unknown, sizeof(unknown)), sizeof(unknown));
        jail_free(read_record(jail->record));
        assert_int_equal(write(jail->record, state_unknown, sizeof(state_unknown)),
                         sizeof(state_unknown));
        read = jail_new(17, 1000);
        assert_int_equal(jail_record_read(jail->record, read), -EBADMSG);
        assert_int_equal(ftruncate(jail->record, 0), 0);
        assert_int_equal(jail_record_read_owner(jail->record, &number, &uid), -EBADMSG);
        jail_free(read);
        jail_free(jail);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_start_at_one_and_are_never_given_twice),
                cmocka_unit_test(a_restored_jail_keeps_its_number_and_its_place),
                cmocka_unit_test(the_oldest_ended_jails_of_a_user_are_forgotten_and_only_they),
                cmocka_unit_test(logs_past_the_users_share_are_given_up_before_their_jails),
                cmocka_unit_test(held_calls_are_remembered_once_in_order_and_up_to_a_limit),
                cmocka_unit_test(all_of_ones_own_does_not_mean_another_users),
                cmocka_unit_test(subscriptions_end_at_their_limit),
                cmocka_unit_test(a_rate_is_counted_anew_every_second),
                cmocka_unit_test(a_status_is_read_by_its_lines_and_a_name_cannot_fake_one),
                cmocka_unit_test(a_thread_between_two_tracers_is_told),
                cmocka_unit_test(a_pidfd_names_its_process_and_nothing_else_does),
                cmocka_unit_test(a_stub_must_be_what_its_pidfd_names_alive_and_the_callers),
                cmocka_unit_test(a_dead_stub_is_refused),
                cmocka_unit_test(a_log_file_is_a_regular_file_open_for_writing),
                cmocka_unit_test(
                        a_free_process_is_not_jailed_and_one_that_is_gone_counts_as_jailed),
                cmocka_unit_test(the_vtable_and_the_gate_name_the_same_methods),
                cmocka_unit_test(what_a_user_takes_is_counted_over_all_his_connections),
                cmocka_unit_test(
                        every_jail_that_a_user_may_have_has_a_log_and_all_have_their_bound),
                cmocka_unit_test(an_ended_jail_counts_while_its_supervisor_is_there),
                cmocka_unit_test(processes_of_ones_jails_are_one_sum),
                cmocka_unit_test(a_record_says_of_a_jail_what_was_last_true),
                cmocka_unit_test(a_record_that_breaks_off_says_what_stood_before),
                cmocka_unit_test(what_another_version_wrote_is_passed_over_and_nonsense_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
