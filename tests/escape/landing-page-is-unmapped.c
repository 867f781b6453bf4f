/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: landing-page. Takes the landing page away, covers it and moves it, then opens: judged
 * there, run from there? */
#include <sys/shm.h>

#include "attack.h"

static void cover_with_shared_memory(char *start, size_t size)
{
        int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);

        if (id < 0)
                return;
        if (shmat(id, start, SHM_REMAP) == start)
                SAY("open: a mapping of a memfd can be covered with shared memory\n");
        shmctl(id, IPC_RMID, NULL);
}

static void take_away(char *start, size_t size)
{
        mprotect(start, size, PROT_READ | PROT_WRITE);
        syscall(SYS_pkey_mprotect, start, size, PROT_READ | PROT_WRITE, -1);
        syscall(SYS_remap_file_pages, start, size, 0, 1, 0);
        cover_with_shared_memory(start, size);
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
