/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What descriptors are open on, held against strace's own words where strace is installed. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "supervisor/describe-fd.h"
#include "supervisor/process-facts.h"
#include "view-child.h"

static char *describe(int fd, SocketNames *sockets)
{
        char *text = NULL;

        assert_int_equal(describe_fd(getpid(), fd, sockets, &text), 0);
        assert_non_null(text);
        return text;
}

static int bound_socket(int family, int type, const struct sockaddr *address, socklen_t size)
{
        int fd = socket(family, type | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, address, size) < 0)
                return -1;
        if (type == SOCK_STREAM)
                listen(fd, 8);
        return fd;
}

static int connected_to(int listener, int family, int type)
{
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        int fd = socket(family, type | SOCK_CLOEXEC, 0);

        getsockname(listener, (struct sockaddr *) &address, &size);
        return connect(fd, (struct sockaddr *) &address, size) < 0 ? -1 : fd;
}

/* Opens one of each kind; the count of those that this kernel has. Neither peer nor path may go
 * away before the descriptions are made. */
static size_t open_all_kinds(const char *directory, int fds[static 48])
{
        struct sockaddr_in ip = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        struct sockaddr_un path = {.sun_family = AF_UNIX}, abstract = {.sun_family = AF_UNIX};
        struct sockaddr_nl netlink = {.nl_family = AF_NETLINK};
        size_t n = 0, kept = 0;
        char name[128];

        snprintf(path.sun_path, sizeof(path.sun_path), "%s/socket", directory);
        snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "sj-%d", getpid());
        snprintf(name, sizeof(name), "%s/file", directory);
        fds[n++] = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        fds[n++] = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fds[n++] = open("/", O_RDONLY | O_CLOEXEC);
        fds[n++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        fds[n++] = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
        fds[n++] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        fds[n++] = epoll_create1(EPOLL_CLOEXEC);
        fds[n++] = eventfd(0, EFD_CLOEXEC);
        fds[n++] = (int) syscall(SYS_pidfd_open, getpid(), 0);
        pipe2(fds + n, O_CLOEXEC) == 0 ? n += 2 : 0;
        socketpair(AF_UNIX, SOCK_STREAM, 0, fds + n) == 0 ? n += 2 : 0;
        socketpair(AF_UNIX, SOCK_DGRAM, 0, fds + n) == 0 ? n += 2 : 0;
        fds[n++] = bound_socket(AF_UNIX, SOCK_STREAM, (struct sockaddr *) &path, sizeof(path));
        fds[n] = connected_to(fds[n - 1], AF_UNIX, SOCK_STREAM), n++;
        fds[n] = accept4(fds[n - 2], NULL, NULL, SOCK_CLOEXEC), n++;
        fds[n++] = bound_socket(AF_UNIX, SOCK_DGRAM, (struct sockaddr *) &abstract,
                                (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 +
                                             strlen(abstract.sun_path + 1)));
        fds[n++] = bound_socket(AF_INET, SOCK_STREAM, (struct sockaddr *) &ip, sizeof(ip));
        fds[n] = connected_to(fds[n - 1], AF_INET, SOCK_STREAM), n++;
        fds[n] = accept4(fds[n - 2], NULL, NULL, SOCK_CLOEXEC), n++;
        fds[n++] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        fds[n++] = bound_socket(AF_INET6, SOCK_STREAM, (struct sockaddr *) &ip6, sizeof(ip6));
        fds[n] = connected_to(fds[n - 1], AF_INET6, SOCK_STREAM), n++;
        fds[n++] = bound_socket(AF_INET, SOCK_DGRAM, (struct sockaddr *) &ip, sizeof(ip));
        fds[n] = connected_to(fds[n - 1], AF_INET, SOCK_DGRAM), n++;
        fds[n++] = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        fds[n++] =
                bound_socket(AF_NETLINK, SOCK_RAW, (struct sockaddr *) &netlink, sizeof(netlink));
        fds[n++] = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
        for (size_t i = 0; i < n; i++)
                if (fds[i] >= 0)
                        fds[kept++] = fds[i];
        return kept;
}

static char *new_directory(char *pattern)
{
        assert_non_null(mkdtemp(pattern));
        return pattern;
}

static void remove_directory(const char *directory)
{
        _cleanup_free_ char *command = string_format("rm -rf '%s'", directory);

        assert_int_equal(system(command), 0);
}

