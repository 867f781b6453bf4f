/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every `syscall` instruction counts, the vDSO's too. */
#include <sys/auxv.h>

#include "attack.h"

int main(void)
{
        /* Only where a return follows: beyond others lies code that is not meant for us. */
        static const unsigned char call[] = {0x0f, 0x05, 0xc3};
        unsigned char *vdso = (unsigned char *) getauxval(AT_SYSINFO_EHDR);

        deed_mkdir();
        for (int i = 0; vdso && i < 8189; i++)
                if (memcmp(vdso + i, call, sizeof(call)) == 0 && fork() == 0) {
                        long result;

                        __asm__ volatile("call *%4"
                                         : "=a"(result)
                                         : "a"(SYS_mkdir), "D"(forbidden_directory()), "S"(0700),
                                           "r"(vdso + i)
                                         : "rcx", "r11", "memory");
                        _exit(0);
                }
        wait_all();
        return 0;
}
