/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own filter says that the next image's landing page is sealed, which it then is not: there it
 * gives way to a page of ours, with the secret's path wherever a copy may lie. */
#include "race.h"
#include "set-up.h"

static void cover(char *start, size_t size)
{
        if (munmap(start, size) < 0 ||
            mmap(start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                 0) != (void *) start)
                return;
        for (size_t offset = 0; offset + PATH_MAX <= size; offset += PATH_MAX)
                strcpy(start + offset, secret_path());
}

int main(int argc, char **argv)
{
        static const int mseal[] = {462};

        if (!is_second_image(argc, argv)) {
                supervisor_pid();
                answer_calls(mseal, 1, SECCOMP_RET_ERRNO | 0);
                execl("/proc/self/exe", argv[0], "deed", (char *) NULL);
                return 1;
        }
        start_second_reader(); /* first: clone3 itself would be read from our page */
        each_foreign_mapping("r", cover);
        race_open(allowed_path(), ROUNDS);
        return 0;
}
