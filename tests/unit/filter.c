/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seccomp program as data: it says of every call what the plan says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "rules/guard-list.h"
#include "supervisor/filter-block.h"
#include "supervisor/filter.h"
#include "support/bpf-interpreter.h"
#include "unit/random-rules.h"

#define MAGIC 0x3ffffff1

/* A rule file with its plan and its program. */
typedef struct Jail {
        RuleSet *set;
        FilterPlan *plan;
        struct sock_filter *program;
        size_t count;
} Jail;

static const FilterOptions options = {.allow_magic_number = MAGIC, .trace_data = 7};

static void jail_build(Jail *jail)
{
        Problem problem = PROBLEM_INIT;

        free(jail->program);
        if (filter_build(jail->plan, &options, &jail->program, &jail->count, &problem) < 0)
                fail_msg("%s", problem_text(&problem));
}

static Jail jail_make(const char *text)
{
        Diagnostics diagnostics = {0};
        Jail jail = {0};

        if (rule_set_parse(text, strlen(text), &jail.set, &diagnostics) < 0)
                fail_msg("%s\n%s", text, diagnostics.list[0].message);
        diagnostics_release(&diagnostics);
        assert_int_equal(filter_plan_make(jail.set, &jail.plan, NULL), 0);
        jail_build(&jail);
        return jail;
}

static void jail_free(Jail *jail)
{
        rule_set_free(jail->set);
        filter_plan_free(jail->plan);
        free(jail->program);
}

static uint32_t run(const Jail *jail, const CallRegisters *call, uint32_t arch)
{
        struct seccomp_data data = {.nr = call->number, .arch = arch};

        memcpy(data.args, call->arguments, sizeof(data.args));
        return bpf_run(jail->program, jail->count, &data, NULL);
}

static void expect_same(const Jail *jail, const CallRegisters *call, const char *text)
{
        uint32_t wanted =
                filter_verdict_value(filter_plan_evaluate(jail->plan, call), options.trace_data);
        uint32_t got = run(jail, call, AUDIT_ARCH_X86_64);

        if (got != wanted)
                fail_msg("call %d(%#lx, %#lx, %#lx, %#lx): program %#x, plan %#x\n%s", call->number,
                         call->arguments[0], call->arguments[1], call->arguments[2],
                         call->arguments[3], got, wanted, text);
}

static void the_program_says_what_the_plan_says(void **state)
{
        uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

        (void) state;
        for (unsigned round = 0; round < 300; round++) {
                _cleanup_text_ Text text = TEXT_INIT;
                Jail jail;

                random_file(&seed, &text, true);
                jail = jail_make(text_get(&text));
                for (unsigned i = 0; i < 2000; i++) {
                        CallRegisters call = random_call(&seed);

                        expect_same(&jail, &call, text_get(&text));
                }
                jail_free(&jail);
        }
}

static void presets_become_programs_the_kernel_takes(void **state)
{
        uint64_t seed = 42;
        const char *name;

        (void) state;
        for (size_t i = 0; (name = preset_name(i, NULL)); i++) {
                Jail jail = jail_make(preset_text(name));

                assert_in_range(jail.count, 1, BPF_MAXINSNS);
                for (int number = 0; number < 700; number++) {
                        CallRegisters call = random_call(&seed);

                        call.number = number;
                        expect_same(&jail, &call, name);
                }
                jail_free(&jail);
        }
}