/* Run under strace: for each descriptor prints its number and our words for it, and makes one call
 * that strace prints with its own. */
static int print_all_kinds(const char *directory)
{
        SocketNames *sockets = socket_names_new();
        int fds[48];
        size_t count = open_all_kinds(directory, fds);

        for (size_t i = 0; i < count; i++) {
                char *text = NULL;

                if (describe_fd(getpid(), fds[i], sockets, &text) < 0)
                        return 1;
                printf("%d<%s>\n", fds[i], text);
                lseek(fds[i], 12345, SEEK_CUR);
                free(text);
        }
        socket_names_free(sockets);
        return 0;
}

/* The descriptor as strace printed it in a line "lseek(3</x>, 12345, …", NULL in any other line. */
static char *in_strace_line(char *line)
{
        char *start = strstr(line, "lseek("), *end = strstr(line, ", 12345,");

        if (!start || !end)
                return NULL;
        *end = '\0';
        return start + strlen("lseek(");
}

static void descriptions_are_those_of_strace(void **state)
{
        char directory[] = "/tmp/sj-describe-XXXXXX", ours[512], theirs[1024];
        _cleanup_free_ char *command = NULL, *trace = NULL;
        _cleanup_(fclosep) FILE *strace = NULL;
        unsigned compared = 0;
        FILE *program;

        (void) state;
        if (system("strace -V >/dev/null 2>&1") != 0) {
                print_message("skip (package): strace is not installed\n");
                skip();
        }
        new_directory(directory);
        trace = string_format("%s/trace", directory);
        command = string_format("strace -yy -s 999 -e trace=lseek -o %s /proc/%d/exe --print %s",
                                trace, getpid(), directory);
        program = popen(command, "re");
        assert_non_null(program);
        strace = NULL;
        while (fgets(ours, sizeof(ours), program)) {
                char *told = NULL;

                ours[strcspn(ours, "\n")] = '\0';
                if (!strace)
                        strace = fopen(trace, "re");
                assert_non_null(strace);
                while (!told && fgets(theirs, sizeof(theirs), strace))
                        told = in_strace_line(theirs);
                assert_non_null(told);
                assert_string_equal(ours, told);
                compared++;
        }
        assert_int_equal(pclose(program), 0);
        assert_true(compared >= 25);
        remove_directory(directory);
}

static void names_without_strace_are_known_too(void **state)
{
        _cleanup_(socket_names_freep) SocketNames *sockets = socket_names_new();
        char directory[] = "/tmp/sj-describe-XXXXXX";
        static const char *const kinds[] = {
                "/dev/null<char 1:3>", "anon_inode:[eventpoll]", "pipe:[",   "UNIX-STREAM:[",
                "TCP:[127.0.0.1:",     "TCPv6:[[::1]:",          "UDP:[127", "NETLINK:[ROUTE:",
        };
        bool seen[ELEMENTS_OF(kinds)] = {0};
        int fds[48];
        size_t count = open_all_kinds(new_directory(directory), fds);

        (void) state;
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *text = describe(fds[i], sockets);
                _cleanup_free_ char *again = describe(fds[i], sockets), *alone = NULL;

                alone = describe(fds[i], NULL);
                assert_string_equal(text, again);
                assert_string_equal(text, alone);
                for (size_t kind = 0; kind < ELEMENTS_OF(kinds); kind++)
                        seen[kind] |= string_starts_with(text, kinds[kind]);
                close(fds[i]);
        }
        for (size_t kind = 0; kind < ELEMENTS_OF(kinds); kind++)
                if (!seen[kind])
                        fail_msg("no descriptor was a %s", kinds[kind]);
        remove_directory(directory);
}

static void a_socket_that_connects_elsewhere_is_never_shown_under_its_old_name(void **state)
{
        _cleanup_(socket_names_freep) SocketNames *sockets = socket_names_new();
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        _cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        (void) state;
        for (unsigned short port = 1; port < 20; port++) {
                _cleanup_free_ char *text = NULL, *end = string_format("->127.0.0.1:%d]", port);

                to.sin_port = htons(port);
                assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof(to)), 0);
                text = describe(fd, sockets);
                assert_non_null(strstr(text, end));
        }
}

