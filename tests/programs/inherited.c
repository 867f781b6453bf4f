/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program gets from its starter: directory, umask, limits, priority, signals, processors,
 * environment, and exactly the descriptors that were open. Nothing of ours may be among them.
 */
#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "program.h"

static void say_signals(void)
{
        sigset_t blocked;

        MUST(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0);
        for (int i = 1; i < 32; i++) {
                struct sigaction action;

                if (sigismember(&blocked, i))
                        SAY("blocked %d\n", i);
                if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
                        SAY("ignored %d\n", i);
        }
}

static void say_descriptors(void)
{
        for (int fd = 0; fd < 1024; fd++)
                if (fcntl(fd, F_GETFD) >= 0)
                        SAY("descriptor %d flags %d\n", fd, fcntl(fd, F_GETFD));
}

int main(int argc, char **argv, char **environment)
{
        char directory[4096];
        struct rlimit limit;
        cpu_set_t processors;
        mode_t mask = umask(0);
        int count = 0;

        MUST(getcwd(directory, sizeof(directory)));
        SAY("argc %d, directory %s, umask %03o, nice %d\n", argc, directory, mask,
            getpriority(PRIO_PROCESS, 0));
        (void) argv;
        for (int i = 0; i < RLIM_NLIMITS; i++) {
                MUST(getrlimit((enum __rlimit_resource) i, &limit) == 0);
                SAY("limit %d: %ld %ld\n", i, (long) limit.rlim_cur, (long) limit.rlim_max);
        }
        MUST(sched_getaffinity(0, sizeof(processors), &processors) == 0);
        SAY("processors %d, uid %d gid %d\n", CPU_COUNT(&processors), getuid(), getgid());
        while (environment[count])
                count++;
        SAY("%d variables\n", count);
        say_signals();
        say_descriptors();
        return 0;
}
