/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls in words: the text as strace has it, before and after the call, and hostile memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "syscalls/decode.h"
#include "unit/fake-caller.h"

#define PLAIN ((DecodeLimits){.string_bytes = 256, .vector_elements = 32, .resolve = false})

static void expect_call(FakeCaller *caller, const CallRegisters *registers, const char *text)
{
        CallerView view = fake_view(caller);
        DecodeLimits limits = PLAIN;
        DecodedCall call;

        assert_int_equal(decode_call(registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, text);
        assert_int_equal(caller->questions, 0);
        decoded_call_release(&call);
}

static void expect_exit(FakeCaller *caller, const CallRegisters *registers, int64_t result,
                        const char *text)
{
        CallerView view = fake_view(caller);
        DecodeLimits limits = PLAIN;
        DecodedCall call;

        assert_int_equal(decode_call(registers, &view, &limits, &call), 0);
        assert_int_equal(decode_call_exit(&call, result, &view, &limits), 0);
        assert_string_equal(call.text, text);
        decoded_call_release(&call);
}

static void strings_are_escaped_so_that_no_program_paints_a_prompt(void **state)
{
        static const struct {
                const char *bytes, *text;
        } table[] = {
                {"plain", "plain"},
                {"a\"b\\c", "a\\\"b\\\\c"},
                {"\n\t\r\v\f", "\\n\\t\\r\\v\\f"},
                {"\33[2J", "\\33[2J"},
                {"\1"
                 "7",
                 "\\0017"},
                {"\1x", "\\1x"},
                {"\177", "\\177"},
                {"\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0\xe5\xa5\xbd"},
                {"\xc3\xa9", "\xc3\xa9"},
                {"\xff\xfe", "\\377\\376"},
                {"\xe2\x80\xae", "\\342\\200\\256"}, /* right-to-left override */
                {"\xe2\x80\x8b", "\\342\\200\\213"}, /* zero width space */
                {"\xe2\x81\xa6", "\\342\\201\\246"}, /* isolate */
                {"\xc2\x9b", "\\302\\233"},          /* C1 control sequence introducer */
                {"\xef\xbb\xbf", "\\357\\273\\277"}, /* byte order mark */
                {"\xe2\x80\xa8", "\\342\\200\\250"}, /* line separator */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_text_ Text text = TEXT_INIT;

                text_append_escaped(&text, table[i].bytes, strlen(table[i].bytes));
                assert_string_equal(text_get(&text), table[i].text);
        }
}

static void numbers_and_flags_read_as_in_strace(void **state)
{
        static const struct {
                CallRegisters registers;
                const char *text;
        } table[] = {
                {{SYS_getpid, {0}}, "getpid()"},
                {{SYS_close, {3}}, "close(3)"},
                {{SYS_lseek, {3, (uint64_t) -5, SEEK_END}}, "lseek(3, -5, SEEK_END)"},
                {{SYS_mmap, {0, 4096, 3, 0x22, UINT64_MAX, 0}},
                 "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"},
                {{SYS_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}},
                 "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP)"},
                {{SYS_socket, {AF_NETLINK, SOCK_RAW, 15}},
                 "socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT)"},
                {{SYS_socket, {AF_UNIX, SOCK_DGRAM, 0}}, "socket(AF_UNIX, SOCK_DGRAM, 0)"},
                {{SYS_kill, {4711, SIGKILL}}, "kill(4711, SIGKILL)"},
                {{SYS_kill, {(uint64_t) -1, 0}}, "kill(-1, 0)"},
                {{SYS_umask, {022}}, "umask(022)"},
                {{SYS_umask, {0}}, "umask(000)"},
                {{SYS_fchmod, {3, 04755}}, "fchmod(3, 04755)"},
                {{SYS_fcntl, {3, F_GETFD, 77}}, "fcntl(3, F_GETFD)"},
                {{SYS_fcntl, {3, F_SETFD, 1}}, "fcntl(3, F_SETFD, FD_CLOEXEC)"},
                {{SYS_fcntl, {3, F_DUPFD_CLOEXEC, 10}}, "fcntl(3, F_DUPFD_CLOEXEC, 10)"},
                {{SYS_fcntl, {3, 9999, 0x10}}, "fcntl(3, 0x270f, 0x10)"},
                {{SYS_ioctl, {1, 0x5401, 0}}, "ioctl(1, TCGETS, NULL)"},
                {{SYS_ioctl, {1, 0x80044d13, 0}}, "ioctl(1, _IOC(_IOC_READ, 0x4d, 0x13, 0x4), 0)"},
                {{SYS_futex, {0x1000, 129, 1, 5}}, "futex(0x1000, FUTEX_WAKE_PRIVATE, 1)"},
                {{SYS_futex, {0x1000, 393, 0, 0, 0, UINT32_MAX}},
                 "futex(0x1000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL, "
                 "FUTEX_BITSET_MATCH_ANY)"},
                {{SYS_prctl, {15, 0}}, "prctl(PR_SET_NAME, NULL)"},
                {{SYS_prctl, {38, 1, 0, 0, 0}}, "prctl(PR_SET_NO_NEW_PRIVS, 0x1, 0, 0, 0)"},
                {{SYS_arch_prctl, {0x1002, 0x7f00}}, "arch_prctl(ARCH_SET_FS, 0x7f00)"},
                {{SYS_chown, {0, (uint64_t) -1, 1000}}, "chown(NULL, -1, 1000)"},
                {{SYS_mremap, {0x1000, 1, 2, 1, 9}}, "mremap(0x1000, 1, 2, MREMAP_MAYMOVE)"},
                {{SYS_exit_group, {0}}, "exit_group(0)"},
                {{SYS_wait4, {(uint64_t) -1, 0, 1, 0}}, "wait4(-1, NULL, WNOHANG, NULL)"},
                {{SYS_getrusage, {(uint64_t) -1, 0}}, "getrusage(RUSAGE_CHILDREN, NULL)"},
                {{SYS_clock_gettime, {1, 0x2000}}, "clock_gettime(CLOCK_MONOTONIC, 0x2000)"},
                {{SYS_clone, {0x1200011, 0, 0, 0x7f, 0}},
                 "clone(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, NULL, NULL, 0x7f, 0)"},
                {{470, {1, 2, 3, 4, 5, 0}}, "syscall_470(0x1, 0x2, 0x3, 0x4, 0x5, 0)"},
                {{-1, {0}}, "syscall_-1(0, 0, 0, 0, 0, 0)"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                FakeCaller caller = {0};

                expect_call(&caller, &table[i].registers, table[i].text);
        }
}

static void paths_are_read_to_their_end_and_no_further(void **state)
{
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_openat, {(uint64_t) AT_FDCWD, 0, O_CLOEXEC, 0777}};

        (void) state;
        registers.arguments[1] = fake_put_string(&caller, "/etc/shadow");
        expect_call(&caller, &registers, "openat(AT_FDCWD, \"/etc/shadow\", O_RDONLY|O_CLOEXEC)");
        registers.arguments[2] = O_WRONLY | O_CREAT;
        expect_call(&caller, &registers,
                    "openat(AT_FDCWD, \"/etc/shadow\", O_WRONLY|O_CREAT, 0777)");
        registers.arguments[1] = fake_put(&caller, "no end", 6);
        expect_call(&caller, &registers, "openat(AT_FDCWD, 0x2fffa, O_WRONLY|O_CREAT, 0777)");
        registers.arguments[1] = 0;
        expect_call(&caller, &registers, "openat(AT_FDCWD, NULL, O_WRONLY|O_CREAT, 0777)");
        registers.arguments[1] = UINT64_MAX - 3;
        expect_call(&caller, &registers,
                    "openat(AT_FDCWD, 0xfffffffffffffffc, O_WRONLY|O_CREAT, 0777)");
}

