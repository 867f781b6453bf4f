/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals and job control of `jailctl run`. */
#include "client-cli/program-follow.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "client-cli/command.h"

/* Stops jailctl the way the program was stopped; returns when somebody continues it. In a process
 * group that no shell watches the kernel does not stop, as it does not for the program. */
static void stop_as(ProgramFollow *follow, int signal_number)
{
        struct sigaction plain = {.sa_handler = SIG_DFL}, before;
        sigset_t set, old;

        if (follow->ask)
                ask_terminal_suspend(follow->ask);
        if (signal_number != SIGSTOP)
                sigaction(signal_number, &plain, &before);
        sigemptyset(&set);
        sigaddset(&set, signal_number);
        raise(signal_number);
        sigprocmask(SIG_UNBLOCK, &set, &old);
        sigprocmask(SIG_SETMASK, &old, NULL);
        if (signal_number != SIGSTOP)
                sigaction(signal_number, &before, NULL);
        /* The shell has continued our process group; the program may have made its own. */
        if (!follow->ended && getpgid(follow->pid) != getpgrp())
                kill(follow->pid, SIGCONT);
        if (follow->ask)
                ask_terminal_resume(follow->ask);
}

/* Whether a shell has us in the foreground and would notice that we stop. */
static bool is_watched(void)
{
        _cleanup_close_ int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

        return tty >= 0 && tcgetpgrp(tty) == getpgrp() && getsid(0) != getpgrp();
}

static void program_stopped(ProgramFollow *follow, int signal_number)
{
        switch (signal_number) {
        case SIGTSTP:
        case SIGTTIN:
        case SIGTTOU:
                stop_as(follow, signal_number);
                break;
        case SIGSTOP:
                if (is_watched())
                        stop_as(follow, SIGSTOP);
                break;
        default:
                break;
        }
}

static void look_at_program(ProgramFollow *follow)
{
        int status;

        while (!follow->ended &&
               waitpid(follow->pid, &status, WNOHANG | WUNTRACED) == follow->pid) {
                if (WIFSTOPPED(status)) {
                        program_stopped(follow, WSTOPSIG(status));
                        continue;
                }
                follow->ended = true;
                follow->wait_status = status;
        }
}

/* ^Z: the program is in our process group and stops by itself, unless its thread is held. */
static void terminal_stop(ProgramFollow *follow, const struct signalfd_siginfo *info)
{
        if (info->ssi_code == SI_USER || follow->held > 0)
                stop_as(follow, SIGTSTP);
}

/* What another process sent to jailctl is meant for the program. */
static void pass_on(ProgramFollow *follow, int signal_number)
{
        kill(follow->pid, signal_number);
        follow->make_way(follow->userdata, false);
}

/* SIGINT, SIGQUIT, SIGTERM, SIGHUP: those of the terminal the program has already. */
static void ending_signal(ProgramFollow *follow, const struct signalfd_siginfo *info)
{
        if (follow->ended)
                follow->interrupted = true;
        else if (info->ssi_code == SI_KERNEL)
                follow->make_way(follow->userdata, true);
        else if (info->ssi_pid != (uint32_t) getpid())
                pass_on(follow, (int) info->ssi_signo);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        ProgramFollow *follow = userdata;

        (void) source;
        switch (info->ssi_signo) {
        case SIGCHLD:
                look_at_program(follow);
                break;
        case SIGTSTP:
                terminal_stop(follow, info);
                break;
        default:
                ending_signal(follow, info);
                break;
        }
        return 0;
}

int program_follow_start(ProgramFollow *follow, sd_event *event, pid_t pid)
{
        static const int signals[] = {SIGCHLD, SIGTSTP, SIGINT, SIGQUIT, SIGTERM, SIGHUP};
        sigset_t set;
        int r = 0;

        follow->pid = pid;
        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS_OF(signals); i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, &follow->mask) < 0)
                return -errno;
        for (size_t i = 0; r >= 0 && i < ELEMENTS_OF(signals); i++)
                r = sd_event_add_signal(event, NULL, signals[i], on_signal, follow);
        look_at_program(follow); /* what happened before the signals were ours */
        return r < 0 ? r : 0;
}

int program_follow_status(const ProgramFollow *follow)
{
        if (WIFSIGNALED(follow->wait_status))
                return EXIT_SIGNAL + WTERMSIG(follow->wait_status);
        return WEXITSTATUS(follow->wait_status);
}
