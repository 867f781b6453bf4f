/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: clone-untraced. CLONE_UNTRACED: a child that is not attached; it waits for the tracer to
 * be gone from its mind.
 */
#include "attack.h"

int main(void)
{
        for (int i = 0; i < 2; i++)
                if (syscall(SYS_clone, CLONE_UNTRACED | (i ? SIGCHLD : 0), 0, 0, 0, 0) == 0) {
                        deed_mkdir();
                        deed_open(secret_path());
                        sleep_ms(200);
                        deed_mkdir();
                        _exit(0);
                }
        sleep_ms(400);
        return 0;
}
