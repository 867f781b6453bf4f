/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every verb of jailctl stands on: the session (which daemon, how to print), how a failure is
 * reported, and the verbs themselves.
 *
 * A verb answers an exit status. What is called session_… or report_… answers 0 or a negative
 * errno, and a negative answer has been reported already.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "base/cleanup.h"
#include "client-cli/print-json.h"
#include "dbus/bus-names.h"
#include "dbus/jail-client.h"
#include "dbus/start-program.h"
#include "dbus/translate.h"

/* Exit statuses besides 0, 1 and those of the program that `run` ran. */
enum {
        EXIT_USAGE = 2,         /* the command line was wrong; nothing was done */
        EXIT_RUN_FAILED = 125,  /* `run` itself failed; the program did not run */
        EXIT_CANNOT_EXEC = 126, /* the program is not executable */
        EXIT_NOT_FOUND = 127,   /* the program was not found */
        EXIT_SIGNAL = 128,      /* plus the signal that ended the program */
};

struct Command;

typedef struct Session {
        const struct Command *command; /* the verb that runs */
        JailClientMode mode;
        const char *host;   /* -H, borrowed; NULL for this machine */
        bool json;          /* for machines: one object a line */
        bool colour;        /* standard output shows colours */
        bool colour_errors; /* standard error does */
        JailClient *client; /* connected by session_open() */
} Session;

typedef struct Command {
        const char *verb;
        const char *group;     /* heading in --help; NULL: the same as the one before */
        const char *arguments; /* what follows the verb */
        const char *summary;   /* one line */
        const char *help;      /* the option lines of `jailctl VERB --help`; "" for none */
        int (*run)(Session *session, int argc, char **argv); /* argv[0] is the verb */
} Command;

/* ---- options (option.c) ---- */

/* getopt_long() for a verb: handles --help, --json, --no-color and wrong options itself. */
struct option;
typedef struct OptionReader {
        Session *session;
        int argc;
        char **argv;
        const struct option *options; /* the verb's own, with values from 256 on */
        const char *letters;          /* the verb's own short options as getopt has them, NULL */
        bool stop_at_operand;         /* what follows the first operand is not for us */
        int status;                   /* exit status when option_next() answered OPTION_END */
} OptionReader;

enum {
        OPTION_DONE = -1, /* no more options: operands begin at argv[optind] */
        OPTION_END = -2,  /* leave with `status`: help was shown or the usage was wrong */
};

int option_next(OptionReader *reader);
/* All of them: `take` answers 0, or the exit status to leave with. False when it has to leave with
 * *ret_status. */
bool option_read(OptionReader *reader, int (*take)(void *userdata, int option), void *userdata,
                 int *ret_status);
/* For a verb without options of its own: false when it has to leave with *ret_status. The count of
 * operands must be within [least, most]. */
bool option_operands(Session *session, int argc, char **argv, int least, int most, int *ret_status);
bool option_count_operands(Session *session, int argc, int least, int most, int *ret_status);
int option_boolean(const char *word); /* 1, 0 or -EINVAL */
/* "15m", "90s", "2h", "1d", "30": seconds. -EINVAL */
int option_duration(const char *word, uint64_t *ret_seconds);

/* ---- failures (report.c) ---- */

/* `error` is one of SJ_ERROR_…, for --json. Answers a negative errno: already reported. */
int report_error(const Session *session, const char *error, const char *format, ...) _printf_(3, 4);
/* Wrong command line; answers EXIT_USAGE. */
int report_usage(const Session *session, const char *format, ...) _printf_(2, 3);
/* What the daemon (or the way to it) said about `what`; answers a negative errno. */
int report_bus_error(const Session *session, const char *what, int error,
                     const sd_bus_error *bus_error);
/* A remark for people on standard error. */
void report_note(const Session *session, const char *format, ...) _printf_(2, 3);

/* ---- the daemon (session.c) ---- */

int session_open(Session *session);
int session_method(Session *session, const char *member, sd_bus_message **ret);
/* Calls and reports a failure as being about `what`. */
int session_call(Session *session, const char *what, sd_bus_message *message,
                 sd_bus_message **ret_reply);
/* Calls `member` with arguments of `types` (NULL for none). */
int session_ask(Session *session, const char *what, const char *member, sd_bus_message **ret_reply,
                const char *types, ...);
/* The same when the answer's first value is all that is wanted. */
int session_ask_value(Session *session, const char *what, const char *member, cJSON **ret,
                      const char *types, ...);

/* A jail's number as a person writes it: "3"; NULL stands for the only running jail,
 * or for the newest when none runs. */
int session_jail(Session *session, const char *word, uint64_t *ret);
/* A pending call's id: the whole number, "JAIL.N", or "N" when only one jail has such a call. */
int session_call_id(Session *session, const char *word, uint64_t *ret);
int session_pid(Session *session, const char *word, pid_t *ret);

/* Reads a whole file ("-": standard input) of at most `most` bytes. Owned, NUL-terminated. */
int session_read_file(Session *session, const char *path, size_t most, char **ret,
                      size_t *ret_size);

/* The options of a message being filled: {"key": value}. */
int message_string(sd_bus_message *message, const char *key, const char *value);
int message_unsigned(sd_bus_message *message, const char *key, uint64_t value);
int message_unsigned32(sd_bus_message *message, const char *key, uint32_t value);
int message_integer(sd_bus_message *message, const char *key, int32_t value);
int message_boolean(sd_bus_message *message, const char *key, bool value);
int message_fd(sd_bus_message *message, const char *key, int fd);
int message_strings(sd_bus_message *message, const char *key, char *const *values);

/* ---- what several verbs share ---- */

