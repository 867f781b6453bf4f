/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exec by a thread that is not the leader: the supervisor must know who it is now. */
#include "attack.h"

static void *become(void *name)
{
        execl("/proc/self/exe", name, "deed", (char *) NULL);
        return NULL;
}

static void *spin(void *unused)
{
        for (;;)
                syscall(SYS_getppid);
        return unused;
}

int main(int argc, char **argv)
{
        if (is_second_image(argc, argv)) {
                deed_mkdir();
                deed_open(secret_path());
                return 0;
        }
        start_thread(spin, NULL);
        start_thread(become, argv[0]);
        for (;;)
                deed_mkdir();
}
