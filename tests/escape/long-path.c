/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths as long as they may be, and longer: the end of a cut one must not be what is judged. */
#include "attack.h"

int main(void)
{
        static const int lengths[] = {200, 255, 256, 511, 1023, 1024, 2047, 4000, 4094, 4095, 4096};
        char path[2 * PATH_MAX];

        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
                int filler = lengths[i] - (int) strlen(secret_path());
                int length = 0;

                for (; length + 1 < filler; length += 2)
                        memcpy(path + length, "/.", 2);
                if (length < filler)
                        path[length++] = '/';
                strcpy(path + length, secret_path());
                deed_open(path);
        }
        return 0;
}
