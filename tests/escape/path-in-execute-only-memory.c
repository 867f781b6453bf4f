/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A path in a page without read permission, by protection keys; readable for a moment only. */
#include "attack.h"

int main(void)
{
        char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        strcpy(page, secret_path());
        mprotect(page, 4096, PROT_EXEC);
        deed_open(page);
        mprotect(page, 4096, PROT_NONE);
        deed_open(page);
        mprotect(page, 4096, PROT_READ);
        deed_open(page);
        return 0;
}
