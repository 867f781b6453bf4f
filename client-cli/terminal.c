/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking the terminal and giving it back. */
#include "client-cli/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"

/* What the handler of an ending signal has to put back: the one thing here that cannot be handed
 * over. */
static Terminal *taken_terminal;

static void put_back(Terminal *terminal)
{
        if (terminal->group_before > 0)
                tcsetpgrp(terminal->fd, terminal->group_before);
        tcsetattr(terminal->fd, TCSADRAIN, &terminal->before);
}

/* Everything here is async-signal-safe. */
static void restore_and_die(int signal_number)
{
        for (Terminal *terminal = taken_terminal; terminal; terminal = terminal->outer)
                put_back(terminal);
        signal(signal_number, SIG_DFL);
        raise(signal_number);
}

/* Who ignores a signal (nohup), or takes it himself, goes on doing so. */
static void catch_endings(void)
{
        static const int endings[] = {SIGSEGV, SIGBUS, SIGILL,  SIGFPE, SIGABRT,
                                      SIGINT,  SIGHUP, SIGQUIT, SIGTERM};
        struct sigaction action = {.sa_handler = restore_and_die, .sa_flags = SA_NODEFER}, before;

        for (size_t i = 0; i < ELEMENTS_OF(endings); i++)
                if (sigaction(endings[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
                        sigaction(endings[i], &action, NULL);
        /* Its mode is changed from the background too, on the way out. */
        signal(SIGTTOU, SIG_IGN);
}

int terminal_open(Terminal *ret)
{
        _cleanup_close_ int fd = open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        FILE *out;

        if (fd < 0)
                return -errno;
        out = fopen("/dev/tty", "we");
        if (!out)
                return -errno;
        *ret = (Terminal){.fd = TAKE_FD(fd), .out = out};
        catch_endings();
        return 0;
}

void terminal_close(Terminal *terminal)
{
        terminal_give_back(terminal);
        terminal->fd = close_fd(terminal->fd);
        if (terminal->out)
                fclose(terminal->out);
        terminal->out = NULL;
}

bool terminal_is_free(const Terminal *terminal, pid_t process)
{
        pid_t foreground = tcgetpgrp(terminal->fd);

        if (foreground < 0)
                return false;
        return foreground == getpgrp() || (process > 0 && foreground == getpgid(process));
}

int terminal_take(Terminal *terminal)
{
        pid_t foreground = tcgetpgrp(terminal->fd);

        if (foreground < 0 || tcgetattr(terminal->fd, &terminal->before) < 0)
                return -errno;
        terminal->group_before = foreground == getpgrp() ? 0 : foreground;
        if (terminal->group_before > 0 && tcsetpgrp(terminal->fd, getpgrp()) < 0)
                return -errno;
        terminal->taken = true;
        terminal->outer = taken_terminal;
        taken_terminal = terminal;
        tcflush(terminal->fd, TCIFLUSH);
        return 0;
}

/* Line ends as everywhere, whatever the program has done to them; no key makes a signal. */
static struct termios plain_mode(const Terminal *terminal)
{
        struct termios mode = terminal->before;

        mode.c_iflag |= ICRNL;
        mode.c_iflag &= ~(tcflag_t) (INLCR | IGNCR | IXOFF);
        mode.c_oflag |= OPOST | ONLCR;
        mode.c_lflag &= ~(tcflag_t) (ISIG | ECHOPRT | NOFLSH);
        mode.c_lflag |= IEXTEN;
        return mode;
}

int terminal_read_keys(Terminal *terminal)
{
        struct termios mode = plain_mode(terminal);

        mode.c_lflag &= ~(tcflag_t) (ICANON | ECHO | ECHONL);
        mode.c_cc[VMIN] = 1;
        mode.c_cc[VTIME] = 0;
        return tcsetattr(terminal->fd, TCSADRAIN, &mode) < 0 ? -errno : 0;
}

int terminal_read_lines(Terminal *terminal)
{
        struct termios mode = plain_mode(terminal);

        mode.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ECHOKE | ECHOCTL;
        mode.c_cc[VEOL] = 0x03;  /* ^C */
        mode.c_cc[VEOL2] = 0x1b; /* Escape */
        if (mode.c_cc[VERASE] == _POSIX_VDISABLE)
                mode.c_cc[VERASE] = 0x7f;
        mode.c_cc[VEOF] = 0x04;
        return tcsetattr(terminal->fd, TCSADRAIN, &mode) < 0 ? -errno : 0;
}

void terminal_give_back(Terminal *terminal)
{
        if (!terminal->taken)
                return;
        fflush(terminal->out);
        put_back(terminal);
        terminal->taken = false;
        taken_terminal = terminal->outer;
}
