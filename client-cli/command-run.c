/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl run: starts a program in a jail, stands for it in the shell's eyes, asks about its calls.
 */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "client-cli/ask-terminal.h"
#include "client-cli/jail-watch.h"
#include "client-cli/print-text.h"
#include "client-cli/program-follow.h"
#include "client-cli/verdict.h"
#include "dbus/start-program.h"

typedef enum AskWhere { ASK_DEFAULT, ASK_AT_TERMINAL, ASK_AT_DESKTOP, ASK_NOWHERE } AskWhere;

typedef struct Run {
        Session *session;
        JailOptions options;
        AskWhere where;
        bool summary, no_wait;
        char **argv; /* of the program */
        JailWatch watch;
        ProgramFollow follow;
        bool whole_job;    /* what is_in_the_way() goes by */
        bool told_waiting; /* said that calls wait and nobody is asked here */
} Run;

static void run_release(Run *run)
{
        jail_options_release(&run->options);
        jail_watch_release(&run->watch);
}

/* ---- the command line ---- */

enum { OPTION_ASK = OPTION_OWN, OPTION_SUMMARY, OPTION_NO_WAIT };

static int take_where(Run *run, const char *word)
{
        static const struct {
                const char *word;
                AskWhere where;
        } places[] = {
                {"terminal", ASK_AT_TERMINAL}, {"desktop", ASK_AT_DESKTOP}, {"none", ASK_NOWHERE}};

        for (size_t i = 0; i < ELEMENTS_OF(places); i++)
                if (string_equal(places[i].word, word)) {
                        run->where = places[i].where;
                        return 0;
                }
        return report_usage(run->session, _("--ask %s: it takes terminal, desktop or none"), word);
}

static int take_option(void *userdata, int option)
{
        Run *run = userdata;

        switch (option) {
        case OPTION_ASK:
                return take_where(run, optarg);
        case OPTION_SUMMARY:
                run->summary = true;
                return 0;
        case OPTION_NO_WAIT:
                run->no_wait = true;
                return 0;
        default:
                return jail_options_take(&run->options, run->session, option, optarg);
        }
}

static bool read_command_line(Run *run, int argc, char **argv, int *ret_status)
{
        static const struct option options[] = {
                JAIL_OPTION_NAMES,
                {"ask", required_argument, NULL, OPTION_ASK},
                {"summary", no_argument, NULL, OPTION_SUMMARY},
                {"no-wait", no_argument, NULL, OPTION_NO_WAIT},
                {0},
        };
        OptionReader reader = {.session = run->session,
                               .argc = argc,
                               .argv = argv,
                               .options = options,
                               .stop_at_operand = true};

        if (!option_read(&reader, take_option, run, ret_status))
                return false;
        run->argv = argv + optind;
        return option_count_operands(run->session, argc, 1, INT_MAX, ret_status);
}

/* ---- who is asked ---- */

/* The window holds the desktop's notifications; it runs on after us. */
static int start_desktop(Run *run)
{
        char program[] = "jail-window", option[] = "--background";
        char *const words[] = {program, option, NULL};
        pid_t pid;
        int r = posix_spawnp(&pid, words[0], NULL, NULL, words, environ);

        if (r != 0)
                return report_error(run->session, SJ_ERROR_FAILED,
                                    _("--ask desktop: jail-window cannot be started: %s; install "
                                      "the window, or use --ask terminal"),
                                    strerror(r));
        return 0;
}

static int prepare_asking(Run *run)
{
        int r;

        if (run->where == ASK_NOWHERE)
                return 0;
        if (run->where == ASK_AT_DESKTOP)
                return start_desktop(run);
        r = ask_terminal_new(run->session, run->watch.event, !run->session->host, &run->watch.ask);
        if (r < 0 && run->where == ASK_AT_TERMINAL)
                return report_error(run->session, SJ_ERROR_FAILED,
                                    _("--ask terminal: there is no terminal to ask at: %s; use "
                                      "--ask none and answer with 'jailctl decide'"),
                                    strerror(-r));
        return 0;
}

/* Nobody was told to ask elsewhere and there is no terminal: say once what the program waits for.
 */
static void on_call(JailWatch *watch, const cJSON *call)
{
        Run *run = watch->userdata;
        uint64_t id = json_unsigned(call, "id");

        run->follow.held = watch->held;
        if (run->where != ASK_DEFAULT || watch->ask || run->told_waiting)
                return;
        run->told_waiting = true;
        report_note(run->session,
                    _("%s waits, and there is no terminal to ask at; answer with 'jailctl decide "
                      "%" PRIu64 ".%u allow' or '… abort'"),
                    json_string(call, "text"), SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id));
}

