/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl: seccomp-jail at the terminal and for scripts. Reads what stands in front of the verb,
 * finds the verb and runs it. */
#include <getopt.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/command.h"
#include "client-cli/polkit-agent.h"
#include "client-cli/print-text.h"

static const Command commands[] = {
        {"run", N_("Programs"), "[OPTION...] [--] PROGRAM [ARG...]",
         N_("Run a program in a jail and ask what it may do"),
         N_("      --rules FILE|PRESET   the rules (default: the preset ask-before-write)\n"
            "      --default ACTION      what to do with calls that no rule names\n"
            "      --rule CALL=ACTION    a rule in front of the others; may be repeated\n"
            "      --ask WHERE           terminal, desktop or none: who is asked here\n"
            "      --log FILE            write the log's JSON lines there\n"
            "      --summary             at the end, a table of the calls on standard error\n"
            "      --no-wait             return with the program, not with its last process\n"),
         command_run},
        {"attach", NULL, "[OPTION...] PID", N_("Take a running process into a jail"),
         N_("      --rules FILE|PRESET   the rules (default: the preset ask-before-write)\n"
            "      --default ACTION      what to do with calls that no rule names\n"
            "      --rule CALL=ACTION    a rule in front of the others; may be repeated\n"
            "      --ask WHERE           terminal: stay and ask here; none (default): return\n"
            "      --log FILE            write the log's JSON lines there\n"),
         command_attach},
        {"service", NULL, "--config NAME | --stop PID | [OPTION...] [--] PROGRAM [ARG...]",
         N_("Become a service in a jail, for ExecStart= of systemd's units"),
         N_("      --config NAME|FILE    what /etc/seccomp-jail/NAME.json says\n"
            "      --check               only say what is wrong with it\n"
            "      --stop PID            for ExecStop=: held calls do not keep its end waiting\n"
            "      --as USER[:GROUP]     who the program is, started by root\n"
            "      --rules FILE|PRESET   the rules (default: the preset ask-before-write)\n"
            "      --default ACTION      what to do with calls that no rule names\n"
            "      --rule CALL=ACTION    a rule in front of the others; may be repeated\n"
            "      --log FILE            write the log's JSON lines there\n"),
         command_service},
        {"detach", NULL, "JAIL", N_("Let go of a jail that was attached without a filter"), "",
         command_detach},
        {"stop", NULL, "JAIL...", N_("End jails: every process in them is killed"), "",
         command_stop},
        {"list", N_("Jails"), "", N_("List the jails"),
         N_("      --all                 those of other users too\n"), command_list},
        {"show", NULL, "[JAIL]", N_("Show one jail, its rules' name, its daemon"), "",
         command_show},
        {"ps", NULL, "[JAIL]", N_("Show the processes and threads as a tree"), "", command_ps},
        {"stats", NULL, "[JAIL]", N_("Count calls, errors and time by call and process"), "",
         command_stats},
        {"log", NULL, "[OPTION...] [JAIL]", N_("Show the log"),
         N_("      --follow, -f          go on until the jail ends\n"
            "      --call NAME           only these calls; may be repeated\n"
            "      --pid PID             only this process or thread\n"
            "      --action ACTION       only those answered so (allow, abort, return, interrupt)\n"
            "      --failed              only those that returned an error\n"
            "      --last, -n N          only the last N\n"),
         command_log},
        {"pending", N_("Held calls"), "[OPTION...] [JAIL]", N_("List the calls that wait"),
         N_("      --follow, -f          go on, with each new call as it comes\n"
            "      --ask                 ask about them here, at the terminal\n"),
         command_pending},
        {"decide", NULL, "[OPTION...] ID ACTION",
         N_("Answer one: allow, abort[=ERRNO], return=VALUE, interrupt"),
         N_("      --number CALL         run this call instead, by name or number\n"
            "      --arg N=VALUE         change an argument, by index or name\n"
            "      --field N.NAME=VALUE  set a field of what an argument points to\n"
            "      --write N=BYTES       set what an argument points to: text with C escapes,\n"
            "                            hex:00ff, or @FILE\n"
            "      --after return=VALUE  let it run, then change its result; also\n"
            "                            write=N=BYTES and field=N.NAME=VALUE\n"
            "      --remember[=SCOPE]    make it a rule, for: call (like this one), image, "
            "process,\n"
            "                            children, jail (default)\n"
            "      --values              the rule holds for these argument values only\n"
            "      --for TIME            the rule ends after 90s, 15m, 2h, 1d\n"
            "      --uses N              the rule ends after N calls\n"
            "      --always              the rule is written into the jail's rule file too\n"
            "      --preview             answer nothing; say what the rule would have matched\n"),
         command_decide},
        {"memory", NULL, "[OPTION...] PID ADDRESS LENGTH | ID:N [LENGTH]",
         N_("Look at memory, of a process or behind argument N"),
         N_("      --raw                 the bytes as they are\n"
            "      --string              a string that ends with a zero byte\n"
            "      --write BYTES         change it: text with C escapes, hex:00ff, or @FILE\n"),
         command_memory},
        {"inject", NULL, "[OPTION...] TID... 'CALL(ARG, ...)'", N_("Have a thread execute a call"),
         "", command_inject},
        {"inspect", NULL, "PID", N_("Show registers, stack, maps, descriptors, waiting signals"),
         N_("      --what LIST           only these: registers,stack,maps,descriptors,signals\n"),
         command_inspect},
        {"rule", N_("Rules"),
         "list [JAIL] | set JAIL CALL ACTION | add JAIL JSON | remove JAIL RULE |\n"
         "           move JAIL RULE TO | enable JAIL RULE | disable JAIL RULE | save JAIL FILE",
         N_("See and change the rules of a running jail"),
         N_("      --position N          where `add` puts the rule (default: in front)\n"),
         command_rule},
        {"rules", NULL,
         "list | check FILE | new PRESET [FILE] | show FILE | import FILE [FILE] |\n"
         "            export FILE --to oci|systemd | apply JAIL FILE",
         N_("Make, check and convert rule files"),
         N_("      --to FORM             oci (seccomp JSON of containers) or systemd (drop-in)\n"),
         command_rules},
        {"syscalls", N_("This machine"), "[NAME|GROUP...]", N_("List the system calls"),
         N_("      --names               only the names\n"), command_syscalls},
        {"doctor", NULL, "", N_("Say what this kernel and machine can and cannot do"), "",
         command_doctor},
        {0},
};