static void a_simple_open_costs_one_read_of_memory(void **state)
{
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_openat, {(uint64_t) AT_FDCWD, 0, 0, 0}};

        (void) state;
        registers.arguments[1] = fake_put_string(&caller, "/etc/passwd");
        expect_call(&caller, &registers, "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY)");
        assert_int_equal(caller.reads, 1);
}

static void buffers_are_cut_where_strace_cuts_them(void **state)
{
        char long_text[300];
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_write, {1, 0, 256}};
        _cleanup_free_ char *expected = NULL;

        (void) state;
        memset(long_text, 'x', sizeof(long_text));
        registers.arguments[1] = fake_put(&caller, long_text, sizeof(long_text));
        assert_true(asprintf(&expected, "write(1, \"%.256s\", 256)", long_text) > 0);
        expect_call(&caller, &registers, expected);
        free(expected);
        registers.arguments[2] = 257;
        assert_true(asprintf(&expected, "write(1, \"%.256s\"..., 257)", long_text) > 0);
        expect_call(&caller, &registers, expected);
        registers.arguments[2] = 0;
        expect_call(&caller, &registers, "write(1, \"\", 0)");
}

static void vectors_show_their_strings_and_stop_at_the_limit(void **state)
{
        FakeCaller caller = {0};
        uint64_t argv[] = {0, 0, 0, 0};
        CallRegisters registers = {SYS_execve, {0, 0, 0}};
        CallerView view = fake_view(&caller);
        DecodeLimits limits = PLAIN;
        DecodedCall call;

        (void) state;
        registers.arguments[0] = fake_put_string(&caller, "/usr/bin/rm");
        argv[0] = fake_put_string(&caller, "rm");
        argv[1] = fake_put_string(&caller, "-rf");
        argv[2] = 0x7;
        registers.arguments[1] = fake_put(&caller, argv, sizeof(argv));
        expect_call(&caller, &registers, "execve(\"/usr/bin/rm\", [\"rm\", \"-rf\", 0x7], NULL)");
        limits.vector_elements = 1;
        assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, "execve(\"/usr/bin/rm\", [\"rm\", ...], NULL)");
        decoded_call_release(&call);
        argv[3] = 0x9; /* the NULL is missing: the vector runs into nothing */
        expect_call(&caller, &registers,
                    "execve(\"/usr/bin/rm\", [\"rm\", \"-rf\", 0x7, 0x9, 0x50000], NULL)");
}

