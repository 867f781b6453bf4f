/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads its standard input to the end and says how much it was. */
#include "program.h"

int main(void)
{
        char block[4096];
        unsigned long bytes = 0;
        unsigned long sum = 0;
        ssize_t size;

        while ((size = read(STDIN_FILENO, block, sizeof(block))) > 0) {
                bytes += (unsigned long) size;
                for (ssize_t i = 0; i < size; i++)
                        sum += (unsigned char) block[i];
        }
        SAY("bytes %lu sum %lu\n", bytes, sum);
        return 0;
}
