/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dbus/daemon-locate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/translate.h"

#define SOCKET_NAME   "socket"
#define START_TRIES   3 /* a daemon that leaves for idleness while we come is started again */
#define READY_TEXT    "ready"
#define READY_FD      3
#define PROGRAM_JAILD "jaild"

static int close_fd(int fd)
{
        int saved = errno;

        if (fd >= 0)
                close(fd);
        errno = saved;
        return -1;
}

__attribute__((format(printf, 2, 3))) static void say(char **text, const char *format, ...)
{
        va_list arguments;

        free(*text);
        va_start(arguments, format);
        if (vasprintf(text, format, arguments) < 0)
                *text = NULL;
        va_end(arguments);
}

/* ---- where the socket is ---- */

/* A directory that only this user can enter: ours, 0700, no symlink. */
static int directory_check(const char *path, bool private)
{
        struct stat st;
        int fd, r;

        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
        r = fstat(fd, &st) < 0 ? -errno : 0;
        close_fd(fd);
        if (r < 0)
                return r;
        return st.st_uid == geteuid() && !(private && (st.st_mode & 077)) ? 0 : -EPERM;
}

static int directory_make(const char *path)
{
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        return directory_check(path, true);
}

int daemon_socket_path(char **ret)
{
        const char *runtime = getenv("XDG_RUNTIME_DIR");
        char *directory, *path;
        int r;

        /* A XDG_RUNTIME_DIR that was left over by `su` belongs to somebody else. */
        if (runtime && runtime[0] == '/' && directory_check(runtime, false) == 0)
                r = asprintf(&directory, "%s/seccomp-jail", runtime);
        else
                r = asprintf(&directory, "/tmp/seccomp-jail-%u", (unsigned) geteuid());
        if (r < 0)
                return -ENOMEM;
        r = directory_make(directory);
        if (r == 0 && asprintf(&path, "%s/" SOCKET_NAME, directory) < 0)
                r = -ENOMEM;
        if (r == 0)
                *ret = path;
        free(directory);
        return r;
}

/* ---- connecting ---- */

/* The directory is ours alone; the peer is looked at all the same. */
static int check_peer(int fd)
{
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;
        return peer.uid == geteuid() ? 0 : -EPERM;
}

static int connect_path(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd, r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        r = connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
        if (r == 0)
                r = check_peer(fd);
        if (r < 0) {
                close_fd(fd);
                return r;
        }
        return fd;
}

/* ---- starting ---- */

int daemon_locate_program(const char *name, char **ret)
{
        char self[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
        char *path;

        if (length > 0) {
                self[length] = '\0';
                *strrchr(self, '/') = '\0';
                if (asprintf(&path, "%s/%s", self, name) < 0)
                        return -ENOMEM;
                if (access(path, X_OK) == 0) {
                        *ret = path;
                        return 0;
                }
                free(path);
        }
        if (asprintf(&path, SJ_LIBEXECDIR "/%s", name) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

/* In the second child. The daemon keeps nothing of the client's: it may outlive it by far. */
static _Noreturn void become_daemon(const char *program, int ready)
{
        int null = open("/dev/null", O_RDWR);

        /* Out of the way first: a client may have started with standard descriptors closed. */
        ready = fcntl(ready, F_DUPFD, READY_FD + 1);
        null = fcntl(null, F_DUPFD, READY_FD + 1);
        if (null < 0 || dup2(ready, READY_FD) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(null, 2) < 0 || chdir("/") < 0)
                _exit(127);
        close_range(READY_FD + 1, ~0u, 0);
        execl(program, PROGRAM_JAILD, "--user", "--ready-fd=3", NULL);
        dprintf(READY_FD, "%s could not be run: %s", program, strerror(errno));
        _exit(127);
}

/* Twice forked, so that the client need not reap it. */
static int spawn(const char *program, int ready)
{
        pid_t pid = fork();

        if (pid < 0)
                return -errno;
        if (pid == 0) {
                setsid();
                pid = fork();
                if (pid == 0)
                        become_daemon(program, ready);
                _exit(pid < 0 ? 1 : 0);
        }
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        return 0;
}

/* The daemon says "ready" or why not, and closes. */
static int await_ready(int fd, const char *program, char **ret_error_text)
{
        char text[512];
        size_t length = 0;
        ssize_t n;

        while (length < sizeof(text) - 1) {
                n = read(fd, text + length, sizeof(text) - 1 - length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                length += (size_t) n;
        }
        text[length] = '\0';
        if (strcmp(text, READY_TEXT) == 0)
                return 0;
        if (length > 0)
                say(ret_error_text, _("the daemon did not start: %s"), text);
        else
                say(ret_error_text, _("the daemon %s ended before it was ready"), program);
        return -ECONNREFUSED;
}

static int start_daemon(char **ret_error_text)
{
        char *program = NULL;
        int pipe[2], r;

        r = daemon_locate_program(PROGRAM_JAILD, &program);
        if (r < 0)
                return r;
        if (pipe2(pipe, O_CLOEXEC) < 0) {
                free(program);
                return -errno;
        }
        r = spawn(program, pipe[1]);
        close_fd(pipe[1]);
        if (r == 0)
                r = await_ready(pipe[0], program, ret_error_text);
        close_fd(pipe[0]);
        free(program);
        return r;
}

static int connect_or_start(const char *path, bool start, int *ret_fd, char **ret_error_text)
{
        int fd = connect_path(path), r;

        for (int tries = 0; fd == -ENOENT || fd == -ECONNREFUSED; tries++) {
                if (!start) {
                        say(ret_error_text, _("no daemon of yours is running"));
                        return -ENOENT;
                }
                if (tries == START_TRIES) {
                        say(ret_error_text,
                            _("the daemon says that it is ready, but %s is not there"), path);
                        return fd;
                }
                r = start_daemon(ret_error_text);
                if (r < 0)
                        return r;
                fd = connect_path(path);
        }
        if (fd == -EPERM)
                say(ret_error_text, _("%s is not served by a process of yours"), path);
        else if (fd < 0)
                say(ret_error_text, _("cannot connect to %s: %s"), path, strerror(-fd));
        if (fd < 0)
                return fd;
        *ret_fd = fd;
        return 0;
}

int daemon_connect_user(bool start, int *ret_fd, char **ret_error_text)
{
        char *path = NULL, *text = NULL;
        int r = daemon_socket_path(&path);

        if (r == -EPERM)
                say(&text,
                    _("the directory for the daemon's socket (seccomp-jail in XDG_RUNTIME_DIR, "
                      "else "
                      "/tmp/seccomp-jail-%u) is not a private directory of yours; remove it"),
                    (unsigned) geteuid());
        else if (r < 0)
                say(&text, _("cannot make a directory for the daemon's socket: %s"), strerror(-r));
        else
                r = connect_or_start(path, start, ret_fd, &text);
        free(path);
        if (r < 0) {
                if (!text)
                        say(&text, _("cannot start the daemon: %s"), strerror(-r));
                *ret_error_text = text;
                return r;
        }
        free(text);
        return 0;
}