const Command *command_table(void)
{
        return commands;
}

const Command *command_find(const char *verb)
{
        for (const Command *command = commands; command->verb; command++)
                if (string_equal(command->verb, verb))
                        return command;
        return NULL;
}

static void print_common_options(FILE *stream)
{
        fputs(_("      --json                for machines: one object a line\n"
                "      --no-color            no colours (as NO_COLOR in the environment)\n"
                "      --user, --system      the private daemon, or the system service\n"
                "  -H, --host USER@HOST      on another machine, over ssh\n"
                "  -h, --help                this text\n"),
              stream);
}

void command_print_help(const Command *command, FILE *stream)
{
        if (!command)
                return;
        fprintf(stream, "jailctl %s %s\n\n%s.\n\n", command->verb, command->arguments,
                _(command->summary));
        fputs(_("Options:\n"), stream);
        if (*command->help)
                fputs(_(command->help), stream);
        print_common_options(stream);
        fputs(_("\nActions: allow, abort, abort=EACCES, return=0, return=ENOENT, notify,\n"
                "allow-forever, abort-forever. More in jailctl(1) and seccomp-jail(5).\n"),
              stream);
}

static void print_help(void)
{
        printf(_("jailctl [OPTION...] VERB ...\n\n"
                 "An interactive system-call firewall: decide what the kernel may do for a "
                 "program.\n"));
        for (const Command *command = commands; command->verb; command++) {
                if (command->group)
                        printf("\n%s:\n", _(command->group));
                printf("  %-10s %s\n", command->verb, _(command->summary));
        }
        printf("\n%s:\n", _("Options"));
        print_common_options(stdout);
        fputs(_("      --version\n\n"
                "'jailctl VERB --help' tells more. A first try: jailctl run -- bash\n"),
              stdout);
}