/* How a jail is to be started, for every verb that makes one (jail-options.c). */
typedef struct JailOptions {
        const char *rules; /* file or preset, borrowed; NULL */
        const char *default_action;
        char **rule_list; /* CALL=ACTION, NULL-ended; owned array of borrowed strings */
        size_t rule_count;
        const char *timeout;  /* JSON to stand for the file's "on-timeout", borrowed; NULL */
        const char *log_path; /* borrowed; NULL */
        int log_fd;           /* owned, once it is loaded */
        char *text;           /* the rule file; NULL: the daemon's own choice */
        char *name;           /* what lists show as the rules' name */
} JailOptions;

#define JAIL_OPTIONS_INIT ((JailOptions){.log_fd = -1})

/* Their names and values for getopt_long; a verb's own values begin at OPTION_OWN. */
enum { OPTION_RULES = 256, OPTION_DEFAULT, OPTION_RULE, OPTION_LOG, OPTION_OWN };
#define JAIL_OPTION_NAMES                                                                          \
        {"rules", required_argument, NULL, OPTION_RULES},                                          \
                {"default", required_argument, NULL, OPTION_DEFAULT},                              \
                {"rule", required_argument, NULL, OPTION_RULE},                                    \
        {                                                                                          \
                "log", required_argument, NULL, OPTION_LOG                                         \
        }

void jail_options_release(JailOptions *options);
#define _cleanup_jail_options_ _cleanup_(jail_options_release)
/* One of them with its value, which is borrowed; a wrong one is reported, answering EXIT_USAGE. */
int jail_options_take(JailOptions *options, Session *session, int option, const char *value);
/* Finds and reads the rules, has them checked, opens the log: nothing may start on a negative
 * answer. */
int jail_options_load(JailOptions *options, Session *session);
int jail_options_append(const JailOptions *options, sd_bus_message *message);
/* Trace, over a session that is open. `stub` NULL: the daemon starts it; `service`: the stub is
 * another user's. Not reported. */
int jail_options_trace(const JailOptions *options, Session *session, char *const *argv,
                       const ProgramStub *stub, bool service, sd_bus_error *error,
                       uint64_t *ret_jail);

/* The text of a rule file or of a preset; *ret_name is what to call it. */
int rules_read(Session *session, const char *file, char **ret_text, size_t *ret_size,
               char **ret_name, bool *ret_preset);
/* CheckRules. Diagnostics are printed to `stream` as "name:line:column: error: …", with the line
 * and a caret when `context`. *ret_normal and *ret_rules may be NULL; -EINVAL when there were
 * errors. */
typedef struct RulesCheck {
        cJSON *diagnostics;
        char *normal;
        cJSON *rules;
        unsigned errors, warnings;
} RulesCheck;
int rules_check(Session *session, const char *name, const char *text, RulesCheck *ret);
void rules_check_release(RulesCheck *check);
#define _cleanup_rules_check_ _cleanup_(rules_check_release)
void rules_check_print(const Session *session, const RulesCheck *check, const char *name,
                       const char *text, FILE *stream, bool context);
/* The table of rules as `rule list` and `rules show` print it. */
int rules_print_table(const Session *session, const cJSON *rules, bool running);
/* An answer for always (rules-keep.c). Begin before the answer is sent: the jail may end with it.
 */
typedef struct RulesKeep {
        Session *session;
        uint64_t jail;
        char *path;   /* what the jail calls its rules; a file's when it begins with '/' */
        cJSON *rules; /* as they were told last; NULL before */
} RulesKeep;
int rules_keep_begin(RulesKeep *keep, Session *session, uint64_t jail);
/* Puts rule `number` in front of the jail's rule file. */
int rules_keep(RulesKeep *keep, uint64_t number);
void rules_keep_release(RulesKeep *keep);
#define _cleanup_keep_ _cleanup_(rules_keep_release)
/* Exports (rules-export.c). */
int rules_export_oci(Session *session, const cJSON *normal, const cJSON *rules, char **ret);
int rules_export_systemd(Session *session, const cJSON *normal, const cJSON *rules, char **ret);

/* Of a running jail as the daemon counts it, of an ended one out of its log. Reported. */
int statistics_get(Session *session, uint64_t jail, cJSON **ret);
/* The descriptor of OpenLog. Reported. */
int log_open_jail(Session *session, uint64_t jail, bool follow);
/* `jailctl stats` and `run --summary`. */
int statistics_print(const Session *session, const cJSON *statistics, FILE *stream);

/* "mkdir wants…" lines for `pending` without --json. */
void pending_print(const Session *session, const cJSON *call, FILE *stream);

/* ---- the verbs ---- */

int command_run(Session *session, int argc, char **argv);
int command_attach(Session *session, int argc, char **argv);
int command_service(Session *session, int argc, char **argv);
int command_detach(Session *session, int argc, char **argv);
int command_list(Session *session, int argc, char **argv);
int command_show(Session *session, int argc, char **argv);
int command_ps(Session *session, int argc, char **argv);
int command_stop(Session *session, int argc, char **argv);
int command_pending(Session *session, int argc, char **argv);
int command_decide(Session *session, int argc, char **argv);
int command_memory(Session *session, int argc, char **argv);
int command_inject(Session *session, int argc, char **argv);
int command_inspect(Session *session, int argc, char **argv);
int command_rule(Session *session, int argc, char **argv);
int command_rules(Session *session, int argc, char **argv);
int command_log(Session *session, int argc, char **argv);
int command_stats(Session *session, int argc, char **argv);
int command_doctor(Session *session, int argc, char **argv);
int command_syscalls(Session *session, int argc, char **argv);

/* The verb table (jailctl.c), ended by a NULL verb. */
const Command *command_table(void);
const Command *command_find(const char *verb);
/* `jailctl VERB --help`. */
void command_print_help(const Command *command, FILE *stream);
