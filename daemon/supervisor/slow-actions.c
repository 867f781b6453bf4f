/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/slow-actions.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "supervisor/decision.h"
#include "supervisor/process-facts.h"

extern char **environ;

/* Scripts of one jail at a time; past it the call is refused. */
#define SCRIPTS_MAX 256
/* What a script may say. */
#define SCRIPT_ANSWER_BYTES 16384
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

bool slow_actions_needed(const RuleSet *rules)
{
        bool needed = rule_set_default(rules)->kind == ACTION_SCRIPT;

        for (size_t i = 0; !needed && i < rule_set_count(rules); i++)
                needed = rule_set_get(rules, i)->action.kind == ACTION_SCRIPT;
        return needed;
}

typedef struct Script {
        uint64_t pid; /* the key; it leads a session of its own */
        Supervisor *supervisor;
        pid_t tid; /* whose call it judges */
        bool seed, late;
        int answer; /* the reading end of its output */
        sd_event_source *limit;
} Script;

static void script_free(Script *script)
{
        sd_event_source_disable_unref(script->limit);
        close_fd(script->answer);
        free(script);
}

static int on_script_late(sd_event_source *source, uint64_t usec, void *userdata)
{
        Script *script = userdata;

        (void) source;
        (void) usec;
        script->late = true;
        kill(-(pid_t) script->pid, SIGKILL); /* reaped, and the call refused, soon */
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

static void append_variable(char **list, size_t *count, char *variable)
{
        if (variable)
                list[(*count)++] = variable;
}

/* The environment of the seed's scripts: the numbers, and what they mean. */
static char **make_environment(const Tracee *tracee, bool seed)
{
        const DecodedCall *call = &tracee->call->decoded;
        size_t count = 0, own = 0;
        char **list;

        while (environ[own])
                own++;
        list = calloc(own + 14, sizeof(*list));
        for (size_t i = 0; list && i < own; i++)
                append_variable(list, &count, strdup(environ[i]));
        if (!list || !seed)
                return list;
        append_variable(list, &count, string_format("SJ_PID=%d", tracee_pid(tracee)));
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++) {
                append_variable(
                        list, &count,
                        string_format("SJ_ARG%u=%llu", i + 1,
                                      (unsigned long long) open_call_argument(tracee->call, i)));
                append_variable(
                        list, &count,
                        string_format("SJ_DARG%u=%s", i + 1,
                                      i < call->argument_count ? call->arguments[i].text : ""));
        }
        return list;
}

static int spawn(const Action *action, char *const *environment, int input, int output, pid_t *ret)
{
        char *seed[] = {(char *) "bash", (char *) "-c", action->script, NULL};
        char *own[] = {action->script, NULL};
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        sigemptyset(&none);
        sigfillset(&all);
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETSID);
        r = posix_spawn(ret, action->script_is_seed ? "/bin/bash" : action->script, &files,
                        &attributes, action->script_is_seed ? seed : own, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&files);
        return -r;
}

static int start_script(Script *script, Tracee *tracee, const Action *action)
{
        Supervisor *supervisor = script->supervisor;
        char **environment = make_environment(tracee, action->script_is_seed);
        _cleanup_close_ int input = make_input(supervisor, tracee), output = -1;
        int ends[2], r = input < 0 ? input : 0;
        pid_t pid = 0;

        if (!environment)
                return -ENOMEM;
        if (r == 0 && pipe2(ends, O_CLOEXEC) < 0)
                r = -errno;
        if (r == 0) {
                script->answer = ends[0];
                output = ends[1];
                (void) fcntl(script->answer, F_SETFL, O_NONBLOCK);
                r = spawn(action, environment, input, output, &pid);
        }
        strv_free(environment);
        script->pid = (uint64_t) pid;
        return r;
}

int slow_action_script(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        Script *script;
        int r;

        if (!supervisor->runs_scripts)
                return -EPERM;
        if (supervisor->scripts.count >= SCRIPTS_MAX)
                return -ENOBUFS;
        script = calloc(1, sizeof(*script));
        if (!script)
                return -ENOMEM;
        *script = (Script){.supervisor = supervisor,
                           .tid = tracee_tid(tracee),
                           .seed = action->script_is_seed,
                           .answer = -1};
        r = sd_event_add_time_relative(supervisor->event, &script->limit, CLOCK_MONOTONIC,
                                       SCRIPT_LIMIT_USEC, 1000, on_script_late, script);
        if (r >= 0)
                r = start_script(script, tracee, action);
        if (r >= 0)
                r = id_map_put(&supervisor->scripts, script);
        if (r < 0) {
                if (script->pid)
                        kill(-(pid_t) script->pid, SIGKILL);
                script_free(script);
                return r;
        }
        tracee->call->script = (pid_t) script->pid;
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
static int read_verdict(const Script *script, const Tracee *tracee, Action *ret)
{
        char answer[SCRIPT_ANSWER_BYTES];
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        _cleanup_(rule_freep) Rule *rule = NULL;
        _cleanup_free_ char *json = NULL;
        ssize_t n = read(script->answer, answer, sizeof(answer) - 1);
        int r;

        if (n <= 0)
                return -EINVAL;
        answer[n] = '\0';
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

static void apply_verdict(Script *script, Tracee *tracee, int status)
{
        Supervisor *supervisor = script->supervisor;
        Action action = {0};
        int r = -EINVAL;

        if (script->late) {
                decision_fail_closed(supervisor, tracee, "the rule's script took too long");
                return;
        }
        if (script->seed && WIFEXITED(status))
                r = seed_verdict(supervisor, tracee, WEXITSTATUS(status), &action);
        else if (!script->seed && WIFEXITED(status) && WEXITSTATUS(status) == 0)
                r = read_verdict(script, tracee, &action);
        tracee->call->by = BY_SCRIPT;
        if (r < 0 || action.kind == ACTION_SCRIPT || action_is_forever(action.kind))
                decision_fail_closed(supervisor, tracee, "the rule's script gave no verdict");
        else
                decision_apply(supervisor, tracee, &action);
        action_release(&action);
}

bool slow_action_reap(Supervisor *supervisor, pid_t pid, int status)
{
        Script *script = id_map_get(&supervisor->scripts, (uint64_t) pid);
        Tracee *tracee;

        if (!script)
                return false;
        if (!WIFEXITED(status) && !WIFSIGNALED(status))
                return true;
        id_map_take(&supervisor->scripts, script->pid);
        tracee = tracee_table_get(&supervisor->tracees, script->tid);
        if (tracee && tracee->call && tracee->call->script == pid) {
                tracee->call->script = 0;
                apply_verdict(script, tracee, status);
        }
        script_free(script);
        return true;
}

static void find_script(void *value, void *userdata)
{
        *(Script **) userdata = value;
}

void slow_actions_end(Supervisor *supervisor)
{
        while (supervisor->scripts.count > 0) {
                Script *script = NULL;

                id_map_walk(&supervisor->scripts, find_script, &script);
                id_map_take(&supervisor->scripts, script->pid);
                kill(-(pid_t) script->pid, SIGKILL);
                script_free(script);
        }
}
