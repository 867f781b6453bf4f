/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fresh jail with a rule that allows everything, asked for from inside. */
#include "ask.h"

int main(void)
{
        supervisor_pid();
        ASK("run", "--user", "--default", "allow-forever", "--ask", "none", "--", "/bin/mkdir",
            forbidden_directory());
        return 0;
}
