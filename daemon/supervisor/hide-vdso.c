/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/hide-vdso.h"

#include <elf.h>
#include <errno.h>

/* Words of a stack that are read at once; and how many pointers argv and envp may have: the kernel
 * lets them fill a quarter of the stack's limit, 6 MiB at most (execve(2)). */
#define CHUNK_WORDS 512u
#define WORDS_MAX   (6u * 1024 * 1024 / 8)

/* The words of the stack in order, a chunk at a time. */
typedef struct StackWords {
        TraceeView view;
        uint64_t address; /* of the next word */
        uint64_t words[CHUNK_WORDS];
        size_t at, count; /* of `words` */
        size_t left;      /* that may still be asked for */
} StackWords;

static int next_word(StackWords *stack, uint64_t *ret)
{
        if (stack->left-- == 0)
                return -EBADMSG;
        if (stack->at == stack->count) {
                ssize_t n = tracee_read_memory(&stack->view, stack->address, stack->words,
                                               sizeof(stack->words));

                if (n < (ssize_t) sizeof(uint64_t))
                        return n == -ESRCH ? -ESRCH : -EFAULT;
                stack->count = (size_t) n / sizeof(uint64_t);
                stack->at = 0;
        }
        *ret = stack->words[stack->at++];
        stack->address += sizeof(uint64_t);
        return 0;
}

static int skip_to_null(StackWords *stack)
{
        uint64_t word = 1;
        int r = 0;

        while (r == 0 && word)
                r = next_word(stack, &word);
        return r;
}

int vdso_hide(const Tracee *tracee, uint64_t stack_pointer)
{
        static const uint64_t ignore = AT_IGNORE;
        StackWords stack = {
                .view = tracee_view(tracee), .address = stack_pointer, .left = WORDS_MAX};
        uint64_t type = 0, value;
        int r = next_word(&stack, &value); /* argc */

        if (r == 0)
                r = skip_to_null(&stack); /* argv */
        if (r == 0)
                r = skip_to_null(&stack); /* envp */
        while (r == 0) {
                uint64_t place = stack.address;

                r = next_word(&stack, &type);
                if (r == 0 && type == AT_NULL)
                        return 0;
                if (r == 0 && type == AT_SYSINFO_EHDR)
                        return tracee_write_memory(&stack.view, place, &ignore, sizeof(ignore),
                                                   false);
                if (r == 0)
                        r = next_word(&stack, &value);
        }
        return r;
}
