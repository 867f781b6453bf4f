/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `int $0x80` in a 64-bit program enters the i386 table: the filter sees another architecture, so
 * it must look at that first. 20 is getpid there and writev here.
 */
#include "harness.h"

static long enter_i386(long number)
{
        long result;

        __asm__ volatile("int $0x80"
                         : "=a"(result)
                         : "a"(number)
                         : "memory", "r8", "r9", "r10", "r11");
        return result;
}

static void child(void *unused)
{
        (void) unused;
        _exit(enter_i386(20) == getpid() ? 0 : 1);
}

int main(void)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
        int status = fact_wait(fact_start_free(child, NULL));

        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fact_skip("this kernel has no i386 entry");
        CHECK_EQUAL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        CHECK_EQUAL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), 0);
        CHECK_EQUAL(enter_i386(20), -ENOSYS);
        return 0;
}
