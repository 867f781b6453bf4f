/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of a verb: getopt_long with the house's words for what is wrong. */
#include "client-cli/command.h"

#include <getopt.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

#define OPTIONS_MAX 48

enum {
        OPTION_HELP = 1,
        OPTION_JSON,
        OPTION_NO_COLOUR,
        OPTION_USER,
        OPTION_SYSTEM,
};

/* These are taken behind the verb as well. */
static const struct option common[] = {
        {"help", no_argument, NULL, OPTION_HELP},
        {"json", no_argument, NULL, OPTION_JSON},
        {"no-color", no_argument, NULL, OPTION_NO_COLOUR},
        {"no-colour", no_argument, NULL, OPTION_NO_COLOUR},
        {"user", no_argument, NULL, OPTION_USER},
        {"system", no_argument, NULL, OPTION_SYSTEM},
        {"host", required_argument, NULL, 'H'},
};

static void option_join(const struct option *own, struct option *ret)
{
        size_t count = 0;

        for (; own && own->name && count < OPTIONS_MAX - ELEMENTS_OF(common) - 1; own++)
                ret[count++] = *own;
        memcpy(ret + count, common, sizeof(common));
        ret[count + ELEMENTS_OF(common)] = (struct option){0};
}

/* True when it was one of the common options. */
static bool option_take_common(OptionReader *reader, int option)
{
        Session *session = reader->session;

        switch (option) {
        case OPTION_JSON:
                session->json = true;
                return true;
        case OPTION_NO_COLOUR:
                session->colour = session->colour_errors = false;
                return true;
        case OPTION_USER:
                session->mode = JAIL_CLIENT_USER;
                return true;
        case OPTION_SYSTEM:
                session->mode = JAIL_CLIENT_SYSTEM;
                return true;
        case 'H':
                session->host = optarg;
                return true;
        default:
                return false;
        }
}

static int option_refuse(OptionReader *reader, int option)
{
        const char *word = reader->argv[optind - 1];

        if (option == ':')
                reader->status =
                        report_usage(reader->session, _("option '%s' needs a value"), word);
        else if (optopt > 0 && optopt < 256 && optopt > OPTION_SYSTEM)
                reader->status = report_usage(reader->session, _("unknown option '-%c'"), optopt);
        else if (optopt)
                reader->status =
                        report_usage(reader->session, _("option '%s' takes no value"), word);
        else
                reader->status = report_usage(reader->session, _("unknown option '%s'"), word);
        return OPTION_END;
}

int option_next(OptionReader *reader)
{
        struct option options[OPTIONS_MAX];
        char letters[32];
        int option;

        option_join(reader->options, options);
        snprintf(letters, sizeof(letters), "%s:hH:%s", reader->stop_at_operand ? "+" : "",
                 reader->letters ? reader->letters : "");
        opterr = 0;
        for (;;) {
                option = getopt_long(reader->argc, reader->argv, letters, options, NULL);
                if (option == -1)
                        return OPTION_DONE;
                if (option == OPTION_HELP || option == 'h') {
                        command_print_help(reader->session->command, stdout);
                        reader->status = EXIT_SUCCESS;
                        return OPTION_END;
                }
                if (option == '?' || option == ':')
                        return option_refuse(reader, option);
                if (!option_take_common(reader, option))
                        return option;
        }
}

bool option_read(OptionReader *reader, int (*take)(void *userdata, int option), void *userdata,
                 int *ret_status)
{
        int option;

        while ((option = option_next(reader)) >= 0) {
                *ret_status = take(userdata, option);
                if (*ret_status != 0)
                        return false;
        }
        *ret_status = reader->status;
        return option != OPTION_END;
}

bool option_count_operands(Session *session, int argc, int least, int most, int *ret_status)
{
        int count = argc - optind;

        if (count >= least && count <= most)
                return true;
        *ret_status = count < least
                              ? report_usage(session, _("something is missing: jailctl %s %s"),
                                             session->command->verb, session->command->arguments)
                              : report_usage(session, _("too many arguments: jailctl %s %s"),
                                             session->command->verb, session->command->arguments);
        return false;
}

bool option_operands(Session *session, int argc, char **argv, int least, int most, int *ret_status)
{
        OptionReader reader = {.session = session, .argc = argc, .argv = argv};

        if (option_next(&reader) != OPTION_DONE) {
                *ret_status = reader.status;
                return false;
        }
        return option_count_operands(session, argc, least, most, ret_status);
}

int option_boolean(const char *word)
{
        static const char *const yes[] = {"yes", "on", "true", "1"};
        static const char *const no[] = {"no", "off", "false", "0"};

        for (size_t i = 0; i < ELEMENTS_OF(yes); i++)
                if (string_equal(word, yes[i]))
                        return 1;
        for (size_t i = 0; i < ELEMENTS_OF(no); i++)
                if (string_equal(word, no[i]))
                        return 0;
        return -EINVAL;
}

int option_duration(const char *word, uint64_t *ret_seconds)
{
        static const struct {
                char letter;
                uint64_t seconds;
        } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
        _cleanup_free_ char *digits = strdup(word);
        size_t length = strlen(word);
        uint64_t unit = 1, number;

        if (!digits)
                return -ENOMEM;
        for (size_t i = 0; length > 1 && i < ELEMENTS_OF(units); i++)
                if (word[length - 1] == units[i].letter) {
                        unit = units[i].seconds;
                        digits[length - 1] = '\0';
                        break;
                }
        if (digits[0] == '-' || number_parse_unsigned(digits, &number) < 0)
                return -EINVAL;
        if (number == 0 || number > UINT32_MAX / unit)
                return -EINVAL;
        *ret_seconds = number * unit;
        return 0;
}
