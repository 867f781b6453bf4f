/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Not an attack: the innocent process of others. Prints where its flag is; obeys it. */
#include "attack.h"

static volatile int flag;

int main(int argc, char **argv)
{
        int secret;

        (void) argv;
        if (argc < 2)
                nothing_to_win("machine", "only the victim of other attacks");
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
        secret = open(secret_path(), O_RDONLY);
        if (dup2(secret, 50) < 0)
                return 1;
        SAY("%p\n", (void *) &flag);
        for (int i = 0; i < 60000; i++) {
                if (flag) {
                        deed_mkdir();
                        flag = 0;
                }
                sleep_ms(2);
        }
        return 0;
}
