/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes COUNT calls (mkdirat of a path that does not exist), each in a thread of its own, which are
 * all held at once; ends when all have been answered.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *call(void *unused)
{
        syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/place", 0700);
        return unused;
}

int main(int argc, char **argv)
{
        long count = argc > 1 ? atol(argv[1]) : 1;
        pthread_t *threads = calloc((size_t) count, sizeof(*threads));
        pthread_attr_t attributes;

        if (!threads || pthread_attr_init(&attributes) != 0 ||
            pthread_attr_setstacksize(&attributes, 16384) != 0)
                return 1;
        for (long i = 0; i < count; i++) {
                int error = pthread_create(&threads[i], &attributes, call, NULL);

                if (error) {
                        fprintf(stderr, "many: thread %ld: %s\n", i, strerror(error));
                        return 1;
                }
        }
        for (long i = 0; i < count; i++)
                pthread_join(threads[i], NULL);
        free(threads);
        return 0;
}
