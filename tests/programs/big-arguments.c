/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thousand arguments and a big environment survive an exec. */
#include "program.h"

#define COUNT 1000

int main(int argc, char **argv)
{
        static char texts[COUNT][128];
        static char *arguments[COUNT + 2];
        static char *environment[COUNT + 1];
        unsigned long sum = 0;

        if (argc > 1) {
                for (int i = 1; i < argc; i++)
                        sum += strlen(argv[i]);
                SAY("argc %d, length %lu, V999 %zu\n", argc, sum,
                    getenv("V999") ? strlen(getenv("V999")) : 0);
                return 0;
        }
        arguments[0] = argv[0];
        for (int i = 0; i < COUNT; i++) {
                snprintf(texts[i], sizeof(texts[i]), "V%d=%0100d", i, i);
                arguments[i + 1] = environment[i] = texts[i];
        }
        execve("/proc/self/exe", arguments, environment);
        return 99;
}