/* ---- the start ---- */

/* The program itself could not be started: the shell's words and exit statuses. */
static int program_failed(Run *run, int error)
{
        int status = program_start_exit_status(error);

        report_error(run->session, SJ_ERROR_START_FAILED,
                     status == EXIT_NOT_FOUND ? _("%s: %s; is it spelled right and in PATH?")
                                              : _("%s: it cannot be executed: %s"),
                     run->argv[0], strerror(-error));
        return status;
}

/* 0, or the exit status to leave with. */
static int start(Run *run)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        ProgramStart how = {.argv = (const char *const *) run->argv, .terminal = -1};
        ProgramStub stub;
        int r = program_stub_fork(&how, &stub), started;

        if (r < 0) {
                report_error(run->session, SJ_ERROR_FAILED, _("%s: it cannot be started: %s"),
                             run->argv[0], strerror(-r));
                return EXIT_RUN_FAILED;
        }
        r = jail_options_trace(&run->options, run->session, run->argv, &stub, false, &error,
                               &run->watch.jail);
        if (r < 0 && !sd_bus_error_has_name(&error, SJ_ERROR_START_FAILED)) {
                program_stub_cancel(&stub);
                report_bus_error(run->session, run->argv[0], r, &error);
                return EXIT_RUN_FAILED;
        }
        started = program_stub_wait(&stub);
        if (started >= 0 && r >= 0) {
                run->follow.pid = stub.pid;
                program_stub_release(&stub);
                return 0;
        }
        program_stub_cancel(&stub);
        if (started < 0 && started != -ECANCELED)
                return program_failed(run, started);
        report_bus_error(run->session, run->argv[0], r < 0 ? r : started, &error);
        return EXIT_RUN_FAILED;
}

/* ---- while it runs ---- */

static void tell_leftovers(Run *run)
{
        report_note(run->session,
                    _("jail %" PRIu64 " goes on with its other processes, jailed as before; "
                      "'jailctl ps %" PRIu64 "' shows them, 'jailctl stop %" PRIu64 "' ends them"),
                    run->watch.jail, run->watch.jail, run->watch.jail);
}

static void tell_waiting(Run *run)
{
        if (!run->told_waiting && isatty(STDERR_FILENO))
                report_note(run->session,
                            _("the program has ended, other processes of jail %" PRIu64
                              " have not; waiting for them (^C: leave them running)"),
                            run->watch.jail);
        run->told_waiting = true;
}

/* How long the others may take before a person is told what is waited for. */
#define PATIENCE_USEC (1000u * 1000)

static int on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
        Run *run = userdata;

        (void) source;
        (void) usec;
        run->told_waiting = false;
        tell_waiting(run);
        return 0;
}

static bool is_over(Run *run)
{
        const ProgramFollow *follow = &run->follow;

        if (!follow->ended)
                return false;
        return run->watch.finished || run->watch.lost || run->no_wait || follow->interrupted;
}

/* Of the program, or of the whole job that the terminal signals. */
static bool is_in_the_way(pid_t pid, void *userdata)
{
        const Run *run = userdata;

        return pid == run->follow.pid || (run->whole_job && getpgid(pid) == getpgrp());
}

/* The person pressed ^C, or somebody sent the signal to us. */
static void make_way(void *userdata, bool whole_job)
{
        Run *run = userdata;

        if (run->watch.held == 0 || run->watch.lost)
                return;
        run->whole_job = whole_job;
        verdict_interrupt(run->session, run->watch.jail, is_in_the_way, run);
}

static int follow_program(Run *run)
{
        bool patient = false;
        int r;

        run->follow.ask = run->watch.ask;
        run->follow.make_way = make_way;
        run->follow.userdata = run;
        r = program_follow_start(&run->follow, run->watch.event, run->follow.pid);
        while (r >= 0 && !is_over(run)) {
                if (run->follow.ended && !patient) {
                        patient = true;
                        sd_event_add_time_relative(run->watch.event, NULL, CLOCK_MONOTONIC,
                                                   PATIENCE_USEC, 0, on_patience, run);
                }
                r = jail_watch_turn(&run->watch);
                run->follow.held = run->watch.held;
        }
        return r;
}

