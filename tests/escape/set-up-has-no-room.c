/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits so tight that nothing can be mapped into the next image or given to it. */
#include <sys/resource.h>

#include "set-up.h"

int main(void)
{
        static const int limits[] = {RLIMIT_NOFILE,  RLIMIT_AS,    RLIMIT_DATA,
                                     RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_FSIZE};
        static const long values[] = {0, 3, 1 << 20, 4 << 20};

        for (int i = 0; i < 6; i++)
                for (int j = 0; j < 4; j++)
                        if (fork() == 0) {
                                struct rlimit limit = {(rlim_t) values[j], (rlim_t) values[j]};

                                if (fork() == 0) {
                                        setrlimit((enum __rlimit_resource) limits[i], &limit);
                                        execl(setting("ATTACK_DEED"), "deed", "deed",
                                              (char *) NULL);
                                        _exit(1);
                                }
                                wait_all();
                                _exit(0);
                        }
        wait_all();
        exec_deed();
        return 0;
}
