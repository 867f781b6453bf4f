/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mseal: a sealed mapping is neither unmapped, moved, covered nor made writable. MADV_DONTFORK on
 * it is still allowed, which is why the filter refuses that one.
 */
#include "harness.h"

#define SYS_MSEAL 462
#define SIZE      4096

int main(void)
{
        int fd = memfd_create("slot", MFD_CLOEXEC);
        char *slot;

        CHECK(fd >= 0);
        CHECK_EQUAL(ftruncate(fd, SIZE), 0);
        slot = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
        CHECK(slot != MAP_FAILED);
        if (syscall(SYS_MSEAL, slot, SIZE, 0) < 0 && errno == ENOSYS)
                fact_skip("mseal came with Linux 6.10");

        CHECK_EQUAL(munmap(slot, SIZE), -1);
        CHECK_EQUAL(errno, EPERM);
        CHECK_EQUAL(mprotect(slot, SIZE, PROT_NONE), -1);
        CHECK_EQUAL(errno, EPERM);
        CHECK(mmap(slot, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
              MAP_FAILED);
        CHECK_EQUAL(errno, EPERM);
        CHECK(mremap(slot, SIZE, 2 * SIZE, MREMAP_MAYMOVE) == MAP_FAILED);
        CHECK_EQUAL(errno, EPERM);
        CHECK_EQUAL(madvise(slot, SIZE, MADV_DONTFORK), 0);
        return 0;
}
