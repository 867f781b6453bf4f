/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor: probes that crash or hang, what counts as bad, that a report is whole. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/text.h"
#include "supervisor/doctor.h"

static int answers_zero(void)
{
        return 0;
}

static int answers_no(void)
{
        return -EPERM;
}

static int is_killed_for_a_call(void)
{
        return raise(SIGSYS);
}

static int crashes(void)
{
        return raise(SIGSEGV);
}

static int takes_too_long(void)
{
        return raise(SIGALRM);
}

static void a_probe_may_do_what_it_likes(void **state)
{
        (void) state;
        assert_int_equal(doctor_probe(answers_zero), 0);
        assert_int_equal(doctor_probe(answers_no), -EPERM);
        assert_int_equal(doctor_probe(is_killed_for_a_call), -ENOSYS);
        assert_int_equal(doctor_probe(crashes), -EFAULT);
        assert_int_equal(doctor_probe(takes_too_long), -ETIMEDOUT);
}

static void only_what_is_open_or_required_is_bad(void **state)
{
        static const struct {
                DoctorState state;
                bool required, bad;
        } rows[] = {
                {DOCTOR_OK, true, false},     {DOCTOR_OK, false, false},
                {DOCTOR_CLOSED, true, false}, {DOCTOR_MISSING, false, false},
                {DOCTOR_MISSING, true, true}, {DOCTOR_OPEN, false, true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(rows); i++) {
                _cleanup_doctor_report_ DoctorReport report = DOCTOR_REPORT_INIT;
                DoctorCheck *check;

                assert_non_null(doctor_report_add(&report, "a", DOCTOR_OK, "", "%s", "fine"));
                check = doctor_report_add(&report, "b", rows[i].state, "wall", "%d", 7);
                assert_non_null(check);
                check->required = rows[i].required;
                assert_string_equal(check->detail, "7");
                assert_int_equal(doctor_report_is_bad(&report), rows[i].bad);
        }
}

static void every_check_has_a_name_of_its_own_and_words(void **state)
{
        _cleanup_doctor_report_ DoctorReport report = DOCTOR_REPORT_INIT;

        (void) state;
        /* what a probe leaves behind comes to us */
        assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        assert_int_equal(doctor_collect(&report), 0);
        assert_true(report.count >= 25);
        for (size_t i = 0; i < report.count; i++) {
                assert_true(report.checks[i].detail[0] != '\0');
                assert_null(strpbrk(report.checks[i].name, " \t\n"));
                for (size_t other = 0; other < i; other++)
                        assert_string_not_equal(report.checks[i].name, report.checks[other].name);
        }
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
}

static void the_kernel_that_the_tests_need_has_what_is_required(void **state)
{
        _cleanup_doctor_report_ DoctorReport report = DOCTOR_REPORT_INIT;

        (void) state;
        assert_int_equal(doctor_collect(&report), 0);
        for (size_t i = 0; i < report.count; i++) {
                const DoctorCheck *check = &report.checks[i];

                if (check->required && check->state != DOCTOR_OK)
                        fail_msg("%s is %s: %s", check->name, doctor_state_name(check->state),
                                 check->detail);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_probe_may_do_what_it_likes),
                cmocka_unit_test(only_what_is_open_or_required_is_bad),
                cmocka_unit_test(every_check_has_a_name_of_its_own_and_words),
                cmocka_unit_test(the_kernel_that_the_tests_need_has_what_is_required),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
