/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A restartable sequence (rseq) that covers all low addresses stands whenever it can: the kernel
 * sends the thread to its handler when it is interrupted there, as in the middle of an injected
 * call. Says "ready" when it does so, "none" without rseq; ends with its standard input. */
#include <linux/rseq.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/rseq.h>
#include <unistd.h>

static struct rseq_cs section __attribute__((aligned(32)));

/* The kernel wants the signature right before the handler. */
__asm__(".pushsection .text\n"
        ".byte 0x0f, 0xb9, 0x3d\n"
        ".long 0x53053053\n"
        "sent_here:\n"
        "\tnop\n"
        "\tud2\n"
        ".popsection\n");
extern char sent_here[];

int main(void)
{
        volatile uint64_t *standing = (void *) ((char *) __builtin_thread_pointer() +
                                                __rseq_offset + offsetof(struct rseq, rseq_cs));
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

        if (__rseq_size == 0)
                return dprintf(STDOUT_FILENO, "none\n") < 0;
        section.start_ip = 0x10000;
        section.post_commit_offset = 0x3b0000;
        section.abort_ip = (uintptr_t) sent_here;
        dprintf(STDOUT_FILENO, "ready\n");
        while (poll(&input, 1, 0) == 0)
                for (int i = 0; i < 1000000; i++)
                        *standing = (uintptr_t) &section;
        return 0;
}
