/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rule files made of dice, with conditions that the kernel can judge, and calls near their edges:
 * what the matcher, the plan and the filter say of them must be the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "rules/filter-plan.h"
#include "rules/rule-set.h"

/* xorshift: the same dice in every run. */
static inline uint64_t dice(uint64_t *state)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state;
}

static inline unsigned roll(uint64_t *state, unsigned sides)
{
        return (unsigned) (dice(state) % sides);
}

/* Calls with arguments of every width, and none that a guard stands in front of. */
static const struct {
        const char *name, *argument;
        int number;
        unsigned index;
} random_calls[] = {
        {"socket", "domain", SYS_socket, 0},
        {"openat", "flags", SYS_openat, 2},
        {"openat", "mode", SYS_openat, 3},
        {"openat", "dirfd", SYS_openat, 0},
        {"lseek", "offset", SYS_lseek, 1},
        {"read", "count", SYS_read, 2},
        {"mmap", "prot", SYS_mmap, 2},
        {"mmap", "addr", SYS_mmap, 0},
        {"setuid", "uid", SYS_setuid, 0},
        {"dup2", "newfd", SYS_dup2, 1},
        {"tgkill", "sig", SYS_tgkill, 2},
        {"socket", "protocol", SYS_socket, 2},
        {"470", "arg3", 470, 3},
        {"600", "arg0", 600, 0},
};

static inline uint64_t random_value(uint64_t *state)
{
        static const uint64_t edges[] = {0,      1,          2,   3,    7,    0x40, 0x7fff, 0x8000,
                                         0xffff, 0x7fffffff, 100, 4095, 1024, 255,  256};

        return roll(state, 3) ? edges[roll(state, sizeof(edges) / sizeof(*edges))]
                              : dice(state) & 0xfff;
}

static inline void random_small(uint64_t *state, Text *text)
{
        uint64_t value = random_value(state) & 0x7fff;

        text_append_unsigned(text, value);
}

static inline void random_test(uint64_t *state, Text *text, unsigned depth)
{
        uint64_t low = random_value(state) & 0x7ff, mask = dice(state) & 0x7fff;

        switch (roll(state, depth > 1 ? 5 : 8)) {
        case 0:
        case 1:
                random_small(state, text);
                break;
        case 2:
                text_append_format(text, "{\"min\": %u, \"max\": %u}", (unsigned) low,
                                   (unsigned) low + roll(state, 3000));
                break;
        case 3:
                text_append_format(text, "{\"mask\": %u, \"value\": %u}", (unsigned) mask,
                                   (unsigned) (mask & dice(state)));
                break;
        case 4:
                text_append_format(text, "{\"any-of\": %u}", (unsigned) mask | 1);
                break;
        case 5:
                text_append(text, "[");
                random_test(state, text, depth + 1);
                text_append(text, ", ");
                random_test(state, text, depth + 1);
                text_append(text, "]");
                break;
        case 6:
                text_append_format(text, "{\"min\": %u}", (unsigned) low);
                break;
        default:
                text_append(text, "{\"not\": ");
                random_test(state, text, depth + 1);
                text_append(text, "}");
        }
}

static inline void random_rule(uint64_t *state, Text *text, bool memory)
{
        static const char *const actions[] = {"\"allow-forever\"",
                                              "\"abort-forever\"",
                                              "\"abort-forever\", \"errno\": \"ENOSYS\"",
                                              "\"allow\"",
                                              "\"notify\"",
                                              "\"abort-forever\", \"errno\": 4095"};
        unsigned call = roll(state, sizeof(random_calls) / sizeof(*random_calls));
        unsigned action = roll(state, 6);

        text_append_format(text, "{\"syscall\": \"%s\"", random_calls[call].name);
        if (roll(state, 6))
                text_append_format(text, ", \"where\": {\"%s\": ", random_calls[call].argument);
        else {
                text_append_format(text, ", \"action\": %s}", actions[action]);
                return;
        }
        random_test(state, text, 0);
        if (call == 1 && roll(state, 2)) { /* two arguments of openat */
                text_append(text, ", \"mode\": ");
                random_test(state, text, 1);
        }
        text_append(text, "}");
        if (memory && (action == 3 || action == 4) && roll(state, 2))
                text_append(text, ", \"nth\": \"2\"");
        text_append_format(text, ", \"action\": %s}", actions[action]);
}

static inline void random_file(uint64_t *state, Text *text, bool memory)
{
        static const char *const defaults[] = {"allow", "notify", "allow-forever", "abort-forever",
                                               "abort-forever=ENOSYS"};
        unsigned count = 1 + roll(state, 12);

        text_append_format(text, "{\"seccomp-jail\": 1, \"default\": \"%s\", \"rules\": [",
                           defaults[roll(state, 5)]);
        for (unsigned i = 0; i < count; i++) {
                text_append(text, i ? ",\n" : "\n");
                random_rule(state, text, memory);
        }
        text_append(text, "]}");
}

/* One in which much is allowed unlogged. */
static inline void random_quiet_file(uint64_t *state, Text *text)
{
        static const char *const defaults[] = {"allow", "allow", "notify", "abort-forever"};
        unsigned count = 1 + roll(state, 8);

        text_append_format(
                text, "{\"seccomp-jail\": 1, \"default\": \"%s\", \"log\": false, \"rules\": [",
                defaults[roll(state, 4)]);
        for (unsigned i = 0; i < count; i++) {
                text_append(text, i ? ",\n" : "\n");
                random_rule(state, text, true);
        }
        text_append(text, "]}");
}

static inline CallRegisters random_call(uint64_t *state)
{
        unsigned which = roll(state, sizeof(random_calls) / sizeof(*random_calls));
        CallRegisters call = {.number = random_calls[which].number};

        if (!roll(state, 16))
                call.number = (int) roll(state, 700);
        for (unsigned i = 0; i < 6; i++) {
                call.arguments[i] = random_value(state);
                if (!roll(state, 4))
                        call.arguments[i] |= dice(state)
                                             << 32; /* what the kernel may not look at */
                if (!roll(state, 8))
                        call.arguments[i] = (uint64_t) - (int64_t) call.arguments[i];
                if (!roll(state, 8))
                        call.arguments[i] = dice(state);
        }
        return call;
}
