/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes the landing page away, covers it and moves it, then opens: judged there, run from there? */
#include "attack.h"

static void take_away(char *start, size_t size)
{
        mprotect(start, size, PROT_READ | PROT_WRITE);
        mremap(start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *) 0x500000000000);
        if (mmap(start, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
                SAY("open: a mapping of a memfd can be covered\n");
        munmap(start, size);
}

int main(void)
{
        if (each_foreign_mapping("", take_away) == 0)
                supervisor_pid();
        deed_open(secret_path());
        deed_open(allowed_path());
        return 0;
}