static int print_version(const Session *session)
{
        _cleanup_json_ cJSON *object = NULL;

        if (!session->json) {
                printf("jailctl (seccomp-jail) %s\n", SJ_VERSION);
                return EXIT_SUCCESS;
        }
        object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "version", SJ_VERSION);
        return json_print_line(object, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

enum { OPTION_VERSION = 256 };

/* What stands in front of the verb. */
static bool read_options(Session *session, int argc, char **argv, int *ret_status)
{
        static const struct option options[] = {{"version", no_argument, NULL, OPTION_VERSION},
                                                {0}};
        OptionReader reader = {.session = session,
                               .argc = argc,
                               .argv = argv,
                               .options = options,
                               .stop_at_operand = true};
        int option = option_next(&reader);

        if (option == OPTION_DONE)
                return true;
        if (option == OPTION_VERSION) {
                *ret_status = print_version(session);
                return false;
        }
        *ret_status = reader.status;
        if (reader.status == EXIT_SUCCESS)
                print_help();
        return false;
}

/* The verb whose beginning or spelling is nearest to a mistyped one. */
static const char *nearest_verb(const char *word)
{
        static const struct {
                const char *other, *verb;
        } words[] = {
                {"start", "run"},        {"exec", "run"},      {"trace", "run"},
                {"status", "show"},      {"kill", "stop"},     {"tree", "ps"},
                {"ls", "list"},          {"answer", "decide"}, {"allow", "decide"},
                {"deny", "decide"},      {"read", "memory"},   {"call", "inject"},
                {"statistics", "stats"}, {"check", "rules"},   {"presets", "rules"},
        };

        for (size_t i = 0; i < ELEMENTS_OF(words); i++)
                if (string_equal(words[i].other, word))
                        return words[i].verb;
        for (const Command *command = commands; command->verb; command++)
                if (strncmp(command->verb, word, 2) == 0)
                        return command->verb;
        return NULL;
}

static int refuse_verb(const Session *session, const char *word)
{
        const char *nearest = nearest_verb(word);

        if (nearest)
                return report_usage(session, _("unknown verb '%s'; did you mean '%s'?"), word,
                                    nearest);
        return report_usage(session, _("unknown verb '%s'"), word);
}

static int dispatch(Session *session, int argc, char **argv)
{
        int first, status;

        if (!read_options(session, argc, argv, &status))
                return status;
        if (optind >= argc) {
                print_help();
                return EXIT_SUCCESS;
        }
        if (string_equal(argv[optind], "help")) {
                const Command *about = optind + 1 < argc ? command_find(argv[optind + 1]) : NULL;

                if (about)
                        command_print_help(about, stdout);
                else
                        print_help();
                return EXIT_SUCCESS;
        }
        session->command = command_find(argv[optind]);
        if (!session->command)
                return refuse_verb(session, argv[optind]);
        first = optind;
        optind = 0; /* a new command line for getopt_long: the verb is its argv[0] */
        return session->command->run(session, argc - first, argv + first);
}

int main(int argc, char **argv)
{
        Session session = {
                .mode = JAIL_CLIENT_AUTO,
                .colour = terminal_colours(stdout),
                .colour_errors = terminal_colours(stderr),
        };
        int status;

        translations_open();
        status = dispatch(&session, argc, argv);
        if (session.client)
                session.client = jail_client_close(session.client);
        polkit_agent_stop();
        if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
                status = EXIT_FAILURE;
        return status;
}
