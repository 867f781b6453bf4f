/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While a group with three threads is stopped, none of them makes progress. */
#include <pthread.h>
#include <sys/mman.h>

#include "program.h"

static volatile long *progress;

static void *run(void *unused)
{
        for (;;) {
                __atomic_add_fetch(progress, 1, __ATOMIC_SEQ_CST);
                syscall(SYS_getppid);
        }
        return unused;
}

int main(void)
{
        pid_t pid;
        int status;
        long before;

        progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        MUST(progress != MAP_FAILED);
        pid = fork();
        if (pid == 0) {
                pthread_t thread;

                for (int i = 0; i < 2; i++)
                        pthread_create(&thread, NULL, run, NULL);
                run(NULL);
        }
        while (*progress < 100)
                sleep_ms(1);
        MUST(kill(pid, SIGSTOP) == 0);
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        say_status("group", status);
        before = *progress;
        sleep_ms(100);
        SAY("progress while stopped: %ld\n", *progress - before);
        MUST(kill(pid, SIGCONT) == 0);
        for (int i = 0; i < 2000 && *progress < before + 100; i++)
                sleep_ms(1);
        SAY("progress afterwards: %s\n", *progress >= before + 100 ? "yes" : "no");
        kill(pid, SIGKILL);
        say_end_of("group", pid);
        return 0;
}
