/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks on the landing page, where what was judged is kept. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "hook/landing-page.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

#define PAGE       4096
#define SPARE      0x10000000ul
#define SYS_MSEAL_ 462

static int page_by_proc_mem(void)
{
        _cleanup_close_ int fd = -1;
        int r = open_memory_of(getpid(), &fd);

        return r < 0 ? r : result_of(pwrite(fd, "x", 1, LANDING_BASE + LANDING_SLOT_OFFSET));
}

static int page_unmapped(void)
{
        return result_of(munmap((void *) LANDING_BASE, LANDING_BYTES));
}

static int page_moved(void)
{
        void *there = mremap((void *) LANDING_BASE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                             (void *) SPARE);

        return there == MAP_FAILED ? -errno : 0;
}

static int page_covered(void)
{
        void *there = mmap((void *) LANDING_BASE, PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

        return there == MAP_FAILED ? -errno : 0;
}

static int page_not_inherited(void)
{
        return result_of(madvise((void *) LANDING_BASE, LANDING_BYTES, MADV_DONTFORK));
}

/* From below, where nothing is mapped: the kernel goes on to what is, and only then says ENOMEM. */
static int page_not_inherited_from_below(void)
{
        char *page = (char *) LANDING_BASE;
        int r = result_of(madvise(page - PAGE, PAGE + LANDING_BYTES, MADV_DONTFORK));

        return r == -ENOMEM ? 0 : r;
}

/* The kernel has a name for the file of each mapping. */
static int page_by_its_file(void)
{
        _cleanup_(fclosep) FILE *maps = fopen("/proc/self/maps", "re");
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        unsigned long start, end;
        char line[256];

        while (maps && fgets(line, sizeof(line), maps))
                if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start >= LANDING_BASE &&
                    end <= LANDING_END)
                        break;
        path = string_format("/proc/self/map_files/%lx-%lx", start, end);
        fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
        return fd < 0 ? -errno : result_of(pwrite(fd, "x", 1, LANDING_SLOT_OFFSET));
}

/* A filter of ours says that the next image's page is sealed, which the kernel then did not do. */
static int seal_forged(void)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_MSEAL_, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {ELEMENTS_OF(code), code};
        int r;

        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
                return -errno;
        r = deed_of_image("unmap");
        return r == -ECANCELED ? -EPERM
                               : r; /* the image was ended, or it could not unmap its page */
}

#define COVERED "puts its own memory there"
#define SEALED(name_, run_)                                                                        \
        {                                                                                          \
                .name = (name_), .detail = COVERED, .wall = "sealed mapping",                      \
                .wall_without_mseal = BY_ADDRESS, .expected = EPERM, .run = (run_)                 \
        }
#define BY_ADDRESS "filter, by address"

static const Attack attacks[] = {
        ATTACK("landing-page-written", "changes what was judged", "sealed memfd", EIO,
               page_by_proc_mem),
        ATTACK("landing-page-by-its-file", "changes what was judged", "its file has no name", EPERM,
               page_by_its_file),
        SEALED("landing-page-unmapped", page_unmapped),
        SEALED("landing-page-moved", page_moved),
        SEALED("landing-page-covered", page_covered),
        {.name = "landing-page-seal-forged",
         .detail = "the next image " COVERED,
         .wall = "the seal is looked at",
         .wall_without_mseal = BY_ADDRESS,
         .expected = EPERM,
         .run = seal_forged},
        ATTACK("landing-page-dont-fork", "a child " COVERED, "filter", EPERM, page_not_inherited),
        ATTACK("landing-page-from-below", "a child " COVERED, "filter", EPERM,
               page_not_inherited_from_below),
};

AttackList attacks_on_page(void)
{
        return (AttackList){attacks, ELEMENTS_OF(attacks)};
}
