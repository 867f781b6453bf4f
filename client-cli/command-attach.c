/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl attach, detach: a process that runs already. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/jail-watch.h"

typedef struct AttachRequest {
        Session *session;
        JailOptions options;
        bool ask; /* stay and ask at the terminal */
        pid_t pid;
} AttachRequest;

static void request_release(AttachRequest *request)
{
        jail_options_release(&request->options);
}

enum { OPTION_ASK = OPTION_OWN };

static int take_option(void *userdata, int option)
{
        AttachRequest *request = userdata;

        if (option != OPTION_ASK)
                return jail_options_take(&request->options, request->session, option, optarg);
        request->ask = string_equal(optarg, "terminal");
        if (request->ask || string_equal(optarg, "none"))
                return 0;
        return report_usage(request->session, _("--ask %s: it takes terminal or none"), optarg);
}

static int fill_attach(const AttachRequest *request, sd_bus_message *message)
{
        int r = sd_bus_message_append(message, "i", (int32_t) request->pid);

        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = jail_options_append(&request->options, message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int call_attach(AttachRequest *request, const char *word, uint64_t *ret_jail)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        int r = session_method(request->session, "Attach", &message);

        if (r < 0)
                return r;
        r = fill_attach(request, message);
        if (r < 0)
                return report_bus_error(request->session, word, r, NULL);
        r = session_call(request->session, word, message, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "t", ret_jail);
        return r < 0 ? report_bus_error(request->session, word, r, NULL) : 0;
}

/* Asks until the jail ends or the person leaves. */
static int stay(JailWatch *watch)
{
        int r = jail_watch_refresh(watch);

        while (r >= 0 && !watch->finished && !watch->lost && !ask_terminal_was_left(watch->ask))
                r = jail_watch_turn(watch);
        return r;
}

static int attach(AttachRequest *request, const char *word)
{
        _cleanup_watch_ JailWatch watch = {0};
        int r;

        if (session_pid(request->session, word, &request->pid) < 0 ||
            jail_options_load(&request->options, request->session) < 0)
                return -EINVAL;
        if (request->ask) {
                if (jail_watch_start(&watch, request->session) < 0)
                        return -EIO;
                r = ask_terminal_new(request->session, watch.event, false, &watch.ask);
                if (r < 0)
                        return report_error(request->session, SJ_ERROR_FAILED,
                                            _("--ask terminal: there is no terminal: %s"),
                                            strerror(-r));
        }
        r = call_attach(request, word, &watch.jail);
        if (r < 0)
                return r;
        if (request->session->json)
                printf("{\"jail\":%" PRIu64 ",\"pid\":%d}\n", watch.jail, request->pid);
        else
                printf(_("jail %" PRIu64 "\n"), watch.jail);
        fflush(stdout);
        return request->ask ? stay(&watch) : 0;
}

int command_attach(Session *session, int argc, char **argv)
{
        static const struct option options[] = {
                JAIL_OPTION_NAMES,
                {"ask", required_argument, NULL, OPTION_ASK},
                {0},
        };
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        _cleanup_(request_release)
                AttachRequest request = {.session = session, .options = JAIL_OPTIONS_INIT};
        int status;

        if (!option_read(&reader, take_option, &request, &status) ||
            !option_count_operands(session, argc, 1, 1, &status))
                return status;
        return attach(&request, argv[optind]) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_detach(Session *session, int argc, char **argv)
{
        _cleanup_free_ char *what = NULL;
        uint64_t jail;
        int status;

        if (!option_operands(session, argc, argv, 1, 1, &status))
                return status;
        what = string_format(_("jail %s"), argv[optind]);
        if (session_jail(session, argv[optind], &jail) < 0 ||
            session_ask(session, what ? what : argv[optind], "Detach", NULL, "t", jail) < 0)
                return EXIT_FAILURE;
        return EXIT_SUCCESS;
}
