/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens files in as many threads at once as are asked for, and says what it got: thread and file by
 * thread and file. The first FLIPPED paths change all the time between the thread's own file and
 * the file "other".
 *
 *   cli-many DIRECTORY THREADS FLIPPED
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define THREADS_MAX 512
#define PATH_BYTES  256

static const char *directory;
static int count, flipped;
static atomic_bool over;
static volatile char paths[THREADS_MAX][PATH_BYTES];

/* All names are as long as "other". */
static void set_path(int i, const char *name)
{
        char path[PATH_BYTES];

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        for (size_t at = 0; at <= strlen(path); at++)
                paths[i][at] = path[at];
}

static void own_name(int i, char *ret)
{
        snprintf(ret, 16, "f%04d", i);
}

static void *flip(void *unused)
{
        for (unsigned turn = 0; !over; turn++) {
                char name[16];
                int i = (int) (turn / 2 % (unsigned) flipped);

                own_name(i, name);
                set_path(i, turn % 2 ? name : "other");
        }
        return unused;
}

static void *open_one(void *number)
{
        int i = (int) (long) number, fd = open((const char *) paths[i], O_RDONLY);
        char content[16] = "refused";

        if (fd >= 0) {
                ssize_t n = read(fd, content, sizeof(content) - 1);

                content[n > 0 ? n : 0] = '\0';
        }
        dprintf(STDOUT_FILENO, "%d %s\n", i, content);
        return NULL;
}

int main(int argc, char **argv)
{
        static pthread_t threads[THREADS_MAX], flipper;
        pthread_attr_t small;

        if (argc != 4)
                return 2;
        directory = argv[1];
        count = atoi(argv[2]);
        flipped = atoi(argv[3]);
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 64 * 1024);
        for (int i = 0; i < count; i++) {
                char name[16];

                own_name(i, name);
                set_path(i, name);
        }
        if (flipped > 0 && pthread_create(&flipper, &small, flip, NULL) != 0)
                return 1;
        for (int i = 0; i < count; i++)
                if (pthread_create(&threads[i], &small, open_one, (void *) (long) i) != 0)
                        return 1;
        for (int i = 0; i < count; i++)
                pthread_join(threads[i], NULL);
        over = true;
        return 0;
}