static void socket_addresses_read_by_family(void **state)
{
        struct sockaddr_in inet = {AF_INET, htons(443), {htonl(0x01020304)}, {0}};
        struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
        struct sockaddr_un local = {AF_UNIX, "/run/x"};
        struct sockaddr_un abstract = {AF_UNIX, "\0name"};
        static const uint16_t odd[] = {AF_BLUETOOTH, 0x4142};
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_connect, {3, 0, 0}};
        const struct {
                const void *bytes;
                size_t size;
                const char *text;
        } table[] = {
                {&inet, sizeof(inet),
                 "{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"1.2.3.4\")}"},
                {&inet6, sizeof(inet6),
                 "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), "
                 "inet_pton(AF_INET6, \"::\", &sin6_addr), sin6_scope_id=0}"},
                {&local, sizeof(local), "{sa_family=AF_UNIX, sun_path=\"/run/x\"}"},
                {&abstract, 7, "{sa_family=AF_UNIX, sun_path=@\"name\"}"},
                {&local, 2, "{sa_family=AF_UNIX}"},
                {odd, sizeof(odd), "{sa_family=AF_BLUETOOTH, sa_data=\"BA\"}"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_free_ char *expected = NULL;

                registers.arguments[1] = fake_put(&caller, table[i].bytes, table[i].size);
                registers.arguments[2] = table[i].size;
                assert_true(asprintf(&expected, "connect(3, %s, %zu)", table[i].text,
                                     table[i].size) > 0);
                expect_call(&caller, &registers, expected);
        }
        registers.arguments[2] = UINT32_MAX;
        expect_call(&caller, &registers, "connect(3, 0x6fffc, 4294967295)");
}

