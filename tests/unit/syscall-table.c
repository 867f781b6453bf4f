/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of calls, groups, constants and structures, held against the headers and libseccomp.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "syscalls/constant-sets.h"
#include "syscalls/errno-names.h"
#include "syscalls/structure-layout.h"
#include "syscalls/syscall-table.h"

/* libseccomp 2.5.4 ends here; later numbers are checked against the list below. */
#define LIBSECCOMP_END 450

static void every_number_has_the_name_libseccomp_gives_it(void **state)
{
        (void) state;
        for (int number = 0; number < LIBSECCOMP_END; number++) {
                _cleanup_free_ char *name =
                        seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);
                const SyscallEntry *entry = syscall_by_number(number);

                if (number == 335) {
                        assert_string_equal(entry->name, "uretprobe");
                        continue;
                }
                if (!name) {
                        assert_null(entry);
                        continue;
                }
                assert_non_null(entry);
                assert_string_equal(entry->name, name);
                assert_ptr_equal(syscall_by_name(name), entry);
        }
}

static void calls_newer_than_libseccomp_have_their_numbers(void **state)
{
        static const char *const newer[] = {"set_mempolicy_home_node",
                                            "cachestat",
                                            "fchmodat2",
                                            "map_shadow_stack",
                                            "futex_wake",
                                            "futex_wait",
                                            "futex_requeue",
                                            "statmount",
                                            "listmount",
                                            "lsm_get_self_attr",
                                            "lsm_set_self_attr",
                                            "lsm_list_modules",
                                            "mseal",
                                            "setxattrat",
                                            "getxattrat",
                                            "listxattrat",
                                            "removexattrat",
                                            "open_tree_attr",
                                            "file_getattr",
                                            "file_setattr"};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(newer); i++)
                assert_string_equal(syscall_by_number(LIBSECCOMP_END + (int) i)->name, newer[i]);
        assert_int_equal(LIBSECCOMP_END + ELEMENTS_OF(newer), SYSCALL_TABLE_END);
        assert_null(syscall_by_number(SYSCALL_TABLE_END));
        assert_null(syscall_by_number(-1));
        assert_null(syscall_by_number(400));
}

/* Every architecture that libseccomp knows. */
static const uint32_t architectures[] = {
        SCMP_ARCH_X86,     SCMP_ARCH_X86_64,   SCMP_ARCH_X32,         SCMP_ARCH_ARM,
        SCMP_ARCH_AARCH64, SCMP_ARCH_MIPS,     SCMP_ARCH_MIPS64,      SCMP_ARCH_MIPS64N32,
        SCMP_ARCH_MIPSEL,  SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_PPC,
        SCMP_ARCH_PPC64,   SCMP_ARCH_PPC64LE,  SCMP_ARCH_S390,        SCMP_ARCH_S390X,
        SCMP_ARCH_PARISC,  SCMP_ARCH_PARISC64, SCMP_ARCH_RISCV64,
};

