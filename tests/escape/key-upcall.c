/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: key-upcalls. The kernel starts a program outside to find a key: it looks names up for us.
 */
#include "attack.h"

int main(void)
{
        long key = syscall(SYS_request_key, "dns_resolver", "localhost", "", -1L);

        /* EPERM is the wall's; any other answer came from whoever was asked */
        if (key >= 0 || errno != EPERM)
                SAY("open: a key was looked for outside (%s)\n", strerror(errno));
        return 0;
}