static void other_entries_and_unknown_numbers_answer_enosys(void **state)
{
        static const int numbers[] = {-1,         -2,         470,        511,
                                      512,        547,        0x40000000, 1000,
                                      0x40000001, 0x7fffffff, INT32_MIN,  MAGIC + 1};
        Jail jail = jail_make(preset_text("all-allow-forever"));
        CallRegisters call = {0};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(numbers); i++) {
                call.number = numbers[i];
                assert_int_equal(run(&jail, &call, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | ENOSYS);
        }
        for (int number = 0; number < 470; number++) {
                call.number = number;
                assert_int_equal(run(&jail, &call, AUDIT_ARCH_I386), SECCOMP_RET_ERRNO | ENOSYS);
                assert_int_equal(run(&jail, &call, AUDIT_ARCH_AARCH64), SECCOMP_RET_ERRNO | ENOSYS);
        }
        call.number = MAGIC;
        assert_int_equal(run(&jail, &call, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        jail_free(&jail);
}

static void ends_are_never_traced(void **state)
{
        static const int numbers[] = {SYS_exit, SYS_exit_group, SYS_rt_sigreturn,
                                      SYS_restart_syscall};
        static const char *const files[] = {"all-abort-forever", "all-notify", "all-abort"};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(files); i++) {
                Jail jail = jail_make(preset_text(files[i]));

                for (size_t j = 0; j < ELEMENTS_OF(numbers); j++) {
                        CallRegisters call = {.number = numbers[j]};

                        assert_int_equal(run(&jail, &call, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
                }
                jail_free(&jail);
        }
}

static void guards_stand_in_front_of_allow(void **state)
{
        static const struct {
                CallRegisters call;
                uint32_t wanted;
        } cases[] = {
                {{SYS_seccomp, {1, 0x8, 0}}, SECCOMP_RET_ERRNO | EBUSY},
                {{SYS_seccomp, {1, UINT64_C(0xdead0000001f), 0}}, SECCOMP_RET_ERRNO | EBUSY},
                {{SYS_seccomp, {1, 0x1, 0}}, SECCOMP_RET_TRACE | 7},
                {{SYS_io_uring_setup, {8, 0}}, SECCOMP_RET_ERRNO | ENOSYS},
                {{SYS_clone, {0x01200011}}, SECCOMP_RET_ALLOW},
                {{SYS_clone, {0x003d0f00}}, SECCOMP_RET_ALLOW},
                {{SYS_clone, {0x00800011}}, SECCOMP_RET_TRACE | 7},
                {{SYS_clone, {0x10000011}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_clone3, {0}}, SECCOMP_RET_TRACE | 7},
                {{SYS_ioctl, {0, 0x5401}}, SECCOMP_RET_ALLOW},
                {{SYS_ioctl, {0, 0x5412}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_ioctl, {0, UINT64_C(0xffffffff00005412)}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_personality, {0xffffffff}}, SECCOMP_RET_ALLOW},
                {{SYS_personality, {0}}, SECCOMP_RET_ALLOW},
                {{SYS_personality, {0x0040000}}, SECCOMP_RET_ALLOW},
                {{SYS_personality, {0x80100000}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_personality, {0x7fffffff}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_userfaultfd, {0}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_userfaultfd, {1}}, SECCOMP_RET_ALLOW},
                {{SYS_unshare, {0x20000}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_unshare, {0x400}}, SECCOMP_RET_ALLOW},
                {{SYS_kill, {UINT64_C(0xffffffff), 9}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_kill, {1234, 9}}, SECCOMP_RET_ALLOW},
                {{SYS_prctl, {35}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_prctl, {4, 0}}, SECCOMP_RET_ALLOW}, /* PR_SET_DUMPABLE */
                {{SYS_ptrace, {0}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_process_madvise, {0, 0, 0, 10}}, SECCOMP_RET_ERRNO | EPERM},
                {{SYS_process_madvise, {0, 0, 0, 20}}, SECCOMP_RET_ALLOW},
        };
        Jail jail = jail_make(preset_text("all-allow-forever"));

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++)
                if (run(&jail, &cases[i].call, AUDIT_ARCH_X86_64) != cases[i].wanted)
                        fail_msg("case %zu: %#x, not %#x", i,
                                 run(&jail, &cases[i].call, AUDIT_ARCH_X86_64), cases[i].wanted);
        jail_free(&jail);
}

static void a_guard_does_not_hide_a_forever_refusal(void **state)
{
        Jail jail = jail_make(preset_text("all-abort-forever"));
        CallRegisters call = {.number = SYS_clone3};

        (void) state;
        assert_int_equal(run(&jail, &call, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | EPERM);
        jail_free(&jail);
}

static void an_open_guard_leaves_its_calls_to_the_rules(void **state)
{
        Jail jail = jail_make("{\"seccomp-jail\": 1, \"default\": \"allow-forever\","
                              " \"open-guards\": [\"io_uring\", \"namespaces\"]}");
        CallRegisters ring = {.number = SYS_io_uring_setup};
        CallRegisters names = {SYS_clone, {0x10000011}};
        CallRegisters untraced = {SYS_clone, {0x10800011}};

        (void) state;
        assert_int_equal(run(&jail, &ring, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        assert_int_equal(run(&jail, &names, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        assert_int_equal(run(&jail, &untraced, AUDIT_ARCH_X86_64), SECCOMP_RET_TRACE | 7);
        jail_free(&jail);
}

static bool is_4713(pid_t tid)
{
        return tid == 4713;
}

/* 4711 to 4714 share all bits but the lowest four: 4704 to 4719. */
static void the_supervisor_is_out_of_reach(void **state)
{
        static const struct {
                CallRegisters call;
                uint32_t wanted;
                bool aimed;
        } cases[] = {
                {{SYS_kill, {4713, 9}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_kill, {UINT64_C(0x100000000) + 4713, 9}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_kill, {(uint32_t) -4711, 9}}, SECCOMP_RET_ERRNO | EPERM, false},
                {{SYS_kill, {4720, 9}}, SECCOMP_RET_ALLOW, false},
                {{SYS_tkill, {4713, 9}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_tgkill, {4000, 4713, 9}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_tgkill, {4713, 4720, 9}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_tgkill, {4000, 4704, 9}}, SECCOMP_RET_TRACE | 7, false},
                {{SYS_tgkill, {4000, 4720, 9}}, SECCOMP_RET_ALLOW, false},
                {{SYS_prlimit64, {4713, 0}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_prlimit64, {0, 0}}, SECCOMP_RET_ALLOW, false},
                {{SYS_setpriority, {0, 4713}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_setpriority, {1, 4713}}, SECCOMP_RET_ALLOW, false},
                {{SYS_pidfd_open, {4713}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_sched_setaffinity, {4713}}, SECCOMP_RET_TRACE | 7, true},
                {{SYS_getpgid, {4713}}, SECCOMP_RET_ALLOW, false},
        };
        Jail jail = jail_make(preset_text("all-allow-forever"));

        (void) state;
        assert_int_equal(guard_protect_threads(jail.plan, 4711, 4711, 4714), 0);
        jail_build(&jail);
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++) {
                if (run(&jail, &cases[i].call, AUDIT_ARCH_X86_64) != cases[i].wanted)
                        fail_msg("case %zu", i);
                assert_int_equal(guard_aims_at(&cases[i].call, is_4713), cases[i].aimed);
                expect_same(&jail, &cases[i].call, "");
        }
        jail_free(&jail);
}

static void the_landing_page_stays_where_it_is(void **state)
{
        const uint64_t start = UINT64_C(0x7f0012345000), size = 0x3000;
        CallRegisters inside = {SYS_madvise, {start + 0x1000, 0x1000, 10}};
        CallRegisters from_below = {SYS_madvise, {0x10000, start + size, 10}};
        CallRegisters outside = {SYS_madvise, {UINT64_C(1) << 47, 0x1000, 10}};
        CallRegisters harmless = {SYS_madvise, {start, 0x1000, 4}};
        CallRegisters unmap = {SYS_munmap, {0, UINT64_C(1) << 40}};
        CallRegisters map = {SYS_mmap, {0x20000, 0x1000, 3, MAP_FIXED | 2}};
        CallRegisters plain = {SYS_mmap, {0, 0x1000, 3, 2}};
        Jail jail = jail_make(preset_text("all-allow-forever"));

        (void) state;
        assert_int_equal(guard_protect_memory(jail.plan, start, size, false), 0);
        jail_build(&jail);
        assert_int_equal(run(&jail, &inside, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | EPERM);
        assert_int_equal(run(&jail, &from_below, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | EPERM);
        assert_int_equal(run(&jail, &outside, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        assert_int_equal(run(&jail, &harmless, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        assert_int_equal(run(&jail, &unmap, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        jail_free(&jail);

        jail = jail_make(preset_text("all-allow-forever"));
        assert_int_equal(guard_protect_memory(jail.plan, 0x20000, 0x21000, true), 0);
        jail_build(&jail);
        assert_int_equal(run(&jail, &unmap, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | EPERM);
        assert_int_equal(run(&jail, &map, AUDIT_ARCH_X86_64), SECCOMP_RET_ERRNO | EPERM);
        assert_int_equal(run(&jail, &plain, AUDIT_ARCH_X86_64), SECCOMP_RET_ALLOW);
        jail_free(&jail);
}

static void the_tree_is_short(void **state)
{
        struct seccomp_data data = {.nr = SYS_getpid, .arch = AUDIT_ARCH_X86_64};
        Jail jail = jail_make(preset_text("all-allow-forever"));
        size_t steps = 0;

        (void) state;
        assert_int_equal(bpf_run(jail.program, jail.count, &data, &steps), SECCOMP_RET_ALLOW);
        assert_in_range(steps, 1, 24);
        jail_free(&jail);
}

/* Runs in a child: 0 when the filter is in place and does what it says. */
static int try_under_filter(const Jail *jail)
{
        struct sock_fprog program = {(unsigned short) jail->count, jail->program};

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
                return 1;
        if (syscall(SYS_getppid) <= 0)
                return 2;
        if (syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
                return 3;
        if (syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) < 0)
                return 4;
        if (syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != ENOSYS)
                return 5;
        return syscall(600) == -1 && errno == ENOSYS ? 0 : 6;
}

static void the_kernel_takes_the_program(void **state)
{
        Jail jail = jail_make(preset_text("no-network"));
        int status = 0;
        pid_t pid = fork();

        (void) state;
        assert_true(pid >= 0);
        if (pid == 0)
                _exit(try_under_filter(&jail));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        jail_free(&jail);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_program_says_what_the_plan_says),
                cmocka_unit_test(presets_become_programs_the_kernel_takes),
                cmocka_unit_test(other_entries_and_unknown_numbers_answer_enosys),
                cmocka_unit_test(ends_are_never_traced),
                cmocka_unit_test(guards_stand_in_front_of_allow),
                cmocka_unit_test(a_guard_does_not_hide_a_forever_refusal),
                cmocka_unit_test(an_open_guard_leaves_its_calls_to_the_rules),
                cmocka_unit_test(the_supervisor_is_out_of_reach),
                cmocka_unit_test(the_landing_page_stays_where_it_is),
                cmocka_unit_test(the_tree_is_short),
                cmocka_unit_test(the_kernel_takes_the_program),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
