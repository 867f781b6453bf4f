/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: landing-page. MADV_DONTFORK on it, then a child that maps its own page there (engine
 * facts 1.3). */
#include "race.h"

static char *starts[8];
static size_t sizes[8];
static int count;

static void forget(char *start, size_t size)
{
        madvise(start, size, MADV_DONTFORK);
        if (count < 8) {
                starts[count] = start;
                sizes[count++] = size;
        }
}

static void fill(char *start, size_t size)
{
        for (size_t offset = 0; offset + PATH_MAX <= size; offset += 8)
                strcpy(start + offset, secret_path());
}

int main(void)
{
        if (each_foreign_mapping("r", forget) == 0)
                supervisor_pid();
        if (fork() == 0) {
                for (int i = 0; i < count; i++)
                        if (mmap(starts[i], sizes[i], PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                                 0) == starts[i])
                                fill(starts[i], sizes[i]);
                for (int i = 0; i < 100; i++)
                        deed_open(allowed_path());
                deed_open(secret_path());
                _exit(0);
        }
        wait_all();
        return 0;
}
