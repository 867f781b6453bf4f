/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tries what the rules of fail-closed.c forbid and what they allow, and says on descriptor 20 what
 * it got: a capital letter for what was forbidden, a small one for what should have been let be.
 *
 *   fault-program DIRECTORY [refused]
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAY 20

static const char *directory;

static void say(char letter)
{
        if (write(SAY, &letter, 1) != 1)
                _exit(9);
}

static const char *in(const char *name)
{
        static char paths[4][128];
        static int next;
        char *path = paths[next++ % 4];

        snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
        return path;
}

static bool opens(const char *name, int flags)
{
        int fd = open(in(name), flags, 0600);

        if (fd >= 0)
                close(fd);
        return fd >= 0;
}

static void connect_to(const char *name)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        strcpy(address.sun_path + 1, name);
        if (connect(fd, (struct sockaddr *) &address,
                    (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))) == 0)
                say('C');
        close(fd);
}

static void run_refused(const char *self)
{
        pid_t pid = fork();

        if (pid == 0) {
                if (opens("secret", O_RDONLY))
                        say('F');
                execl(in("refused"), self, directory, "refused", (char *) NULL);
                _exit(0);
        }
        if (pid < 0 || waitpid(pid, NULL, 0) != pid)
                say('f');
}

static void *in_thread(void *unused)
{
        if (opens("secret", O_RDONLY))
                say('T');
        return unused;
}

static void run_thread(void)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, in_thread, NULL) != 0 || pthread_join(thread, NULL) != 0)
                say('t');
}

int main(int argc, char **argv)
{
        if (argc < 2)
                return 2;
        directory = argv[1];
        if (argc > 2) {
                say('X');
                return 0;
        }
        if (opens("secret", O_RDONLY))
                say('S');
        if (!opens("public", O_RDONLY))
                say('p');
        if (opens("secret", O_RDWR | O_CREAT))
                say('W');
        if (mkdir(in("made"), 0700) == 0)
                say('M');
        if (mkdir(in("may"), 0700) < 0 || rmdir(in("may")) < 0)
                say('m');
        if (link(in("secret"), in("link")) == 0)
                say('L');
        if (rename(in("secret"), in("moved")) == 0)
                say('R');
        connect_to(argv[0]);
        run_refused(argv[0]);
        run_thread();
        if (opens("secret", O_RDONLY))
                say('S');
        say('.');
        return 0;
}
