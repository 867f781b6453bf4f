/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four threads fork and exec side by side. */
#include <pthread.h>

#include "program.h"

static void *run(void *argument)
{
        long failures = 0;

        for (int i = 0; i < 5; i++) {
                pid_t pid = fork();
                int status;

                if (pid == 0) {
                        execl("/bin/true", "true", (char *) NULL);
                        _exit(127);
                }
                failures += waitpid(pid, &status, 0) != pid || status != 0;
        }
        (void) argument;
        return (void *) failures;
}

int main(void)
{
        pthread_t threads[4];

        for (int i = 0; i < 4; i++)
                MUST(pthread_create(&threads[i], NULL, run, NULL) == 0);
        for (int i = 0; i < 4; i++) {
                void *failures;

                MUST(pthread_join(threads[i], &failures) == 0);
                SAY("failures %ld\n", (long) failures);
        }
        return 0;
}
