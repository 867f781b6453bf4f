/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/slow-actions.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "supervisor/decision.h"
#include "supervisor/fail-closed.h"
#include "supervisor/launchers.h"

/* How long a launcher has to say that it has killed a script at its limit. */
#define LAUNCHER_SLACK_USEC 1000000
/* Exit statuses of the seed's scripts. */
enum { SEED_ALLOW, SEED_ABORT, SEED_NOTIFY, SEED_ALLOW_FOREVER, SEED_ABORT_FOREVER };

/* A call that waits for a rule: what is to be done with it then. */
typedef struct Delay {
        Supervisor *supervisor;
        Tracee *tracee;
        Action action;
} Delay;

/* ---- delay ---- */

static void delay_free(void *userdata)
{
        Delay *delay = userdata;

        action_release(&delay->action);
        free(delay);
}

static int on_delay_over(sd_event_source *source, uint64_t usec, void *userdata)
{
        Delay *delay = userdata;
        OpenCall *call = delay->tracee->call;

        (void) usec;
        sd_event_source_ref(source); /* the call's own is given back now */
        call->wait = sd_event_source_unref(call->wait);
        decision_apply(delay->supervisor, delay->tracee, &delay->action);
        sd_event_source_disable_unref(source);
        return 0;
}

int slow_action_delay(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        Delay *delay = calloc(1, sizeof(*delay));
        sd_event_source *source = NULL;
        int r;

        if (!delay)
                return -ENOMEM;
        *delay = (Delay){.supervisor = supervisor, .tracee = tracee};
        r = action_copy(action, &delay->action);
        delay->action.delay_usec = 0;
        if (r == 0)
                r = sd_event_add_time_relative(supervisor->event, &source, CLOCK_MONOTONIC,
                                               action->delay_usec, 1, on_delay_over, delay);
        if (r < 0) {
                delay_free(delay);
                return r;
        }
        (void) sd_event_source_set_destroy_callback(source, delay_free);
        tracee->call->wait = source;
        tracee->state = TRACEE_DELAYED;
        supervisor_touch(supervisor);
        return 0;
}

/* ---- a script's start ---- */

typedef struct Script {
        uint64_t id; /* of the request to its launcher; the key */
        Supervisor *supervisor;
        pid_t tid; /* whose call it judges */
        bool seed;
        const Launcher *launcher; /* where it runs; compared only */
        sd_event_source *limit;
} Script;

static void script_free(Script *script)
{
        sd_event_source_disable_unref(script->limit);
        free(script);
}

static void take_script(Script *script)
{
        id_map_take(&script->supervisor->scripts, script->id);
}

/* The call that waits for it; NULL when it waits no more. */
static Tracee *asker_of(const Script *script)
{
        Tracee *tracee = tracee_table_get(&script->supervisor->tracees, script->tid);

        return tracee && tracee->call && tracee->call->script == script->id ? tracee : NULL;
}

/* No verdict comes of it any more. */
static void give_up(Script *script, const char *why)
{
        Tracee *tracee = asker_of(script);
        Supervisor *supervisor = script->supervisor;

        take_script(script);
        script_free(script);
        if (!tracee)
                return;
        tracee->call->script = 0;
        fail_closed_call(supervisor, tracee, why);
}

/* The launcher kills it at its limit, and says so; one that is stopped says nothing. */
static int on_script_late(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        give_up(userdata, "the rule's script took too long");
        return 0;
}

/* The call as JSON, to be read from the start. */
static int make_input(Supervisor *supervisor, const Tracee *tracee)
{
        _cleanup_text_ Text text = TEXT_INIT;
        _cleanup_close_ int fd = memfd_create("call", MFD_CLOEXEC);

        if (fd < 0)
                return -errno;
        call_log_describe(&text, supervisor->log.jail, tracee, tracee->call);
        text_append_char(&text, '\n');
        if (text_error(&text))
                return text_error(&text);
        if (write(fd, text.data, text.length) != (ssize_t) text.length ||
            lseek(fd, 0, SEEK_SET) < 0)
                return -EIO;
        return TAKE_FD(fd);
}

/* The environment of the seed's scripts: the numbers, and what they mean. */
static void append_seed_variables(Text *text, const Tracee *tracee)
{
        const DecodedCall *call = &tracee->call->decoded;

        text_append_format(text, "SJ_PID=%d", tracee_pid(tracee));
        text_append_char(text, '\0');
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++) {
                text_append_format(text, "SJ_ARG%u=%llu", i + 1,
                                   (unsigned long long) open_call_argument(tracee->call, i));
                text_append_char(text, '\0');
                text_append_format(text, "SJ_DARG%u=%s", i + 1,
                                   i < call->argument_count ? call->arguments[i].text : "");
                text_append_char(text, '\0');
        }
}

static int start_script(Script *script, Tracee *tracee, const Action *action)
{
        _cleanup_text_ Text variables = TEXT_INIT;
        _cleanup_close_ int input = make_input(script->supervisor, tracee);
        Launcher *launcher;
        int r;

        if (input < 0)
                return input;
        if (script->seed)
                append_seed_variables(&variables, tracee);
        r = launchers_ask(script->supervisor, action, script->id, SCRIPT_LIMIT_USEC, &variables,
                          input, &launcher);
        script->launcher = r == 0 ? launcher : NULL;
        return r;
}