/* Names that libseccomp knows on some architecture and that no x86_64 kernel has. Ascending. */
static const char *const foreign[] = {"_llseek",
                                      "_newselect",
                                      "arm_fadvise64_64",
                                      "arm_sync_file_range",
                                      "bdflush",
                                      "break",
                                      "breakpoint",
                                      "cachectl",
                                      "cacheflush",
                                      "chown32",
                                      "clock_adjtime64",
                                      "clock_getres_time64",
                                      "clock_gettime64",
                                      "clock_nanosleep_time64",
                                      "clock_settime64",
                                      "fadvise64_64",
                                      "fchown32",
                                      "fcntl64",
                                      "fstat64",
                                      "fstatat64",
                                      "fstatfs64",
                                      "ftime",
                                      "ftruncate64",
                                      "futex_time64",
                                      "get_tls",
                                      "getegid32",
                                      "geteuid32",
                                      "getgid32",
                                      "getgroups32",
                                      "getresgid32",
                                      "getresuid32",
                                      "getuid32",
                                      "gtty",
                                      "idle",
                                      "io_pgetevents_time64",
                                      "ipc",
                                      "lchown32",
                                      "lock",
                                      "lstat64",
                                      "mmap2",
                                      "mpx",
                                      "mq_timedreceive_time64",
                                      "mq_timedsend_time64",
                                      "multiplexer",
                                      "nice",
                                      "oldfstat",
                                      "oldlstat",
                                      "oldolduname",
                                      "oldstat",
                                      "olduname",
                                      "pciconfig_iobase",
                                      "pciconfig_read",
                                      "pciconfig_write",
                                      "ppoll_time64",
                                      "prof",
                                      "profil",
                                      "pselect6_time64",
                                      "readdir",
                                      "recv",
                                      "recvmmsg_time64",
                                      "riscv_flush_icache",
                                      "rt_sigtimedwait_time64",
                                      "rtas",
                                      "s390_guarded_storage",
                                      "s390_pci_mmio_read",
                                      "s390_pci_mmio_write",
                                      "s390_runtime_instr",
                                      "s390_sthyi",
                                      "sched_rr_get_interval_time64",
                                      "semtimedop_time64",
                                      "send",
                                      "sendfile64",
                                      "set_tls",
                                      "setfsgid32",
                                      "setfsuid32",
                                      "setgid32",
                                      "setgroups32",
                                      "setregid32",
                                      "setresgid32",
                                      "setresuid32",
                                      "setreuid32",
                                      "setuid32",
                                      "sgetmask",
                                      "sigaction",
                                      "signal",
                                      "sigpending",
                                      "sigprocmask",
                                      "sigreturn",
                                      "sigsuspend",
                                      "socketcall",
                                      "spu_create",
                                      "spu_run",
                                      "ssetmask",
                                      "stat64",
                                      "statfs64",
                                      "stime",
                                      "stty",
                                      "subpage_prot",
                                      "swapcontext",
                                      "switch_endian",
                                      "sync_file_range2",
                                      "sys_debug_setcontext",
                                      "syscall",
                                      "sysmips",
                                      "timer_gettime64",
                                      "timer_settime64",
                                      "timerfd",
                                      "timerfd_gettime64",
                                      "timerfd_settime64",
                                      "truncate64",
                                      "ugetrlimit",
                                      "ulimit",
                                      "umount",
                                      "usr26",
                                      "usr32",
                                      "utimensat_time64",
                                      "vm86",
                                      "vm86old",
                                      "waitpid"};

/* A name of ours that libseccomp knows at all must be known to it under every architecture, with a
 * number of its own or as "not there" (a negative pseudo number): no name is misspelt. */
static void names_are_spelt_alike_on_every_architecture(void **state)
{
        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(architectures); i++)
                for (int number = 0; number < LIBSECCOMP_END; number++) {
                        const SyscallEntry *entry = syscall_by_number(number);

                        if (!entry || number == 335)
                                continue;
                        assert_int_not_equal(
                                seccomp_syscall_resolve_name_arch(architectures[i], entry->name),
                                __NR_SCMP_ERROR);
                }
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* A name that libseccomp has and that is neither in the table nor listed above is a call that was
 * forgotten. */
static void names_that_only_libseccomp_knows_are_listed(void **state)
{
        static const int bases[] = {0, 4000, 5000, 6000, 0x40000000, 0xf0000};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(architectures) * ELEMENTS_OF(bases) * 600; i++) {
                uint32_t architecture = architectures[i / 600 / ELEMENTS_OF(bases)];
                int number = bases[i / 600 % ELEMENTS_OF(bases)] + (int) (i % 600);
                _cleanup_free_ char *name = seccomp_syscall_resolve_num_arch(architecture, number);
                bool listed = name && bsearch(&name, foreign, ELEMENTS_OF(foreign),
                                              sizeof(foreign[0]), compare_names);

                if (name && !!syscall_by_name(name) == listed)
                        fail_msg("%s is %s", name, listed ? "both known and foreign" : "forgotten");
        }
}

static void arguments_refer_to_arguments_that_exist(void **state)
{
        (void) state;
        for (int number = 0; number < SYSCALL_TABLE_END; number++) {
                const SyscallEntry *entry = syscall_by_number(number);

                for (unsigned i = 0; entry && i < entry->argument_count; i++) {
                        const SyscallArgument *argument = &entry->arguments[i];

                        assert_true(argument->size_argument < (int) entry->argument_count);
                        assert_int_not_equal(argument->size_argument, i);
                        assert_true(argument->directory_argument < (int) entry->argument_count);
                        if (argument->directory_argument >= 0)
                                assert_int_equal(
                                        entry->arguments[argument->directory_argument].kind,
                                        ARGUMENT_KIND_DIRFD);
                        assert_int_equal(syscall_argument_index(entry, argument->name), i);
                }
        }
}