static void a_stream_that_connects_and_binds_late_is_shown_as_it_is(void **state)
{
        _cleanup_(socket_names_freep) SocketNames *sockets = socket_names_new();
        char directory[] = "/tmp/sj-describe-XXXXXX";
        struct sockaddr_un path = {.sun_family = AF_UNIX};
        _cleanup_free_ char *free_socket = NULL, *bound = NULL, *connected = NULL, *again = NULL;
        _cleanup_close_ int listener = -1, accepted = -1;
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        socklen_t family_only = sizeof(sa_family_t);

        (void) state;
        new_directory(directory);
        snprintf(path.sun_path, sizeof(path.sun_path), "%s/s", directory);
        listener = bound_socket(AF_UNIX, SOCK_STREAM, (struct sockaddr *) &path, sizeof(path));
        free_socket = describe(fd, sockets);
        assert_null(strchr(free_socket, '@'));
        assert_int_equal(bind(fd, (struct sockaddr *) &path, family_only), 0);
        bound = describe(fd, sockets);
        assert_non_null(strstr(bound, ",@\""));
        assert_int_equal(connect(fd, (struct sockaddr *) &path, sizeof(path)), 0);
        accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        connected = describe(fd, sockets);
        assert_non_null(strstr(connected, "->"));
        again = describe(fd, sockets);
        assert_string_equal(again, connected);
        remove_directory(directory);
}

static void a_removed_file_says_so(void **state)
{
        char name[] = "/tmp/sj-describe-XXXXXX";
        _cleanup_close_ int fd = mkostemp(name, O_CLOEXEC);
        _cleanup_close_ int memory = memfd_create("m", MFD_CLOEXEC);
        _cleanup_free_ char *before = describe(fd, NULL), *after = NULL, *memfd = NULL,
                            *expected = string_format("%s (deleted)", name);

        (void) state;
        assert_string_equal(before, name);
        unlink(name);
        after = describe(fd, NULL);
        assert_string_equal(after, expected);
        memfd = describe(memory, NULL);
        assert_string_equal(memfd, "/memfd:m (deleted)");
}

static void what_is_not_open_is_named(void **state)
{
        char *text = NULL;
        Child child = child_start(NULL, NULL);
        pid_t gone = child.pid;

        (void) state;
        assert_int_equal(describe_fd(getpid(), 999, NULL, &text), -EBADF);
        assert_int_equal(describe_fd(getpid(), -1, NULL, &text), -EBADF);
        assert_int_equal(describe_fd(getpid(), -100, NULL, &text), -EBADF);
        child_end(&child);
        assert_int_equal(describe_fd(gone, 0, NULL, &text), -ESRCH);
        assert_null(text);
}

static int enter_other_network(void *context)
{
        int fd;

        (void) context;
        if (unshare(CLONE_NEWNET | CLONE_NEWUSER * (geteuid() != 0)) < 0)
                return -errno;
        fd = socket(AF_INET, SOCK_DGRAM, 0);
        if (fd < 0 || dup2(fd, 40) < 0)
                return -errno;
        return 0;
}

static void a_socket_of_another_network_still_says_its_protocol(void **state)
{
        _cleanup_child_ Child child = child_start(enter_other_network, NULL);
        _cleanup_free_ char *text = NULL;

        (void) state;
        if (child.error < 0) {
                print_message("skip (user): no network namespace here: %s\n",
                              strerror(-child.error));
                skip();
        }
        assert_int_equal(describe_fd(child.pid, 40, NULL, &text), 0);
        assert_true(string_starts_with(text, "UDP:["));
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(descriptions_are_those_of_strace),
                cmocka_unit_test(names_without_strace_are_known_too),
                cmocka_unit_test(
                        a_socket_that_connects_elsewhere_is_never_shown_under_its_old_name),
                cmocka_unit_test(a_stream_that_connects_and_binds_late_is_shown_as_it_is),
                cmocka_unit_test(a_removed_file_says_so),
                cmocka_unit_test(what_is_not_open_is_named),
                cmocka_unit_test(a_socket_of_another_network_still_says_its_protocol),
        };

        if (argc == 3 && strcmp(argv[1], "--print") == 0) {
                int status = print_all_kinds(argv[2]);

                /* a leak check at exit would want to trace what strace traces already */
                fflush(stdout);
                _exit(status);
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