static void what_the_kernel_wrote_shows_after_the_call(void **state)
{
        char buffer[] = "hello, world";
        struct timespec time = {5, 7};
        int pair[2] = {4, 5}, status = 0x100;
        FakeCaller callers[5] = {0};
        struct {
                CallRegisters registers;
                int64_t result;
                const char *before, *after;
        } table[] = {
                {{SYS_read, {0, 0, 12}}, 5, "read(0, 0x1fff3, 12)", "read(0, \"hello\", 12)"},
                {{SYS_read, {0, 0, 12}}, -14, "read(0, 0x1fff3, 12)", "read(0, 0x1fff3, 12)"},
                {{SYS_clock_gettime, {0, 0}},
                 0,
                 "clock_gettime(CLOCK_REALTIME, 0x1fff0)",
                 "clock_gettime(CLOCK_REALTIME, {tv_sec=5, tv_nsec=7})"},
                {{SYS_pipe2, {0, O_CLOEXEC}},
                 0,
                 "pipe2(0x1fff8, O_CLOEXEC)",
                 "pipe2([4, 5], O_CLOEXEC)"},
                {{SYS_wait4, {(uint64_t) -1, 0, 0, 0}},
                 7,
                 "wait4(-1, 0x1fffc, 0, NULL)",
                 "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL)"},
        };

        (void) state;
        table[0].registers.arguments[1] = fake_put(&callers[0], buffer, sizeof(buffer));
        table[1].registers.arguments[1] = fake_put(&callers[1], buffer, sizeof(buffer));
        table[2].registers.arguments[1] = fake_put(&callers[2], &time, sizeof(time));
        table[3].registers.arguments[0] = fake_put(&callers[3], pair, sizeof(pair));
        table[4].registers.arguments[1] = fake_put(&callers[4], &status, sizeof(status));
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                expect_call(&callers[i], &table[i].registers, table[i].before);
                expect_exit(&callers[i], &table[i].registers, table[i].result, table[i].after);
        }
}

static void structures_show_their_fields(void **state)
{
        struct stat stat = {.st_dev = 0x801,
                            .st_ino = 7,
                            .st_mode = S_IFREG | 0644,
                            .st_nlink = 1,
                            .st_uid = 1000,
                            .st_gid = 1000,
                            .st_blksize = 4096,
                            .st_blocks = 8,
                            .st_size = 99};
        struct pollfd polled[] = {{0, POLLIN, POLLIN}, {5, POLLOUT, 0}};
        uint64_t action[] = {1, 0x04000000, 0x7000, 0x2};
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_fstat, {3, 0}};

        (void) state;
        stat.st_mtim.tv_sec = 1700000000;
        registers.arguments[1] = fake_put(&caller, &stat, sizeof(stat));
        expect_exit(&caller, &registers, 0,
                    "fstat(3, {st_dev=makedev(0x8, 0x1), st_ino=7, st_mode=S_IFREG|0644, "
                    "st_nlink=1, st_uid=1000, st_gid=1000, st_blksize=4096, st_blocks=8, "
                    "st_size=99, st_atime=0, st_atime_nsec=0, st_mtime=1700000000 /* "
                    "2023-11-14T22:13:20+0000 */, st_mtime_nsec=0, st_ctime=0, st_ctime_nsec=0})");
        registers = (CallRegisters){SYS_poll, {0, 2, (uint64_t) -1}};
        registers.arguments[0] = fake_put(&caller, polled, sizeof(polled));
        expect_call(&caller, &registers,
                    "poll([{fd=0, events=POLLIN}, {fd=5, events=POLLOUT}], 2, -1)");
        expect_exit(&caller, &registers, 1,
                    "poll([{fd=0, events=POLLIN}, {fd=5, events=POLLOUT}] => [{fd=0, "
                    "events=POLLIN, revents=POLLIN}, {fd=5, events=POLLOUT}], 2, -1)");
        registers = (CallRegisters){SYS_rt_sigaction, {SIGINT, 0, 0, 8}};
        registers.arguments[1] = fake_put(&caller, action, sizeof(action));
        expect_call(&caller, &registers,
                    "rt_sigaction(SIGINT, {sa_handler=SIG_IGN, sa_mask=[INT], "
                    "sa_flags=SA_RESTORER, sa_restorer=0x7000}, NULL, 8)");
}