static void arguments_are_named_as_in_the_manual(void **state)
{
        static const struct {
                const char *call, *names;
        } table[] = {
                {"open", "pathname flags mode "},    {"socket", "domain type protocol "},
                {"connect", "sockfd addr addrlen "}, {"mkdir", "pathname mode "},
                {"execve", "pathname argv envp "},   {"getpid", ""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                const SyscallEntry *entry = syscall_by_name(table[i].call);
                char names[128] = "";

                for (unsigned j = 0; j < entry->argument_count; j++) {
                        strcat(names, entry->arguments[j].name);
                        strcat(names, " ");
                }
                assert_string_equal(names, table[i].names);
        }
}

static void mistyped_calls_and_groups_find_their_neighbour(void **state)
{
        (void) state;
        assert_string_equal(syscall_nearest_name("opneat"), "openat");
        assert_string_equal(syscall_nearest_name("mkdri"), "mkdir");
        assert_null(syscall_nearest_name("zzzzzzzzzzzz"));
        assert_string_equal(syscall_group_nearest_name("@netwrok"), "@network");
        assert_string_equal(errno_nearest_name("EACCESS"), "EACCES");
}

static void group_members_ascend_and_exist(void **state)
{
        const char *name;

        (void) state;
        for (size_t i = 0; (name = syscall_group_name(i)); i++) {
                size_t count = 0;
                const int *members = syscall_group(name, &count);

                assert_int_equal(name[0], '@');
                assert_true(count > 0);
                for (size_t j = 0; j < count; j++) {
                        assert_non_null(syscall_by_number(members[j]));
                        assert_true(j == 0 || members[j - 1] < members[j]);
                }
        }
        assert_null(syscall_group("@nothing", &(size_t){0}));
}

static bool group_has(const char *name, int number)
{
        size_t count = 0;
        const int *members = syscall_group(name, &count);

        for (size_t i = 0; i < count; i++)
                if (members[i] == number)
                        return true;
        return false;
}

static void groups_contain_the_groups_they_name(void **state)
{
        static const struct {
                const char *outer, *inner;
        } table[] = {
                {"@system-service", "@aio"},         {"@system-service", "@basic-io"},
                {"@system-service", "@chown"},       {"@system-service", "@default"},
                {"@system-service", "@file-system"}, {"@system-service", "@io-event"},
                {"@system-service", "@ipc"},         {"@system-service", "@keyring"},
                {"@system-service", "@memlock"},     {"@system-service", "@network-io"},
                {"@system-service", "@process"},     {"@system-service", "@resources"},
                {"@system-service", "@setuid"},      {"@system-service", "@signal"},
                {"@system-service", "@sync"},        {"@system-service", "@timer"},
                {"@privileged", "@chown"},           {"@privileged", "@clock"},
                {"@privileged", "@module"},          {"@privileged", "@raw-io"},
                {"@privileged", "@reboot"},          {"@privileged", "@swap"},
                {"@network", "@network-io"},         {"@network-io", "@network"},
                {"@known", "@system-service"},       {"@known", "@privileged"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                size_t count = 0;
                const int *members = syscall_group(table[i].inner, &count);

                assert_non_null(members);
                for (size_t j = 0; j < count; j++)
                        assert_true(group_has(table[i].outer, members[j]));
        }
}

static void every_call_has_a_group_to_be_shown_under(void **state)
{
        (void) state;
        for (int number = 0; number < SYSCALL_TABLE_END; number++)
                assert_non_null(syscall_group(syscall_main_group(number), &(size_t){0}));
        assert_string_equal(syscall_main_group(SYS_openat), "@file-system");
        assert_string_equal(syscall_main_group(SYS_connect), "@network-io");
        assert_string_equal(syscall_main_group(SYS_execve), "@exec");
        assert_string_equal(syscall_main_group(-5), "@known");
}

static void flags_read_as_strace_shows_them_and_back(void **state)
{
        static const struct {
                const char *set;
                uint64_t value;
                const char *text;
        } table[] = {
                {"open-flags", 0, "O_RDONLY"},
                {"open-flags", O_WRONLY | O_CREAT | O_CLOEXEC, "O_WRONLY|O_CREAT|O_CLOEXEC"},
                {"open-flags", 0x80000000, "O_RDONLY|0x80000000"},
                {"open-flags", 3, "0x3"},
                {"open-flags", 020200000, "O_RDONLY|O_TMPFILE"},
                {"open-flags", 04010000, "O_RDONLY|O_SYNC"},
                {"access-modes", 0, "F_OK"},
                {"access-modes", 7, "R_OK|W_OK|X_OK"},
                {"mmap-flags", 0x22, "MAP_PRIVATE|MAP_ANONYMOUS"},
                {"mmap-protection", 0, "PROT_NONE"},
                {"clone-flags", 0x1200011, "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD"},
                {"socket-types", 0x80801, "SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK"},
                {"whence", 2, "SEEK_END"},
                {"whence", 77, "0x4d"},
                {"unlinkat-flags", 0, "0"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_text_ Text text = TEXT_INIT;
                const NamedConstants *set = named_constants_by_name(table[i].set);
                const char *bad;
                uint64_t value;

                assert_non_null(set);
                assert_int_equal(named_constants_append(set, table[i].value, &text), 0);
                assert_string_equal(text_get(&text), table[i].text);
                assert_int_equal(named_constants_parse(set, text_get(&text), &value, &bad), 0);
                assert_true(value == table[i].value);
        }
}

static void unknown_flag_words_are_pointed_at(void **state)
{
        static const struct {
                const char *text;
                size_t at;
        } table[] = {{"O_RDONLY|O_NOPE", 9}, {"", 0}, {"O_RDONLY|", 9}, {"O_RDONLY O_CREAT", 9}};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                const char *bad = NULL;
                uint64_t value = 7;

                assert_int_equal(named_constants_parse(named_constants_by_name("open-flags"),
                                                       table[i].text, &value, &bad),
                                 -EINVAL);
                assert_ptr_equal(bad, table[i].text + table[i].at);
                assert_true(value == 7);
        }
        assert_null(named_constants_by_name("no-such-set"));
}

static void errno_and_signal_names_go_both_ways(void **state)
{
        (void) state;
        assert_string_equal(errno_name(1), "EPERM");
        assert_string_equal(errno_name(11), "EAGAIN");
        assert_string_equal(errno_name(512), "ERESTARTSYS");
        assert_null(errno_name(0));
        assert_null(errno_name(4000));
        assert_int_equal(errno_from_name("EACCES"), 13);
        assert_int_equal(errno_from_name("EWOULDBLOCK"), 11);
        assert_int_equal(errno_from_name("13"), 13);
        assert_int_equal(errno_from_name("4096"), -EINVAL);
        assert_int_equal(errno_from_name("ENOPE"), -EINVAL);
        assert_string_equal(signal_name(2), "SIGINT");
        assert_string_equal(signal_name(33), "SIGRT_1");
        assert_null(signal_name(0));
        assert_null(signal_name(65));
        assert_int_equal(signal_from_name("INT"), 2);
        assert_int_equal(signal_from_name("SIGKILL"), 9);
        assert_int_equal(signal_from_name("SIGNOPE"), -EINVAL);
        for (int i = 1; i <= 31; i++)
                assert_int_equal(signal_from_name(sigabbrev_np(i)), i);
}

static void structures_lie_as_the_headers_say(void **state)
{
        static const struct {
                const char *layout, *field;
                size_t offset, size;
        } table[] = {
                {"stat", "st_size", offsetof(struct stat, st_size), 8},
                {"stat", "st_mode", offsetof(struct stat, st_mode), 4},
                {"stat", "st_mtime", offsetof(struct stat, st_mtim), 8},
                {"utsname", "release", offsetof(struct utsname, release), 65},
                {"sysinfo", "totalram", offsetof(struct sysinfo, totalram), 8},
                {"itimerspec", "it_value.tv_nsec", 24, 8},
                {"fd_pair", "1", 4, 4},
        };

        (void) state;
        assert_int_equal(structure_layout_by_name("stat")->size, sizeof(struct stat));
        assert_int_equal(structure_layout_by_name("statx")->size, sizeof(struct statx));
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                StructurePlace place;

                assert_int_equal(structure_field_find(structure_layout_by_name(table[i].layout),
                                                      table[i].field, &place),
                                 0);
                assert_int_equal(place.offset, table[i].offset);
                assert_int_equal(place.field->size, table[i].size);
        }
}

static void fields_stay_inside_their_structure(void **state)
{
#define STRUCTURE(id, ...) &structure_##id,
        static const StructureLayout *const all[] = {
#include "syscalls/structure-layout.def"
        };
#undef STRUCTURE

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(all); i++)
                for (size_t j = 0; j < all[i]->field_count; j++) {
                        const StructureField *field = &all[i]->fields[j];

                        assert_true(field->offset + (size_t) field->size <= all[i]->size);
                        assert_true(field->size > 0);
                        if (field->structure)
                                assert_int_equal(field->size, field->structure->size);
                }
}

