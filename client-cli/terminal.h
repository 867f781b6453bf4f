/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The controlling terminal while a question stands on it: taken from the program, put into a mode
 * in which single keys arrive unseen, and given back exactly as it was, on every way out.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <termios.h>

typedef struct Terminal Terminal;

struct Terminal {
        int fd;                /* /dev/tty, non-blocking, for keys */
        FILE *out;             /* /dev/tty, for what is shown */
        bool taken;            /* `before` and `group_before` are to be put back */
        struct termios before; /* its mode when it was taken */
        pid_t group_before;    /* its foreground process group then */
        Terminal *outer;       /* who had taken it before and goes on with it after; not owned */
};

/* -ENXIO and the like when this session has no terminal. */
int terminal_open(Terminal *ret);
void terminal_close(Terminal *terminal);

/* Whether asking would disturb nobody: its foreground is our own process group or that of
 * `process`, whose call it is about. Somebody else's shell or editor is left alone. */
bool terminal_is_free(const Terminal *terminal, pid_t process);

/* One taking may stand within another: a password that is asked for while a question stands.
 * Takes the foreground and forgets what was typed before: no key pressed ahead answers anything. */
int terminal_take(Terminal *terminal);
/* Keys one by one, unseen; or lines with the kernel's editing, where ^C and Escape end a line. */
int terminal_read_keys(Terminal *terminal);
int terminal_read_lines(Terminal *terminal);
void terminal_give_back(Terminal *terminal);
