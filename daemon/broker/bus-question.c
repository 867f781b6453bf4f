/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-question.h"

#include "base/text.h"
#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/process-status.h"
#include "broker/trace-check.h"

#define RULES_UNNAMED "rules without a name"
#define RULES_DEFAULT "ask-before-write"

static bool makes_a_jail(const GateCall *call)
{
        return call->entry->handler == bus_trace || call->entry->handler == bus_attach;
}

/* The process of Attach may be anybody's here; whose it is, is checked when it is taken. */
static int name_process(TraceOptions *options)
{
        ProcessStatus status;

        if (process_status_read(options->pid, &status) < 0)
                return 0;
        options->name = strdup(status.name);
        return options->name ? 0 : -ENOMEM;
}

/* The program with its arguments: what `sh` does stands there. */
static int name_program(TraceOptions *options)
{
        _cleanup_text_ Text text = TEXT_INIT;

        for (char **word = options->arguments; *word; word++) {
                if (word != options->arguments)
                        text_append_char(&text, ' ');
                text_append(&text, *word);
        }
        options->name = text_take(&text);
        return options->name ? 0 : -ENOMEM;
}

static int read_new_jail(GateCall *call, TraceOptions *options, AuthorizationQuestion *question,
                         sd_bus_error *error)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r;

        options->is_attach = call->entry->handler == bus_attach;
        r = trace_options_read(options, call->message, &problem);
        if (r < 0)
                return bus_error_of_problem(error, &problem);
        r = sd_bus_message_rewind(call->message, 1);
        if (r >= 0)
                r = options->is_attach ? name_process(options) : name_program(options);
        if (r < 0)
                return r;
        question->program = options->name;
        question->process = options->is_attach ? options->pid : 0;
        question->rules = options->rules_name  ? options->rules_name
                          : options->has_rules ? RULES_UNNAMED
                                               : RULES_DEFAULT;
        question->owner = call->client->uid;
        /* One that has ended by now is refused when it is taken. */
        if (options->is_service)
                trace_find_owner(options->pid, options->stub_pidfd, &question->owner, NULL);
        return 0;
}

int bus_question_make(GateCall *call, const char *action, TraceOptions *options,
                      AuthorizationQuestion *ret, sd_bus_error *error)
{
        AuthorizationQuestion question = {
                .subject = call->client->name,
                .action = action,
                .member = call->entry->member,
                .interactive =
                        sd_bus_message_get_allow_interactive_authorization(call->message) > 0,
                .jail = call->number,
                .owner = (uid_t) -1,
        };
        int r;

        if (makes_a_jail(call)) {
                r = read_new_jail(call, options, &question, error);
                if (r < 0)
                        return r;
        } else if (call->jail && !call->others) {
                /* Of another's jail the dialog tells nothing: it comes before the password. */
                question.owner = call->jail->uid;
                question.program = call->jail->program;
                question.rules = call->jail->rules_name;
        }
        *ret = question;
        return 0;
}
