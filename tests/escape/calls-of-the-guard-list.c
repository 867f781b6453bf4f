/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guards: io_uring, namespaces, setns, ptrace, process-memory, pidfd_getfd, madvise-dontfork.
 * Guards: tagged-addresses, userfaultfd, terminal-input, bpf, kernel, file-handles, fanotify.
 * Guards: mounts, core-files, sctp-connect, process-image, personality, signals.
 *
 * Each guarded call with arguments of which the kernel says something else than the wall, wherever
 * it looks at them before it asks for rights: any other answer than the wall's says that the call
 * was looked at. The answers to the others are the wall's without a jail too, but for who has the
 * rights.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>

#include "attack.h"

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#define NOBODY  0x3fffffff /* no such process */
#define NOWHERE 8L         /* an address where nothing is */

typedef struct Probe {
        const char *name;
        long number;
        long arguments[5];
        int wall; /* the errno that is not a win */
} Probe;

#define PROBE(call, wall, ...)                                                                     \
        {                                                                                          \
#call, SYS_##call, {__VA_ARGS__ }, wall                                            \
        }

static const struct rlimit some_core = {4096, 4096};

static const Probe probes[] = {
        PROBE(io_uring_setup, ENOSYS, 0, NOWHERE),
        PROBE(io_uring_enter, ENOSYS, -1),
        PROBE(io_uring_register, ENOSYS, -1),
        PROBE(clone, EPERM, 0x10000000 | CLONE_FS | SIGCHLD),
        PROBE(clone, EPERM, 0x00020000 | CLONE_FS | SIGCHLD),
        PROBE(unshare, EPERM, 0x10000001),
        PROBE(unshare, EPERM, 0x00020001),
        PROBE(setns, EPERM, -1, 0),
        PROBE(ptrace, EPERM, 2, NOBODY),
        PROBE(process_vm_writev, EPERM, NOBODY, 0, 0, 0, 0),
        PROBE(process_vm_readv, EPERM, NOBODY, 0, 0, 0, 0),
        PROBE(pidfd_getfd, EPERM, -1, 0, 0),
        PROBE(process_madvise, EPERM, -1, 0, 0, 10, 0),
        PROBE(arch_prctl, ENODEV, 0x4002, 0),
        PROBE(userfaultfd, EPERM, 0),
        PROBE(ioctl, EPERM, -1, 0xaa00),
        PROBE(ioctl, EPERM, -1, TIOCSTI, NOWHERE),
        PROBE(ioctl, EPERM, -1, TIOCLINUX, NOWHERE),
        PROBE(bpf, EPERM, 0, NOWHERE, 1L << 20),
        PROBE(init_module, EPERM, NOWHERE, 0, NOWHERE),
        PROBE(finit_module, EPERM, -1, NOWHERE, 0),
        PROBE(delete_module, EPERM, NOWHERE, 0),
        PROBE(kexec_load, EPERM, 0, 0, 0, -1),
        PROBE(kexec_file_load, EPERM, -1, -1, 0, NOWHERE, -1),
        PROBE(iopl, EPERM, 4),
        PROBE(ioperm, EPERM, 1L << 20, 1, 1),
        PROBE(open_by_handle_at, EPERM, -1, NOWHERE, 0),
        PROBE(fanotify_init, EPERM, 0x200, O_RDONLY),
        PROBE(mount, EPERM, 0, NOWHERE, NOWHERE, 0, 0),
        PROBE(umount2, EPERM, NOWHERE, -1),
        PROBE(pivot_root, EPERM, NOWHERE, NOWHERE),
        PROBE(chroot, EPERM, NOWHERE),
        PROBE(move_mount, EPERM, -1, NOWHERE, -1, NOWHERE, -1),
        PROBE(open_tree, EPERM, -1, NOWHERE, 0x40000001),
        PROBE(open_tree_attr, EPERM, -1, NOWHERE, 0x40000001, 0, 1),
        PROBE(fsopen, EPERM, NOWHERE, -1),
        PROBE(fsconfig, EPERM, -1, 0, 0, 0, 0),
        PROBE(fsmount, EPERM, -1, -1, 0),
        PROBE(fspick, EPERM, -1, NOWHERE, -1),
        PROBE(mount_setattr, EPERM, -1, NOWHERE, -1, NOWHERE, 0),
        PROBE(setrlimit, EPERM, RLIMIT_CORE, (long) &some_core),
        PROBE(prlimit64, EPERM, 0, RLIMIT_CORE, (long) &some_core, 0),
        PROBE(setsockopt, EPERM, -1, IPPROTO_SCTP, 107, 0, 0),
        PROBE(setsockopt, EPERM, -1, IPPROTO_SCTP, 110, 0, 0),
        PROBE(getsockopt, EPERM, -1, IPPROTO_SCTP, 111, NOWHERE, NOWHERE),
        PROBE(prctl, EPERM, 35, 1, 0, 0, 1),
        PROBE(personality, EPERM, 0x0100000),
        PROBE(personality, EPERM, 0x0400000),
        PROBE(kill, EPERM, -1, 0),
        PROBE(kill, EPERM, 0xffffffff, 0),
};

int main(void)
{
        for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
                const Probe *probe = &probes[i];
                const long *at = probe->arguments;
                long result = syscall(probe->number, at[0], at[1], at[2], at[3], at[4], 0);

                if (result >= 0 || errno != probe->wall)
                        SAY("open: %s(%#lx, %#lx, …) was looked at (%s)\n", probe->name, at[0],
                            at[1], result >= 0 ? "done" : strerror(errno));
        }
        return 0;
}
