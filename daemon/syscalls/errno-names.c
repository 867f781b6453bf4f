/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/errno-names.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest-name.h"
#include "base/number.h"

#define ERRNO_MAX   4095
#define SIGNAL_LAST 64

typedef struct ErrnoName {
        int number;
        const char *name;
} ErrnoName;

/* The names are made strings by # alone, which errno.h cannot touch. */
#define ERRNO(number, name) {number, #name},
static const ErrnoName errno_names[] = {
#include "syscalls/errno-names.def"
};
#undef ERRNO

static const char *const signal_names[SIGNAL_LAST + 1] = {
        NULL,       "SIGHUP",   "SIGINT",    "SIGQUIT",  "SIGILL",   "SIGTRAP",   "SIGABRT",
        "SIGBUS",   "SIGFPE",   "SIGKILL",   "SIGUSR1",  "SIGSEGV",  "SIGUSR2",   "SIGPIPE",
        "SIGALRM",  "SIGTERM",  "SIGSTKFLT", "SIGCHLD",  "SIGCONT",  "SIGSTOP",   "SIGTSTP",
        "SIGTTIN",  "SIGTTOU",  "SIGURG",    "SIGXCPU",  "SIGXFSZ",  "SIGVTALRM", "SIGPROF",
        "SIGWINCH", "SIGIO",    "SIGPWR",    "SIGSYS",   "SIGRTMIN", "SIGRT_1",   "SIGRT_2",
        "SIGRT_3",  "SIGRT_4",  "SIGRT_5",   "SIGRT_6",  "SIGRT_7",  "SIGRT_8",   "SIGRT_9",
        "SIGRT_10", "SIGRT_11", "SIGRT_12",  "SIGRT_13", "SIGRT_14", "SIGRT_15",  "SIGRT_16",
        "SIGRT_17", "SIGRT_18", "SIGRT_19",  "SIGRT_20", "SIGRT_21", "SIGRT_22",  "SIGRT_23",
        "SIGRT_24", "SIGRT_25", "SIGRT_26",  "SIGRT_27", "SIGRT_28", "SIGRT_29",  "SIGRT_30",
        "SIGRT_31", "SIGRT_32",
};

const char *errno_name(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(errno_names); i++)
                if (errno_names[i].number == number)
                        return errno_names[i].name;
        return NULL;
}

int errno_from_name(const char *name)
{
        uint64_t number;

        for (size_t i = 0; i < ELEMENTS_OF(errno_names); i++)
                if (strcmp(errno_names[i].name, name) == 0)
                        return errno_names[i].number;
        if (number_parse_unsigned(name, &number) < 0 || number < 1 || number > ERRNO_MAX)
                return -EINVAL;
        return (int) number;
}

const char *errno_nearest_name(const char *name)
{
        NearestName nearest = nearest_name_begin(name);

        for (size_t i = 0; i < ELEMENTS_OF(errno_names); i++)
                nearest_name_offer(&nearest, errno_names[i].name);
        return nearest.best;
}

const char *signal_name(int number)
{
        return number < 0 || number > SIGNAL_LAST ? NULL : signal_names[number];
}

int signal_from_name(const char *name)
{
        static const ErrnoName others[] = {
                {6, "SIGIOT"}, {29, "SIGPOLL"}, {17, "SIGCLD"}, {32, "SIGRT_0"}, {64, "SIGRTMAX"},
        };
        char full[24];

        if (snprintf(full, sizeof(full), "%s%s", strncmp(name, "SIG", 3) == 0 ? "" : "SIG", name) >=
            (int) sizeof(full))
                return -EINVAL;
        for (int i = 1; i <= SIGNAL_LAST; i++)
                if (strcmp(signal_names[i], full) == 0)
                        return i;
        for (size_t i = 0; i < ELEMENTS_OF(others); i++)
                if (strcmp(others[i].name, full) == 0)
                        return others[i].number;
        return -EINVAL;
}