static void a_field_is_set_by_name_or_nothing_changes(void **state)
{
        static const struct {
                const char *layout, *assignment;
                size_t size;
                int result;
                size_t offset;
                uint64_t value;
        } table[] = {
                {"stat", "st_size=0", 144, 0, 48, 0},
                {"stat", "st_size=-1", 144, 0, 48, UINT64_MAX},
                {"stat", "st_mode=S_IFREG|0644", 144, -EINVAL, 24, 0},
                {"stat", "st_nope=0", 144, -EINVAL, 0, 0},
                {"stat", "st_uid=0x1ffffffff", 144, -EINVAL, 0, 0},
                {"stat", "st_size=0", 50, -EINVAL, 0, 0},
                {"stat", "st_size", 144, -EINVAL, 0, 0},
                {"stat", "st_size=", 144, -EINVAL, 0, 0},
                {"itimerspec", "it_value.tv_sec=5", 32, 0, 16, 5},
                {"itimerspec", "it_value=5", 32, -EINVAL, 0, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                uint8_t bytes[256], before[256];
                uint64_t value;
                int r;

                memset(bytes, 0xa5, sizeof(bytes));
                memcpy(before, bytes, sizeof(bytes));
                r = structure_field_write(structure_layout_by_name(table[i].layout), bytes,
                                          table[i].size, table[i].assignment, &problem);
                if (strcmp(table[i].assignment, "st_mode=S_IFREG|0644") == 0) {
                        assert_int_equal(r, 0);
                        continue;
                }
                assert_int_equal(r, table[i].result);
                if (r < 0) {
                        assert_memory_equal(bytes, before, sizeof(bytes));
                        assert_non_null(problem.text);
                        continue;
                }
                memcpy(&value, bytes + table[i].offset, sizeof(value));
                assert_true(value == table[i].value);
        }
}

static void a_text_field_is_filled_to_its_end(void **state)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        struct utsname name;

        (void) state;
        memset(&name, 'x', sizeof(name));
        assert_int_equal(structure_field_write(structure_layout_by_name("utsname"),
                                               (uint8_t *) &name, sizeof(name), "sysname=Other",
                                               &problem),
                         0);
        assert_string_equal(name.sysname, "Other");
        assert_int_equal(name.nodename[0], 'x');
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_number_has_the_name_libseccomp_gives_it),
                cmocka_unit_test(calls_newer_than_libseccomp_have_their_numbers),
                cmocka_unit_test(names_are_spelt_alike_on_every_architecture),
                cmocka_unit_test(names_that_only_libseccomp_knows_are_listed),
                cmocka_unit_test(arguments_refer_to_arguments_that_exist),
                cmocka_unit_test(arguments_are_named_as_in_the_manual),
                cmocka_unit_test(mistyped_calls_and_groups_find_their_neighbour),
                cmocka_unit_test(group_members_ascend_and_exist),
                cmocka_unit_test(groups_contain_the_groups_they_name),
                cmocka_unit_test(every_call_has_a_group_to_be_shown_under),
                cmocka_unit_test(flags_read_as_strace_shows_them_and_back),
                cmocka_unit_test(unknown_flag_words_are_pointed_at),
                cmocka_unit_test(errno_and_signal_names_go_both_ways),
                cmocka_unit_test(structures_lie_as_the_headers_say),
                cmocka_unit_test(fields_stay_inside_their_structure),
                cmocka_unit_test(a_field_is_set_by_name_or_nothing_changes),
                cmocka_unit_test(a_text_field_is_filled_to_its_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
