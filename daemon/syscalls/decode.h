/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a call means: its arguments as strace shows them (`strace -v -yy -s 256`), a plain sentence
 * for people, and the result with the buffers that the kernel filled.
 */
#pragma once

#include "base/text.h"
#include "syscalls/caller-view.h"
#include "syscalls/syscall-table.h"

typedef struct DecodedArgument {
        const char *name; /* borrowed from the table; "arg0"… for a number outside it */
        ArgumentKind kind;
        uint64_t value; /* the register */
        char *text;     /* owned, escaped, never NULL */
        char *resolved; /* PATH: the absolute path it leads to, unescaped, owned; NULL when unknown
                         */
} DecodedArgument;

typedef struct DecodedCall {
        CallRegisters registers;
        const SyscallEntry *entry; /* NULL for a number outside the table */
        char name[24];             /* "mkdir", or "syscall_470" for a number outside the table */
        unsigned argument_count;
        DecodedArgument arguments[SYSCALL_ARGUMENTS_MAX];
        char *text; /* the whole call on one line: mkdir("test", 0777); owned, never NULL */
} DecodedCall;

typedef struct DecodeLimits {
        size_t string_bytes; /* how much of a string or buffer is shown; 256 as `strace -s 256` */
        size_t vector_elements; /* how many elements of argv, iovec, pollfd …; 32 */
        bool resolve;           /* fill `resolved` and describe descriptors; costs system calls */
} DecodeLimits;

#define DECODE_LIMITS_DEFAULT                                                                      \
        ((DecodeLimits){.string_bytes = 256, .vector_elements = 32, .resolve = true})

/* Decodes what is known before the call runs; OUT arguments show as their address. Unreadable
 * memory is shown as the bare address, as strace does, and is no error. 0, -ENOMEM, or -ESRCH when
 * the thread is gone. On failure *ret is untouched. */
int decode_call(const CallRegisters *registers, const CallerView *view, const DecodeLimits *limits,
                DecodedCall *ret);

/* Fills in the OUT arguments after the call returned `result` (the raw register: a negative errno
 * in
 * [-4095, -1] is a failure) and renews `text`. */
int decode_call_exit(DecodedCall *call, int64_t result, const CallerView *view,
                     const DecodeLimits *limits);

void decoded_call_release(DecodedCall *call);

/* "= 3</etc/passwd>", "= -1 EACCES (Permission denied)", "= ? ERESTARTSYS": without the "= ". */
int decode_result(const CallRegisters *registers, int64_t result, const CallerView *view,
                  Text *text);
/* Whether a result of this call that is no error says more in names than as a number: fcntl's
 * flags, umask's mode. */
bool decode_result_has_names(const CallRegisters *registers);

/* Just the text of argument `index`, as decode_call() makes it. */
int decode_argument(const CallRegisters *registers, unsigned index, const CallerView *view,
                    const DecodeLimits *limits, DecodedArgument *ret);

/* Reads a NUL-terminated string of at most `max` bytes without its NUL. 0 and an owned string;
 * -EFAULT (unreadable before its NUL), -ENAMETOOLONG, -ESRCH, -ENOMEM. The only string reader. */
int caller_read_string(const CallerView *view, uint64_t address, size_t max, char **ret);

/* The absolute path that a PATH argument leads to, with the call's own following of links
 * (O_NOFOLLOW, AT_SYMLINK_NOFOLLOW …) taken into account. -EINVAL when it is not a PATH. */
int caller_resolve_argument(const CallRegisters *registers, unsigned index, const CallerView *view,
                            char **ret);

/* ---- the sentence (window.md "Words before numbers") ---- */

typedef struct Sentence {
        const char
                *id; /* which template: "read-file", "create-folder", "connect", "run", "calls" … */
        const char
                *format; /* English, %{program}, %{path} … for the parts; msgid for translation */
        char *keys[6];   /* names of the parts, borrowed constants; NULL-terminated by count */
        char *values[6]; /* owned, unescaped */
        unsigned count;
} Sentence;

/* What `program` wants, in words; the last resort is "%{program} calls %{call}". */
int decode_sentence(const DecodedCall *call, const CallerView *view, const char *program,
                    Sentence *ret);
/* The sentence in English with its parts filled in and escaped; owned. */
int sentence_fill(const Sentence *sentence, char **ret);
void sentence_release(Sentence *sentence);
/* For translators and tests: every template, NULL past the last. */
const char *sentence_template(size_t index, const char **ret_id);

/* Appends bytes as strace prints a string, without the quotation marks: control characters,
 * bidirectional marks and invalid UTF-8 as escapes, so that no program paints a prompt of its own.
 * Valid printable UTF-8 is kept readable. */
int text_append_escaped(Text *text, const char *bytes, size_t size);
