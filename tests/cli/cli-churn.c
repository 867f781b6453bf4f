/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes one call (mkdirat of a path that does not exist) from threads and processes of every kind
 * and counts in a shared file what came of it, while rules change outside.
 *
 *   cli-churn FILE KIND...     all kinds side by side, until the file says stop
 *   cli-churn FILE image N     three calls, counted under N
 *
 * KIND: loop (three threads), threads, forks, vforks (new images), filtered (a thread that has a
 * filter of its own), liars (a process whose filter says that every seccomp() went well).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KINDS 6

/* test-tighten.py reads and writes this: 64-bit numbers. */
static struct {
        atomic_long mark; /* not 0: the rules hold; what runs now has leaked */
        atomic_long stop;
        struct {
                atomic_long ran, refused, leaked;
        } of[KINDS];
} * shared;

static const char *file, *self;

static void make_call(int kind)
{
        long marked = atomic_load(&shared->mark);

        if (syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/place", 0700) < 0 && errno == EACCES) {
                atomic_fetch_add(&shared->of[kind].refused, 1);
        } else {
                atomic_fetch_add(&shared->of[kind].ran, 1);
                /* a mark of its own each time: it stands for the whole of the call */
                if (marked && atomic_load(&shared->mark) == marked)
                        atomic_fetch_add(&shared->of[kind].leaked, 1);
        }
}

static void make_calls(int kind)
{
        for (int i = 0; i < 3; i++)
                make_call(kind);
}

static void *loop(void *unused)
{
        while (!atomic_load(&shared->stop))
                make_call(0);
        return unused;
}

static void *short_thread(void *unused)
{
        make_calls(1);
        return unused;
}

static void *threads(void *unused)
{
        pthread_t list[4];

        while (!atomic_load(&shared->stop)) {
                for (int i = 0; i < 4; i++)
                        if (pthread_create(&list[i], NULL, short_thread, NULL) != 0)
                                abort();
                for (int i = 0; i < 4; i++)
                        pthread_join(list[i], NULL);
        }
        return unused;
}

/* A child with a child of its own, which it does not wait for. */
static void *forks(void *unused)
{
        while (!atomic_load(&shared->stop)) {
                pid_t pid = fork();

                if (pid == 0) {
                        pid_t grandchild = fork();

                        make_calls(2);
                        _exit(grandchild < 0);
                }
                if (pid < 0 || waitpid(pid, NULL, 0) < 0)
                        abort();
        }
        return unused;
}

static void *vforks(void *unused)
{
        char *arguments[] = {(char *) self, (char *) file, "image", "3", NULL};

        while (!atomic_load(&shared->stop)) {
                pid_t pid;

                if (posix_spawn(&pid, self, NULL, NULL, arguments, NULL) != 0 ||
                    waitpid(pid, NULL, 0) < 0)
                        abort();
        }
        return unused;
}

static void *filtered(void *unused)
{
        struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
        struct sock_fprog program = {.len = 1, .filter = code};

        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                abort();
        while (!atomic_load(&shared->stop))
                make_call(4);
        return unused;
}

/* Forked, so that no other thread stands in its way. */
static void *liars(void *unused)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = 4, .filter = code};
        pid_t pid = fork();

        if (pid == 0) {
                if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
                        abort();
                while (!atomic_load(&shared->stop))
                        make_call(5);
                _exit(0);
        }
        if (pid < 0 || waitpid(pid, NULL, 0) < 0)
                abort();
        return unused;
}

static void start(const char *kind, pthread_t *list, int *count)
{
        static const struct {
                const char *name;
                void *(*run)(void *);
                int threads;
        } kinds[] = {{"loop", loop, 3},     {"threads", threads, 1},   {"forks", forks, 1},
                     {"vforks", vforks, 1}, {"filtered", filtered, 1}, {"liars", liars, 1}};

        for (int i = 0; i < KINDS; i++)
                for (int j = 0; strcmp(kinds[i].name, kind) == 0 && j < kinds[i].threads; j++)
                        if (pthread_create(&list[(*count)++], NULL, kinds[i].run, NULL) != 0)
                                abort();
}

int main(int argc, char **argv)
{
        pthread_t list[64];
        int count = 0, fd;

        self = argv[0];
        file = argc > 1 ? argv[1] : "";
        fd = open(file, O_RDWR | O_CLOEXEC);
        shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (fd < 0 || shared == MAP_FAILED)
                return 2;
        if (argc == 4 && strcmp(argv[2], "image") == 0) {
                make_calls(atoi(argv[3]));
                return 0;
        }
        for (int i = 2; i < argc && i < 12; i++)
                start(argv[i], list, &count);
        for (int i = 0; i < count; i++)
                pthread_join(list[i], NULL);
        return 0;
}
