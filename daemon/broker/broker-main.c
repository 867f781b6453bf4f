/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jaild: reads its options, sets the loop up, runs it. */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/number.h"
#include "base/text.h"
#include "broker/authorization.h"
#include "broker/broker-restore.h"
#include "broker/broker.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "broker/supervisor-process.h"
#include "broker/user-listener.h"
#include "dbus/bus-names.h"

static const char usage[] =
        "Usage: jaild --user [OPTION...]\n"
        "       jaild\n"
        "The daemon of seccomp-jail: on the system bus, or on the private socket of its user.\n\n"
        "      --user             serve this user only, on a private socket, without root\n"
        "      --idle=SECONDS     --user: leave when nothing was to do for so long (10)\n"
        "      --ready-fd=N       --user: write \"ready\" to this descriptor when it listens\n"
        "      --supervisor=PATH  --user: run this instead of the jail-supervisor beside jaild\n"
        "  -h, --help             show this\n"
        "      --version          show the version\n";

typedef struct Options {
        bool is_user;
        uint64_t idle_usec;
        int ready;
        const char *supervisor;
} Options;

static const struct option long_options[] = {
        {"user", no_argument, NULL, 'u'},
        {"idle", required_argument, NULL, 'i'},
        {"ready-fd", required_argument, NULL, 'r'},
        {"supervisor", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
};

/* 0 to go on, 1 to leave well, negative for a mistake that was told. */
static int parse_options(int argc, char **argv, Options *options)
{
        uint64_t number = 0;

        for (int c; (c = getopt_long(argc, argv, "h", long_options, NULL)) >= 0;) {
                if ((c == 'i' || c == 'r') &&
                    (number_parse_unsigned(optarg, &number) < 0 || number > 1000000)) {
                        log_error("'%s' is not a number that fits", optarg);
                        return -EINVAL;
                }
                switch (c) {
                case 'u':
                        options->is_user = true;
                        break;
                case 'i':
                        options->idle_usec = number * SECOND;
                        break;
                case 'r':
                        options->ready = (int) number;
                        break;
                case 's':
                        options->supervisor = optarg;
                        break;
                case 'h':
                        fputs(usage, stdout);
                        return 1;
                case 'v':
                        puts("jaild (seccomp-jail) " SJ_VERSION);
                        return 1;
                default:
                        return -EINVAL;
                }
        }
        if (optind < argc || (!options->is_user && options->supervisor)) {
                log_error("see jaild --help for its options");
                return -EINVAL;
        }
        return 0;
}

static int on_child(sd_event_source *source _unused_, const struct signalfd_siginfo *info _unused_,
                    void *userdata _unused_)
{
        while (waitpid(-1, NULL, WNOHANG) > 0)
                ;
        return 0;
}

/* Children are watched by pidfd; here they are only reaped, after every pidfd has been served. */
static int set_up_signals(sd_event *event)
{
        sd_event_source *children;
        sigset_t set;
        int r;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        signal(SIGPIPE, SIG_IGN);
        r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, &children, SIGCHLD, on_child, NULL);
        if (r < 0)
                return r;
        sd_event_source_set_priority(children, SD_EVENT_PRIORITY_IDLE);
        r = sd_event_source_set_floating(children, 1); /* the loop's from now on */
        sd_event_source_unref(children);
        return r;
}

static int set_up(Broker *broker, const Options *options)
{
        int r = sd_event_default(&broker->event);

        if (r >= 0)
                r = set_up_signals(broker->event);
        if (r < 0)
                return r;
        if (!options->supervisor)
                return daemon_program_find(PROGRAM_SUPERVISOR, &broker->supervisor_program);
        broker->supervisor_program = strdup(options->supervisor);
        return broker->supervisor_program ? 0 : -ENOMEM;
}

/* What daemon-locate reads at the other end. */
static void tell_starter(int fd, const char *text)
{
        if (fd < 0)
                return;
        if (write(fd, text, strlen(text)) < 0)
                log_debug("--ready-fd: %m");
        close(fd);
}

static int run_user(Broker *broker, const Options *options)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        UserListener *listener;
        int r;

        /* Its descriptors and memory are the user's who runs it: keep what he traces out. */
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        if (options->ready >= 0)
                fcntl(options->ready, F_SETFD, FD_CLOEXEC);
        r = user_listener_new(broker, options->idle_usec, &listener, &problem);
        if (r < 0) {
                log_error("%s", problem.error ? problem_text(&problem) : strerror(-r));
                tell_starter(options->ready, problem.error ? problem_text(&problem) : strerror(-r));
                return r;
        }
        tell_starter(options->ready, "ready");
        return r == 1 ? 0 : sd_event_loop(broker->event);
}

static int open_system_bus(Broker *broker)
{
        int r = sd_bus_open_system(&broker->system_bus);

        if (r >= 0)
                r = bus_interface_add(broker, broker->system_bus);
        if (r >= 0)
                r = sd_bus_attach_event(broker->system_bus, broker->event,
                                        SD_EVENT_PRIORITY_NORMAL);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(broker->system_bus, 1);
        return r < 0 ? r : sd_bus_request_name(broker->system_bus, SJ_BUS_NAME, 0);
}

static int run_system(Broker *broker)
{
        int r;

        broker->is_system = true;
        r = authorization_new(&broker->authorization);
        if (r >= 0)
                r = broker_restore(broker);
        if (r < 0) {
                log_error("cannot take over what the last jaild left: %s", strerror(-r));
                return r;
        }
        r = open_system_bus(broker);
        if (r < 0) {
                log_error("cannot serve %s on the system bus: %s", SJ_BUS_NAME, strerror(-r));
                return r;
        }
        sd_event_set_watchdog(broker->event, 1);
        sd_notify(0, "READY=1");
        r = authorization_run_loop(broker->authorization, broker->event);
        sd_notify(0, "STOPPING=1");
        return r;
}

int main(int argc, char **argv)
{
        Options options = {.idle_usec = TIMEOUT_IDLE_DEFAULT, .ready = -1};
        Broker broker = {0};
        int r;

        log_open("jaild");
        umask(077);
        r = parse_options(argc, argv, &options);
        if (r != 0)
                return r < 0 ? 2 : EXIT_SUCCESS;
        r = set_up(&broker, &options);
        if (r < 0)
                log_error("cannot start: %s", strerror(-r));
        else
                r = options.is_user ? run_user(&broker, &options) : run_system(&broker);
        broker_release(&broker);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
