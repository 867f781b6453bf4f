/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every attack shares. The jail forbids three visible things: making a directory in
 * ATTACK_DIRECTORY, opening the file ATTACK_SECRET by its path, and sending to the loopback port
 * ATTACK_PORT. An attack wins when one of them happens: a directory is there, the secret's bytes
 * are on standard output, the listener was reached. It also wins when a line "open: …" is printed
 * (a way that must be closed is not) or a process of it lives on without a tracer.
 *
 * Without a jail every attack must win, or say that it has nothing to win there (exit status 77):
 * so an attack that no longer works is noticed.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define SAY(...) dprintf(STDOUT_FILENO, __VA_ARGS__)
/* How often a race is run. */
#define ROUNDS atoi(setting("ATTACK_ROUNDS"))

static inline _Noreturn void nothing_to_win(const char *kind, const char *why)
{
        SAY("skip (%s): %s\n", kind, why);
        _exit(77);
}

/* Signals go through here: a pid that is none (a fork that failed) must not become "everybody". */
static inline int signal_process(pid_t pid, int number)
{
        if (pid <= 1) {
                errno = ESRCH;
                return -1;
        }
        return kill(pid, number);
}

/* Never as root: what an attack does by mistake must hit nobody else. */
__attribute__((constructor)) static inline void refuse_root(void)
{
        if (getuid() == 0)
                nothing_to_win("user", "attacks are not run by root");
}

static inline const char *setting(const char *name)
{
        const char *value = getenv(name);

        if (!value)
                nothing_to_win("user", "started without the driver's environment");
        return value;
}

/* A new name in the directory where nothing may be made. */
static inline const char *forbidden_directory(void)
{
        static _Thread_local char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%ld", setting("ATTACK_DIRECTORY"), syscall(SYS_gettid));
        return path;
}

static inline const char *secret_path(void)
{
        return setting("ATTACK_SECRET");
}

/* A file that may be opened, in the same directory as the secret. */
static inline const char *allowed_path(void)
{
        return setting("ATTACK_ALLOWED");
}

static inline void deed_mkdir(void)
{
        syscall(SYS_mkdir, forbidden_directory(), 0700);
}

/* Shows what a descriptor holds; closes it. */
static inline void deed_show(int fd)
{
        char bytes[256];
        ssize_t size = fd < 0 ? -1 : pread(fd, bytes, sizeof(bytes), 0);

        if (size > 0 && write(STDOUT_FILENO, bytes, (size_t) size) < 0)
                _exit(1);
        if (fd >= 0)
                close(fd);
}

static inline void deed_open(const char *path)
{
        deed_show((int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
}

static inline struct sockaddr_in forbidden_address(void)
{
        return (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t) atoi(setting("ATTACK_PORT"))),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Who traces us; without a tracer there is nothing to win for an attack on him. */
static inline pid_t supervisor_pid(void)
{
        char line[256];
        FILE *file = fopen("/proc/self/status", "re");
        int pid = 0;

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "TracerPid: %d", &pid) == 1)
                        break;
        if (file)
                fclose(file);
        if (pid <= 0)
                nothing_to_win("machine", "nobody traces us");
        return pid;
}

static inline void sleep_ms(long milliseconds)
{
        struct timespec length = {milliseconds / 1000, milliseconds % 1000 * 1000000};

        nanosleep(&length, NULL);
}

static inline void wait_all(void)
{
        while (wait(NULL) > 0 || errno == EINTR)
                ;
}

/* Whether these bytes are the secret's. */
static inline bool is_secret(int fd)
{
        char bytes[16] = "";

        return fd >= 0 && pread(fd, bytes, 15, 0) > 0 && strstr(bytes, "SECRET");
}

/* For races: opens `path` again and again; says how often it was the secret that came. */
static inline void race_open(const char *path, int rounds)
{
        int wins = 0;
        int opened = 0;

        for (int i = 0; i < rounds; i++) {
                int fd = (int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

                opened += fd >= 0;
                if (is_secret(fd) && wins++ == 0)
                        deed_show(dup(fd));
                if (fd >= 0)
                        close(fd);
        }
        SAY("wins: %d of %d (%d opened)\n", wins, rounds, opened);
}

static inline void start_thread(void *(*function)(void *), void *argument)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, function, argument) != 0)
                nothing_to_win("kernel", "no threads");
}

/* The deed as the whole program of a second image: `argv[0] deed`. */
static inline bool is_second_image(int argc, char **argv)
{
        return argc > 1 && strcmp(argv[1], "deed") == 0;
}

/* Each mapping of /proc/self/maps whose line names a memfd or nothing that we made: the landing
 * page is one of them. Calls function(start, end) for those with the wanted permissions. */
static inline int each_foreign_mapping(const char *permissions, void (*function)(char *, size_t))
{
        unsigned long starts[64], ends[64];
        char line[512];
        int count = 0;
        FILE *file = fopen("/proc/self/maps", "re");

        while (file && count < 64 && fgets(line, sizeof(line), file)) {
                char mode[8];

                if (sscanf(line, "%lx-%lx %7s", &starts[count], &ends[count], mode) == 3 &&
                    strstr(line, "memfd:") && strncmp(mode, permissions, strlen(permissions)) == 0)
                        count++;
        }
        if (file)
                fclose(file);
        for (int i = 0; i < count; i++)
                function((char *) starts[i], ends[i] - starts[i]);
        return count;
}
