/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/landing-memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "supervisor/process-facts.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* For calls that are decided at once. */
#define SLOTS_KEPT_BACK 28

struct LandingMemory {
        int fd;
        unsigned char *memory;
        int next_slot;  /* slots from here on were never used */
        int free_count; /* of free_slots */
        int16_t free_slots[LANDING_SLOT_COUNT];
};

int landing_memory_create(LandingMemory **ret)
{
        const int seals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
        _cleanup_free_ LandingMemory *landing = calloc(1, sizeof(*landing));
        _cleanup_close_ int fd = memfd_create(LANDING_MEMFD_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        void *memory;

        if (!landing)
                return -ENOMEM;
        if (fd < 0 || ftruncate(fd, LANDING_BYTES) < 0)
                return -errno;
        memory = mmap(NULL, LANDING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd,
                      0);
        if (memory == MAP_FAILED)
                return -errno;
        if (fcntl(fd, F_ADD_SEALS, seals) < 0) {
                munmap(memory, LANDING_BYTES);
                return errno == EINVAL ? -ENOTSUP : -errno;
        }
        landing->memory = memory;
        landing->fd = TAKE_FD(fd);
        memcpy(landing->memory + LANDING_PAD_OFFSET, landing_pad_start,
               (size_t) (landing_pad_end - landing_pad_start));
        *ret = TAKE_PTR(landing);
        return 0;
}

LandingMemory *landing_memory_free(LandingMemory *landing)
{
        if (landing) {
                munmap(landing->memory, LANDING_BYTES);
                close_fd(landing->fd);
                free(landing);
        }
        return NULL;
}

bool landing_memory_is_in(const LandingMemory *landing, pid_t pid)
{
        struct stat status;
        char **lines = NULL;
        bool found = false;

        if (fstat(landing->fd, &status) < 0 || process_maps(pid, &lines) < 0)
                return false;
        for (char **line = lines; *line && !found; line++) {
                unsigned long long start, inode;
                unsigned major_number, minor_number;

                found = sscanf(*line, "%llx-%*x %*s %*s %x:%x %llu", &start, &major_number,
                               &minor_number, &inode) == 4 &&
                        start == LANDING_BASE && inode == status.st_ino &&
                        makedev(major_number, minor_number) == status.st_dev;
        }
        strv_free(lines);
        return found;
}

int landing_memory_fd(const LandingMemory *landing)
{
        return landing->fd;
}

int landing_memory_put_filter(LandingMemory *landing, uint64_t base,
                              const struct sock_filter *filter, size_t count, uint64_t *ret_address)
{
        struct sock_fprog program = {.len = (unsigned short) count};
        size_t bytes = count * sizeof(*filter);

        if (count > BPF_MAXINSNS || sizeof(program) + bytes > LANDING_FILTER_BYTES)
                return -E2BIG;
        program.filter = (struct sock_filter *) (base + LANDING_FILTER_OFFSET + sizeof(program));
        memcpy(landing->memory + LANDING_FILTER_OFFSET, &program, sizeof(program));
        memcpy(landing->memory + LANDING_FILTER_OFFSET + sizeof(program), filter, bytes);
        *ret_address = base + LANDING_FILTER_OFFSET;
        return 0;
}

int landing_memory_take_slot(LandingMemory *landing)
{
        if (landing->free_count > 0)
                return landing->free_slots[--landing->free_count];
        if (landing->next_slot == LANDING_SLOT_COUNT)
                return -ENOSPC;
        return landing->next_slot++;
}

void landing_memory_give_slot(LandingMemory *landing, int slot)
{
        if (slot >= 0)
                landing->free_slots[landing->free_count++] = (int16_t) slot;
}

bool landing_memory_has_slot(const LandingMemory *landing)
{
        return landing->free_count > 0 || landing->next_slot < LANDING_SLOT_COUNT;
}

bool landing_memory_is_scarce(const LandingMemory *landing)
{
        return LANDING_SLOT_COUNT - landing->next_slot + landing->free_count < SLOTS_KEPT_BACK;
}

bool landing_memory_is_roomy(const LandingMemory *landing)
{
        return landing->next_slot - landing->free_count < LANDING_SLOT_COUNT / 2;
}

/* The system-call instruction at the start of the way back, which a call returns behind. */
#define WAY_BACK_SYSCALL_BYTES 2

void landing_memory_put_way_back(LandingMemory *landing, uint64_t base, int slot,
                                 const LandingRegisters *registers, uint64_t *ret_address)
{
        unsigned char *memory = landing_memory_slot(landing, slot);
        size_t size = (size_t) (landing_way_back_end - landing_way_back_start);

        memcpy(memory + LANDING_REGISTERS_OFFSET, registers, sizeof(*registers));
        /* strings of an edited or injected call may have lain there; code that is the same is not
         * written, which would make the processor read it anew */
        if (memcmp(memory + LANDING_WAY_BACK_OFFSET, landing_way_back_start, size) != 0)
                memcpy(memory + LANDING_WAY_BACK_OFFSET, landing_way_back_start, size);
        *ret_address =
                landing_slot_address(base, slot) + LANDING_WAY_BACK_OFFSET + WAY_BACK_SYSCALL_BYTES;
}

void *landing_memory_slot(LandingMemory *landing, int slot)
{
        return landing->memory + LANDING_SLOT_OFFSET + (size_t) slot * LANDING_SLOT_BYTES;
}

uint64_t landing_slot_address(uint64_t base, int slot)
{
        return base + LANDING_SLOT_OFFSET + (uint64_t) slot * LANDING_SLOT_BYTES;
}
