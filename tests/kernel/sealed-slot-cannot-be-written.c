/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The landing page: a shared read-only mapping of a memfd under F_SEAL_FUTURE_WRITE is written by
 * the older mapping of its maker alone; /proc/self/mem, process_vm_writev, mprotect and the
 * descriptor itself are all refused. An anonymous read-only page would not do.
 */
#include "harness.h"

#include <sys/uio.h>

#define SIZE 4096

static void fd_is_refused(int fd)
{
        CHECK_EQUAL(write(fd, "x", 1), -1);
        CHECK_EQUAL(errno, EPERM);
        CHECK(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
        CHECK_EQUAL(ftruncate(fd, 0), -1);
        CHECK_EQUAL(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), -1);
}

static void mapping_is_refused(char *slot)
{
        char byte = 'x';
        struct iovec here = {&byte, 1};
        struct iovec there = {slot, 1};
        int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

        CHECK(memory >= 0);
        CHECK_EQUAL(pwrite(memory, "x", 1, (off_t) (uintptr_t) slot), -1);
        CHECK_EQUAL(errno, EIO);
        CHECK_EQUAL(process_vm_writev(getpid(), &here, 1, &there, 1, 0), -1);
        CHECK_EQUAL(errno, EFAULT);
        CHECK_EQUAL(mprotect(slot, SIZE, PROT_READ | PROT_WRITE), -1);
        CHECK_EQUAL(errno, EACCES);
        CHECK_EQUAL(madvise(slot, SIZE, MADV_DONTNEED), 0);
        CHECK_EQUAL(slot[0], 'k');
        close(memory);
}

int main(void)
{
        int fd = memfd_create("slot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        char *ours;
        char *slot;

        CHECK(fd >= 0);
        CHECK_EQUAL(ftruncate(fd, SIZE), 0);
        ours = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        CHECK(ours != MAP_FAILED);
        if (fcntl(fd, F_ADD_SEALS,
                  F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                fact_skip("F_SEAL_FUTURE_WRITE came with Linux 5.1");
        slot = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
        CHECK(slot != MAP_FAILED);

        memcpy(ours, "kept", 5);
        CHECK_EQUAL(strcmp(slot, "kept"), 0);
        fd_is_refused(fd);
        mapping_is_refused(slot);
        memcpy(ours, "again", 6);
        CHECK_EQUAL(strcmp(slot, "again"), 0);
        return 0;
}