static void tell_ending(Run *run)
{
        bool killed = WIFSIGNALED(run->follow.wait_status);

        if (run->watch.lost)
                report_error(run->session, SJ_ERROR_FAILED,
                             killed ? _("jaild ended; the supervisor has ended the program")
                                    : _("jaild ended while the program ran"));
        else if (string_equal(run->watch.reason, "supervisor-died"))
                report_error(run->session, SJ_ERROR_FAILED,
                             _("the supervisor of the program died, and the program with it; the "
                               "log up to then is kept: 'jailctl log %" PRIu64 "'"),
                             run->watch.jail);
        else if (!run->watch.finished)
                tell_leftovers(run);
}

static void print_summary(Run *run)
{
        _cleanup_json_ cJSON *statistics = NULL;

        if (!run->summary || run->watch.lost)
                return;
        if (statistics_get(run->session, run->watch.jail, &statistics) < 0)
                return;
        if (run->session->json)
                json_print_line(statistics, stderr);
        else
                statistics_print(run->session, statistics, stderr);
}

/* ---- on another machine ---- */

/* The exit status of the jail that ended, as its daemon keeps it. */
static int remote_status(Run *run)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *jail;

        if (session_ask_value(run->session, "status", "ListJails", &jails, "a{sv}", 0) < 0)
                return EXIT_RUN_FAILED;
        cJSON_ArrayForEach(jail, jails) if (json_unsigned(jail, "id") == run->watch.jail) return (
                int) json_signed(jail, "status") &
                0xff;
        return EXIT_RUN_FAILED;
}

static int call_remote_trace(Run *run)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = jail_options_trace(&run->options, run->session, run->argv, NULL, false, &error,
                                   &run->watch.jail);

        return r < 0 ? report_bus_error(run->session, run->argv[0], r, &error) : 0;
}

/* No process of ours is there to become the program: the daemon starts it as a unit of its own, and
 * what it prints is in that machine's journal. Only the questions come here. */
static int run_remotely(Run *run)
{
        int r;

        if (run->options.log_path)
                return report_usage(run->session, _("--log does not reach another machine; use "
                                                    "'jailctl log' there"));
        if (jail_options_load(&run->options, run->session) < 0 ||
            jail_watch_start(&run->watch, run->session) < 0 || prepare_asking(run) < 0)
                return EXIT_RUN_FAILED;
        r = call_remote_trace(run);
        if (r < 0)
                return EXIT_RUN_FAILED;
        report_note(run->session, _("jail %" PRIu64 " on %s"), run->watch.jail, run->session->host);
        while (r >= 0 && !run->watch.finished && !run->watch.lost && !run->no_wait &&
               !(run->watch.ask && ask_terminal_was_left(run->watch.ask)))
                r = jail_watch_turn(&run->watch);
        if (r >= 0 && run->watch.finished) {
                print_summary(run);
                return remote_status(run);
        }
        if (run->watch.lost)
                report_error(run->session, SJ_ERROR_FAILED,
                             _("the connection to %s was lost; the jail goes on there"),
                             run->session->host);
        return r >= 0 && run->no_wait ? EXIT_SUCCESS : EXIT_RUN_FAILED;
}

static int run_program(Run *run)
{
        int r, status;

        if (session_open(run->session) < 0 || jail_options_load(&run->options, run->session) < 0)
                return EXIT_RUN_FAILED;
        if (jail_watch_start(&run->watch, run->session) < 0)
                return EXIT_RUN_FAILED;
        status = start(run);
        if (status != 0)
                return status;
        if (prepare_asking(run) < 0) {
                kill(run->follow.pid, SIGKILL);
                return EXIT_RUN_FAILED;
        }
        r = follow_program(run);
        if (r < 0) {
                report_error(run->session, SJ_ERROR_FAILED, _("%s: it is lost from sight: %s"),
                             run->argv[0], strerror(-r));
                return EXIT_RUN_FAILED;
        }
        print_summary(run);
        tell_ending(run);
        return program_follow_status(&run->follow);
}

int command_run(Session *session, int argc, char **argv)
{
        _cleanup_(run_release) Run run = {.session = session, .options = JAIL_OPTIONS_INIT};
        int status;

        if (!read_command_line(&run, argc, argv, &status))
                return status;
        run.watch.on_call = on_call;
        run.watch.userdata = &run;
        if (session->host)
                return run_remotely(&run);
        return run_program(&run);
}