static void messages_show_their_buffers_and_passed_descriptors(void **state)
{
        struct {
                struct cmsghdr header;
                int fd;
                int padding;
        } control = {{20, SOL_SOCKET, SCM_RIGHTS}, 9, 0};
        struct iovec vector = {0};
        struct msghdr message = {.msg_iovlen = 1, .msg_controllen = 24};
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_sendmsg, {3, 0, MSG_NOSIGNAL}};

        (void) state;
        vector.iov_base = (void *) (uintptr_t) fake_put(&caller, "hi", 2);
        vector.iov_len = 2;
        message.msg_iov = (void *) (uintptr_t) fake_put(&caller, &vector, sizeof(vector));
        message.msg_control = (void *) (uintptr_t) fake_put(&caller, &control, sizeof(control));
        registers.arguments[1] = fake_put(&caller, &message, sizeof(message));
        expect_call(&caller, &registers,
                    "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", "
                    "iov_len=2}], msg_iovlen=1, msg_control=[{cmsg_len=20, "
                    "cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[9]}], "
                    "msg_controllen=24, msg_flags=0}, MSG_NOSIGNAL)");
}

static void directory_entries_show_after_getdents64(void **state)
{
        static const uint8_t entries[48] = {[0] = 5,  [16] = 24, [18] = 4, [19] = '.',
                                            [24] = 6, [40] = 24, [42] = 8, [43] = 'f'};
        FakeCaller caller = {0};
        CallRegisters registers = {SYS_getdents64, {3, 0, 32768}};

        (void) state;
        registers.arguments[1] = fake_put(&caller, entries, sizeof(entries));
        expect_exit(&caller, &registers, 48,
                    "getdents64(3, [{d_ino=5, d_off=0, d_reclen=24, d_type=DT_DIR, "
                    "d_name=\".\"}, {d_ino=6, d_off=0, d_reclen=24, d_type=DT_REG, "
                    "d_name=\"f\"}], 32768)");
}

static void hostile_counts_and_addresses_end(void **state)
{
        uint64_t vector[4] = {0};
        struct msghdr message = {.msg_iovlen = SIZE_MAX, .msg_controllen = SIZE_MAX};
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        uint64_t self = fake_put(&caller, vector, sizeof(vector));
        uint64_t head;

        (void) state;
        vector[0] = vector[2] = self;
        vector[1] = vector[3] = SIZE_MAX;
        message.msg_iov = (void *) (uintptr_t) self;
        head = fake_put(&caller, &message, sizeof(message));
        for (int number = -2; number < SYSCALL_TABLE_END + 2; number++) {
                const uint64_t values[] = {0, self, head, UINT64_MAX, UINT64_MAX - 4095, 1};

                for (size_t i = 0; i < ELEMENTS_OF(values); i++)
                        for (size_t j = 0; j < ELEMENTS_OF(values); j++) {
                                uint64_t a = values[i], b = values[j];
                                CallRegisters registers = {number, {a, b, a, b, a, b}};
                                DecodedCall call;

                                assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
                                assert_int_equal(
                                        decode_call_exit(&call, (int64_t) b, &view, &limits), 0);
                                assert_true(strlen(call.text) < 4u << 20);
                                decoded_call_release(&call);
                        }
        }
}

