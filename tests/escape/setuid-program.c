/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program with more rights than its user: no_new_privs must make it an ordinary one. */
#include "attack.h"

int main(int argc, char **argv)
{
        const char *program = getenv("ATTACK_SETUID");

        if (is_second_image(argc, argv)) {
                if (geteuid() != getuid() && geteuid() == 0)
                        SAY("open: a setuid program became root\n");
                return 0;
        }
        if (!program || getuid() == 0)
                nothing_to_win("machine", "no setuid program was made, or root needs none");
        execl(program, program, "deed", (char *) NULL);
        nothing_to_win("machine", "setuid programs cannot run there");
}