int slow_action_script(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        Script *script;
        int r;

        if (supervisor->scripts.count >= LAUNCH_SCRIPTS_MAX)
                return -ENOBUFS;
        script = calloc(1, sizeof(*script));
        if (!script)
                return -ENOMEM;
        *script = (Script){.id = ++supervisor->script_id,
                           .supervisor = supervisor,
                           .tid = tracee_tid(tracee),
                           .seed = action->script_is_seed};
        r = sd_event_add_time_relative(supervisor->event, &script->limit, CLOCK_MONOTONIC,
                                       SCRIPT_LIMIT_USEC + LAUNCHER_SLACK_USEC, 1000,
                                       on_script_late, script);
        if (r >= 0)
                r = id_map_put(&supervisor->scripts, script);
        if (r < 0) {
                script_free(script);
                return r;
        }
        r = start_script(script, tracee, action);
        if (r < 0) {
                take_script(script);
                script_free(script);
                return r;
        }
        tracee->call->script = script->id;
        tracee->state = TRACEE_DELAYED;
        supervisor_touch(supervisor);
        return 0;
}

/* ---- a script's end ---- */

/* What the seed's exit statuses say. One that was to hold for ever becomes a rule of the jail. */
static int seed_verdict(Supervisor *supervisor, const Tracee *tracee, int status, Action *ret)
{
        const SyscallEntry *entry = tracee->call->decoded.entry;
        bool forever = status == SEED_ALLOW_FOREVER || status == SEED_ABORT_FOREVER;
        size_t number;

        *ret = (Action){.kind = ACTION_ABORT, .error_number = EPERM};
        if (status == SEED_ALLOW || status == SEED_ALLOW_FOREVER)
                *ret = (Action){.kind = ACTION_ALLOW};
        else if (status == SEED_NOTIFY)
                *ret = (Action){.kind = ACTION_NOTIFY};
        else if (status != SEED_ABORT && status != SEED_ABORT_FOREVER)
                return -EINVAL;
        if (forever && entry &&
            rule_set_change(supervisor->rules, entry->name,
                            status == SEED_ALLOW_FOREVER ? "allow" : "abort", &number,
                            &(Problem){0}) == 0)
                supervisor_rules_changed(supervisor);
        return 0;
}

/* An action as on the command line, or the keys of a rule's action as one JSON object, which speak
 * of the arguments of this call. */
static int read_verdict(const Tracee *tracee, char *answer, Action *ret)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        _cleanup_(rule_freep) Rule *rule = NULL;
        _cleanup_free_ char *json = NULL;
        int r;

        if (*answer == '\0')
                return -EINVAL;
        answer[strcspn(answer, "\n")] = '\0';
        if (answer[0] != '{')
                return action_parse(answer, ret, &problem);
        json = string_format("{\"syscall\": %d, %s", tracee->call->decoded.registers.number,
                             answer + 1);
        if (!json)
                return -ENOMEM;
        r = rule_parse(json, &rule, &problem);
        return r < 0 ? r : action_copy(&rule->action, ret);
}

static void apply_verdict(Supervisor *supervisor, Tracee *tracee, bool seed, int status,
                          char *output)
{
        Action action = {0};
        int r = -EINVAL;

        if (seed && WIFEXITED(status))
                r = seed_verdict(supervisor, tracee, WEXITSTATUS(status), &action);
        else if (!seed && WIFEXITED(status) && WEXITSTATUS(status) == 0)
                r = read_verdict(tracee, output, &action);
        tracee->call->by = BY_SCRIPT;
        if (r < 0 || action.kind == ACTION_SCRIPT || action_is_forever(action.kind))
                fail_closed_call(supervisor, tracee, "the rule's script gave no verdict");
        else
                decision_apply(supervisor, tracee, &action);
        action_release(&action);
}

void slow_action_answered(Supervisor *supervisor, const LaunchAnswer *answer, char *output)
{
        Script *script = id_map_get(&supervisor->scripts, answer->id);
        Tracee *tracee;
        bool seed;

        if (!script)
                return;
        if (answer->late || answer->status < 0) {
                give_up(script, answer->late ? "the rule's script took too long"
                                             : "the rule's script could not be started");
                return;
        }
        tracee = asker_of(script);
        seed = script->seed;
        take_script(script);
        script_free(script);
        if (!tracee)
                return;
        tracee->call->script = 0;
        apply_verdict(supervisor, tracee, seed, answer->status, output);
}

typedef struct Search {
        const Launcher *launcher; /* NULL for any */
        Script *found;
} Search;

static void find_script(void *value, void *userdata)
{
        Search *search = userdata;
        Script *script = value;

        if (!search->launcher || script->launcher == search->launcher)
                search->found = script;
}

static Script *script_of(Supervisor *supervisor, const Launcher *launcher)
{
        Search search = {.launcher = launcher};

        id_map_walk(&supervisor->scripts, find_script, &search);
        return search.found;
}

void slow_action_lost(Supervisor *supervisor, const Launcher *launcher)
{
        Script *script;

        while ((script = script_of(supervisor, launcher)))
                give_up(script, "the launcher of the rule's script has ended");
}

void slow_actions_end(Supervisor *supervisor)
{
        Script *script;

        launchers_release(supervisor);
        while ((script = script_of(supervisor, NULL))) {
                take_script(script);
                script_free(script);
        }
}