static void a_thread_that_is_gone_is_told_apart(void **state)
{
        FakeCaller caller = {.gone = 1};
        CallerView view = fake_view(&caller);
        DecodeLimits limits = PLAIN;
        CallRegisters registers = {SYS_open, {0x1000, 0, 0}};
        DecodedCall call;
        char *string = NULL;

        (void) state;
        memset(&call, 0x5a, sizeof(call));
        assert_int_equal(decode_call(&registers, &view, &limits, &call), -ESRCH);
        assert_int_equal(call.argument_count, 0x5a5a5a5a);
        assert_int_equal(caller_read_string(&view, 0x1000, 100, &string), -ESRCH);
        assert_null(string);
}

static void strings_are_read_with_their_limit(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        uint64_t address = fake_put_string(&caller, "four");
        uint64_t endless = fake_put(&caller, "endless", 7);
        char *string = NULL;

        (void) state;
        assert_int_equal(caller_read_string(&view, address, 4, &string), 0);
        assert_string_equal(string, "four");
        free(string);
        string = NULL;
        assert_int_equal(caller_read_string(&view, address, 3, &string), -ENAMETOOLONG);
        assert_int_equal(caller_read_string(&view, endless, 100, &string), -EFAULT);
        assert_int_equal(caller_read_string(&view, 0, 100, &string), -EFAULT);
        assert_int_equal(caller_read_string(&view, UINT64_MAX, 100, &string), -EFAULT);
        assert_null(string);
}

static void descriptors_and_paths_are_resolved_when_asked(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        CallRegisters registers = {SYS_openat, {3, 0, O_NOFOLLOW}};
        DecodedCall call;

        (void) state;
        registers.arguments[1] = fake_put_string(&caller, "x");
        assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, "openat(3</etc/passwd>, \"x\", O_RDONLY|O_NOFOLLOW)");
        assert_string_equal(call.arguments[1].resolved, "/three/x");
        assert_int_equal(caller.followed, 0);
        decoded_call_release(&call);
        registers.arguments[0] = (uint64_t) AT_FDCWD;
        registers.arguments[2] = 0;
        assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, "openat(AT_FDCWD</home>, \"x\", O_RDONLY)");
        assert_string_equal(call.arguments[1].resolved, "/home/x");
        assert_int_equal(caller.followed, 1);
        decoded_call_release(&call);
}

static void a_working_directory_that_is_not_used_is_not_shown(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        CallRegisters registers = {SYS_openat, {(uint64_t) AT_FDCWD, 0, 0}};
        DecodeLimits limits = DECODE_LIMITS_DEFAULT;
        DecodedCall call;

        (void) state;
        registers.arguments[1] = fake_put_string(&caller, "/etc/x");
        assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, "openat(AT_FDCWD, \"/etc/x\", O_RDONLY)");
        decoded_call_release(&call);
        registers.arguments[1] = 0;
        assert_int_equal(decode_call(&registers, &view, &limits, &call), 0);
        assert_string_equal(call.text, "openat(AT_FDCWD</home>, NULL, O_RDONLY)");
        decoded_call_release(&call);
}

