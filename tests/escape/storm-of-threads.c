/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hundreds of threads whose very first call is the deed. */
#include "attack.h"

static void *act(void *unused)
{
        deed_mkdir();
        return unused;
}

int main(void)
{
        for (int i = 0; i < 100; i++) {
                pthread_t threads[4];

                for (int j = 0; j < 4; j++)
                        pthread_create(&threads[j], NULL, act, NULL);
                for (int j = 0; j < 4; j++)
                        pthread_join(threads[j], NULL);
        }
        return 0;
}
