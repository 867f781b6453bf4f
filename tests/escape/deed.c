/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Not an attack of its own: the static program that others exec. */
#include "attack.h"

int main(int argc, char **argv)
{
        if (!is_second_image(argc, argv))
                nothing_to_win("machine", "only the image of other attacks");
        if (strstr(argv[0], "refused"))
                SAY("open: a refused program runs\n");
        deed_mkdir();
        deed_open(secret_path());
        return 0;
}