static void a_path_that_is_not_there_is_the_descriptor_itself(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        const struct {
                CallRegisters registers;
                unsigned path;
                int result;
                const char *leads_to;
        } table[] = {
                {{SYS_utimensat, {3, 0, 0, 0}}, 1, 0, "/etc/passwd"},
                {{SYS_newfstatat, {3, fake_put_string(&caller, ""), 0, AT_EMPTY_PATH}},
                 1,
                 0,
                 "/etc/passwd"},
                {{SYS_newfstatat, {(uint64_t) AT_FDCWD, 0, 0, AT_EMPTY_PATH}}, 1, 0, "/home"},
                {{SYS_utimensat, {9, 0, 0, 0}}, 1, -EBADF, NULL},
                {{SYS_open, {0, 0, 0}}, 0, -EFAULT, NULL},
                {{SYS_open, {0, 0, 0}}, 1, -EINVAL, NULL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_free_ char *path = NULL;

                assert_int_equal(
                        caller_resolve_argument(&table[i].registers, table[i].path, &view, &path),
                        table[i].result);
                if (table[i].leads_to)
                        assert_string_equal(path, table[i].leads_to);
        }
}

static void results_read_as_in_strace(void **state)
{
        static const struct {
                CallRegisters call;
                int64_t result;
                const char *text;
        } table[] = {
                {{.number = SYS_mkdir}, 0, "0"},
                {{.number = SYS_openat}, 3, "3</etc/passwd>"},
                {{.number = SYS_openat}, -13, "-1 EACCES (Permission denied)"},
                {{.number = SYS_mmap}, 0x7f0000000000, "0x7f0000000000"},
                {{.number = SYS_read}, -512, "? ERESTARTSYS"},
                {{.number = SYS_umask}, 022, "022"},
                {{.number = SYS_exit_group}, 0, "?"},
                {{.number = SYS_lseek}, -4096, "-4096"},
                {{SYS_fcntl, {3, F_GETFD}}, 1, "0x1 (flags FD_CLOEXEC)"},
                {{SYS_fcntl, {3, F_GETFD}}, 0, "0"},
                {{SYS_fcntl, {3, F_GETFL}}, 0x8002, "0x8002 (flags O_RDWR|O_LARGEFILE)"},
                {{SYS_fcntl, {3, F_DUPFD}}, 3, "3</etc/passwd>"},
                {{SYS_fcntl, {3, F_GETLEASE}}, 2, "0x2 (F_UNLCK)"},
                {{SYS_fcntl, {3, F_GET_SEALS}}, 3, "0x3 (seals F_SEAL_SEAL|F_SEAL_SHRINK)"},
                {{SYS_fcntl, {3, F_GETPIPE_SZ}}, 65536, "65536"},
                {{SYS_fcntl, {3, F_GETFL}}, -9, "-1 EBADF (Bad file descriptor)"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_text_ Text text = TEXT_INIT;
                FakeCaller caller = {0};
                CallerView view = fake_view(&caller);

                assert_int_equal(decode_result(&table[i].call, table[i].result, &view, &text), 0);
                assert_string_equal(text_get(&text), table[i].text);
        }
}

static void one_argument_reads_as_in_the_whole_call(void **state)
{
        FakeCaller caller = {0};
        CallerView view = fake_view(&caller);
        DecodeLimits limits = PLAIN;
        CallRegisters registers = {SYS_mkdir, {0, 0777}};
        DecodedArgument argument;

        (void) state;
        assert_int_equal(decode_argument(&registers, 1, &view, &limits, &argument), 0);
        assert_string_equal(argument.name, "mode");
        assert_string_equal(argument.text, "0777");
        free(argument.text);
        assert_int_equal(decode_argument(&registers, 2, &view, &limits, &argument), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(strings_are_escaped_so_that_no_program_paints_a_prompt),
                cmocka_unit_test(numbers_and_flags_read_as_in_strace),
                cmocka_unit_test(paths_are_read_to_their_end_and_no_further),
                cmocka_unit_test(a_simple_open_costs_one_read_of_memory),
                cmocka_unit_test(buffers_are_cut_where_strace_cuts_them),
                cmocka_unit_test(vectors_show_their_strings_and_stop_at_the_limit),
                cmocka_unit_test(socket_addresses_read_by_family),
                cmocka_unit_test(what_the_kernel_wrote_shows_after_the_call),
                cmocka_unit_test(structures_show_their_fields),
                cmocka_unit_test(messages_show_their_buffers_and_passed_descriptors),
                cmocka_unit_test(directory_entries_show_after_getdents64),
                cmocka_unit_test(hostile_counts_and_addresses_end),
                cmocka_unit_test(a_thread_that_is_gone_is_told_apart),
                cmocka_unit_test(strings_are_read_with_their_limit),
                cmocka_unit_test(descriptors_and_paths_are_resolved_when_asked),
                cmocka_unit_test(a_working_directory_that_is_not_used_is_not_shown),
                cmocka_unit_test(a_path_that_is_not_there_is_the_descriptor_itself),
                cmocka_unit_test(results_read_as_in_strace),
                cmocka_unit_test(one_argument_reads_as_in_the_whole_call),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
