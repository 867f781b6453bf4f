/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the daemon, from inside, to loosen its own rules. */
#include "ask.h"

int main(void)
{
        supervisor_pid();
        if (ASK("rule", "set", "1", "mkdir", "allow") == 0)
                SAY("open: rule set from inside\n");
        if (ASK("rule", "remove", "1", "mkdir") == 0)
                SAY("open: rule remove from inside\n");
        deed_mkdir();
        return 0;
}
