/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secret by other names, and its name in memory that a supervisor cannot read as the kernel
 * does. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#define PAGE           4096
#define UFFD_USER_MODE 1 /* UFFD_USER_MODE_ONLY */
#define GARBAGE        (1l << 32)

/* A file of the doctor's directory. */
static char *name_of(const char *file)
{
        return string_format("%s/%s", ground()->directory, file);
}

static int open_directory(void)
{
        return open(ground()->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* ---- names that were there before ---- */

static int other_spellings(void)
{
        const char *directory = ground()->directory;
        char *spelled[] = {
                string_format("%s//.//./" ATTACK_SECRET, directory),
                string_format("%s/../%s/" ATTACK_SECRET, directory, strrchr(directory, '/') + 1),
                string_format("/proc/self/root%s/" ATTACK_SECRET, directory),
                string_format("/proc/thread-self/root/..%s/" ATTACK_SECRET, directory),
        };
        int r = -ENOMEM;

        for (size_t i = 0; i < ELEMENTS_OF(spelled) && r != 0; i++)
                r = spelled[i] ? deed_open_path(spelled[i]) : -ENOMEM;
        for (size_t i = 0; i < ELEMENTS_OF(spelled); i++)
                free(spelled[i]);
        return r;
}

static int from_a_directory(void)
{
        _cleanup_close_ int fd = open_directory();
        struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
        int r = deed_opened((int) syscall(SYS_openat2, fd, "/" ATTACK_SECRET, &how, sizeof(how)));

        return r == 0 || fchdir(fd) < 0 ? r : deed_open_path(ATTACK_SECRET);
}

/* The kernel looks at 32 bits of a descriptor only. */
static int high_bits_of_a_descriptor(void)
{
        _cleanup_close_ int fd = open_directory();

        return deed_opened(
                (int) syscall(SYS_openat, GARBAGE | fd, ATTACK_SECRET, O_RDONLY | O_CLOEXEC, 0));
}

static int handle_reopened(void)
{
        _cleanup_close_ int fd = open(ground()->secret, O_PATH | O_CLOEXEC);
        _cleanup_free_ char *path = string_format("/proc/self/fd/%d", fd);

        return fd < 0 ? -errno : deed_open_path(path);
}

/* A file that nobody opened, but has a descriptor: open_tree is no opening call. */
static int tree_reopened(void)
{
        _cleanup_close_ int fd =
                (int) syscall(SYS_open_tree, AT_FDCWD, ground()->secret, O_CLOEXEC);
        _cleanup_free_ char *path = string_format("/proc/self/fd/%d", fd);

        return fd < 0 ? -errno : deed_open_path(path);
}

/* ---- names that it makes ---- */

static int by_symlink(void)
{
        _cleanup_free_ char *path = name_of("symlink");

        return symlink(ATTACK_SECRET, path) < 0 ? -errno : deed_open_path(path);
}

static int by_hard_link(void)
{
        _cleanup_free_ char *path = name_of("hard-link");

        return link(ground()->secret, path) < 0 ? -errno : deed_open_path(path);
}

static int by_hard_link_to_a_descriptor(void)
{
        _cleanup_free_ char *path = name_of("hard-link-2");
        _cleanup_close_ int fd =
                (int) syscall(SYS_open_tree, AT_FDCWD, ground()->secret, O_CLOEXEC);

        if (fd < 0)
                return -errno;
        return linkat(fd, "", AT_FDCWD, path, AT_EMPTY_PATH) < 0 ? -errno : deed_open_path(path);
}

static int renamed(const char *from, const char *to, const char *inside)
{
        _cleanup_free_ char *opened = string_format("%s%s", to, inside);
        int r;

        if (!opened)
                return -ENOMEM;
        if (rename(from, to) < 0)
                return -errno;
        r = deed_open_path(opened);
        return rename(to, from) < 0 ? -errno : r;
}

static int by_rename(void)
{
        _cleanup_free_ char *path = name_of("renamed");

        return path ? renamed(ground()->secret, path, "") : -ENOMEM;
}

static int by_rename_of_its_directory(void)
{
        _cleanup_free_ char *path = string_format("%s-renamed", ground()->directory);

        return path ? renamed(ground()->directory, path, "/" ATTACK_SECRET) : -ENOMEM;
}

/* ---- memory ---- */

static int hidden_memory(void)
{
        prctl(PR_SET_DUMPABLE, 0);
        return deed_open();
}

static int open_from(char *page)
{
        if (page == MAP_FAILED)
                return -errno;
        strcpy(page, ground()->secret);
        return deed_open_path(page);
}

static int execute_only_memory(void)
{
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED)
                return -errno;
        strcpy(page, ground()->secret);
        return mprotect(page, PAGE, PROT_EXEC) < 0 ? -errno : deed_open_path(page);
}

static int secret_memory(void)
{
        _cleanup_close_ int fd = (int) syscall(SYS_memfd_secret, O_CLOEXEC);

        if (fd < 0 || ftruncate(fd, PAGE) < 0)
                return -errno;
        return open_from(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

/* Nobody fills the page: whoever waits for that waits for ever. */
static int memory_that_waits(void)
{
        _cleanup_close_ int faults = (int) syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE);
        struct uffdio_api api = {.api = UFFD_API};
        struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (faults < 0 || page == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) < 0)
                return -errno;
        range.range.start = (uintptr_t) page;
        range.range.len = PAGE;
        return ioctl(faults, UFFDIO_REGISTER, &range) < 0 ? -errno : deed_open_path(page);
}

#define BY_RULE "its real name counts"
#define BY_NAME "judged as opening it"
#define NAMED   "by another name the secret may be opened"

static const Attack attacks[] = {
        ATTACK("other-spelling", "dots, slashes and links of /proc", BY_RULE, EACCES,
               other_spellings),
        ATTACK("relative-path", "from a directory, or a root, that is a descriptor", BY_RULE,
               EACCES, from_a_directory),
        ATTACK("descriptor-high-bits", "the kernel sees another descriptor", BY_RULE, EACCES,
               high_bits_of_a_descriptor),
        ATTACK("handle-reopened", "an O_PATH handle is opened again", BY_RULE, EACCES,
               handle_reopened),
        ATTACK("tree-reopened", "what open_tree gave is opened again", BY_RULE, EACCES,
               tree_reopened),
        ATTACK("symlink", NAMED, BY_RULE, EACCES, by_symlink),
        ATTACK("hard-link", NAMED, BY_NAME, EACCES, by_hard_link),
        ATTACK("hard-link-by-descriptor", NAMED, BY_NAME, EACCES, by_hard_link_to_a_descriptor),
        ATTACK("rename", NAMED, BY_NAME, EACCES, by_rename),
        ATTACK("rename-of-directory", NAMED, BY_NAME, EACCES, by_rename_of_its_directory),
        ATTACK("hidden-memory", "PR_SET_DUMPABLE hides what a path says", "memory held open",
               EACCES, hidden_memory),
        ATTACK("execute-only-memory", "a protection key hides what a path says",
               "unreadable is refused", EPERM, execute_only_memory),
        ATTACK("secret-memory", "memfd_secret hides what a path says", "unreadable is refused",
               EPERM, secret_memory),
        ATTACK("memory-that-waits", "userfaultfd makes who reads a path wait for ever",
               "unreadable is refused", EPERM, memory_that_waits),
};

AttackList attacks_by_name(void)
{
        return (AttackList){attacks, ELEMENTS_OF(attacks)};
}
