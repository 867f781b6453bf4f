/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/peer-answer.h"

#include <string.h>

#include "dbus/bus-names.h"
#include "supervisor/answer-rule.h"
#include "supervisor/broker-peer.h"
#include "supervisor/injection.h"
#include "supervisor/peer-messages.h"
#include "supervisor/process-facts.h"
#include "syscalls/call-expression.h"
#include "syscalls/errno-names.h"

static void answer_release(Answer *answer)
{
        action_release(&answer->action);
        free(answer->arguments);
        free(answer->writes);
        free(answer->fields);
        free(answer->after_writes);
        free(answer->after_fields);
}

/* ---- reading a verdict ---- */

/* a{ss} */
static int read_texts(sd_bus_message *message, ArgumentText **list, size_t *count)
{
        ArgumentText text;
        int r = sd_bus_message_enter_container(message, 'v', "a{ss}");

        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{ss}");
        while (r >= 0 &&
               (r = sd_bus_message_read(message, "{ss}", &text.argument, &text.text)) > 0) {
                ArgumentText *more = reallocarray(*list, *count + 1, sizeof(*more));

                if (!more)
                        return -ENOMEM;
                *list = more;
                more[(*count)++] = text;
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_one_bytes(sd_bus_message *message, ArgumentBytes *ret)
{
        int r = sd_bus_message_enter_container(message, 'e', "say");

        if (r <= 0)
                return r;
        r = sd_bus_message_read_basic(message, 's', &ret->argument);
        if (r >= 0)
                r = sd_bus_message_read_array(message, 'y', &ret->bytes, &ret->size);
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

/* a{say} */
static int read_bytes(sd_bus_message *message, ArgumentBytes **list, size_t *count)
{
        ArgumentBytes bytes;
        int r = sd_bus_message_enter_container(message, 'v', "a{say}");

        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{say}");
        while (r >= 0 && (r = read_one_bytes(message, &bytes)) > 0) {
                ArgumentBytes *more = reallocarray(*list, *count + 1, sizeof(*more));

                if (!more)
                        return -ENOMEM;
                *list = more;
                more[(*count)++] = bytes;
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_action(sd_bus_message *message, Answer *answer, Problem *problem)
{
        const char *text;
        int r = sd_bus_message_read(message, "v", "s", &text);

        if (r < 0)
                return r;
        if (string_equal(text, "interrupt")) {
                answer->interrupt = true;
                return 0;
        }
        r = action_parse(text, &answer->action, problem);
        if (r < 0)
                return r;
        if (answer->action.kind != ACTION_ALLOW && answer->action.kind != ACTION_ABORT &&
            answer->action.kind != ACTION_RETURN)
                return problem_set(problem, -EINVAL,
                                   "'%s' is no answer to a call; answer allow, abort, abort=ERRNO, "
                                   "return=VALUE or interrupt",
                                   text);
        return 0;
}

static int read_remember_key(sd_bus_message *message, const char *key, Answer *answer,
                             Problem *problem)
{
        static const char *const scopes[] = {"call", "image", "process", "children"};
        const char *scope;
        uint64_t number;
        int flag, r;

        if (string_equal(key, "scope")) {
                r = sd_bus_message_read(message, "v", "s", &scope);
                if (r < 0 || string_equal(scope, "jail"))
                        return r;
                for (size_t i = 0; i < ELEMENTS_OF(scopes); i++)
                        if (string_equal(scope, scopes[i])) {
                                answer->scope = (RememberScope) i;
                                return 0;
                        }
                return problem_set(problem, -EINVAL,
                                   "scope '%s' is none of call, image, process, children, jail",
                                   scope);
        }
        if (string_equal(key, "seconds") || string_equal(key, "uses")) {
                r = sd_bus_message_read(message, "v", "t", &number);
                if (r >= 0 && key[0] == 's')
                        answer->for_usec =
                                number > UINT64_MAX / 1000000 ? UINT64_MAX : number * 1000000;
                else if (r >= 0)
                        answer->uses = number;
                return r;
        }
        if (string_equal(key, "values") || string_equal(key, "always")) {
                r = sd_bus_message_read(message, "v", "b", &flag);
                if (r >= 0 && key[0] == 'v')
                        answer->with_values = flag;
                else if (r >= 0)
                        answer->always = flag;
                return r;
        }
        return sd_bus_message_skip(message, "v");
}

typedef int (*KeyReader)(sd_bus_message *message, const char *key, Answer *answer,
                         Problem *problem);

static int read_keys(sd_bus_message *message, KeyReader reader, Answer *answer, Problem *problem)
{
        const char *key;
        int r = sd_bus_message_enter_container(message, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0)
                        r = reader(message, key, answer, problem);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_remember(sd_bus_message *message, Answer *answer, Problem *problem)
{
        int r = sd_bus_message_enter_container(message, 'v', "a{sv}");

        answer->remember = true;
        if (r >= 0)
                r = read_keys(message, read_remember_key, answer, problem);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_verdict_key(sd_bus_message *message, const char *key, Answer *answer,
                            Problem *problem)
{
        if (string_equal(key, "action"))
                return read_action(message, answer, problem);
        if (string_equal(key, "number"))
                return sd_bus_message_read(message, "v", "s", &answer->number);
        if (string_equal(key, "arguments"))
                return read_texts(message, &answer->arguments, &answer->argument_count);
        if (string_equal(key, "write"))
                return read_bytes(message, &answer->writes, &answer->write_count);
        if (string_equal(key, "field"))
                return read_texts(message, &answer->fields, &answer->field_count);
        if (string_equal(key, "after-return"))
                return sd_bus_message_read(message, "v", "s", &answer->after_return);
        if (string_equal(key, "after-write"))
                return read_bytes(message, &answer->after_writes, &answer->after_write_count);
        if (string_equal(key, "after-field"))
                return read_texts(message, &answer->after_fields, &answer->after_field_count);
        if (string_equal(key, "remember"))
                return read_remember(message, answer, problem);
        return problem_set(problem, -EINVAL, "a verdict has no key '%s'", key);
}

/* ---- Decide ---- */

/* It was answered, or its process died, or there never was one: said as well as we remember. */
static int no_such_call(const Supervisor *supervisor, uint64_t id, sd_bus_error *error)
{
        const PastCall *past = pending_calls_past(supervisor, id);

        if (!past)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_CALL, "no call %llu.%u is held",
                                         (unsigned long long) SJ_PENDING_JAIL(id),
                                         SJ_PENDING_SEQUENCE(id));
        if (past->gone)
                return sd_bus_error_setf(
                        error, SJ_ERROR_NO_SUCH_CALL,
                        "call %llu.%u is gone: its process ended before it was answered",
                        (unsigned long long) SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id));
        return sd_bus_error_setf(
                error, SJ_ERROR_NO_SUCH_CALL, "call %llu.%u was answered already: %s by %s %u",
                (unsigned long long) SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id),
                call_action_name(past->action), decided_by_name(past->by), past->who);
}

static int reply_decided(BrokerPeer *peer, sd_bus_message *message, const Answered *answered)
{
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(message, &reply);

        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = message_add_string(reply, "action", call_action_name(answered->action));
        if (r >= 0)
                r = message_add_bool(reply, "edited", answered->edited);
        if (r >= 0)
                r = message_add_string(reply, "from", answered->from);
        if (r >= 0)
                r = message_add_string(reply, "to", answered->to);
        if (r >= 0 && answered->remembered)
                r = message_add_unsigned(reply, "remembered", (uint32_t) answered->remembered);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return peer_send_when_tight(peer, reply, r);
}

int peer_decide(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        _cleanup_(answer_release) Answer answer = {0};
        _cleanup_(answered_release) Answered answered = {0};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        BrokerPeer *peer = userdata;
        PendingCall *pending;
        uint32_t who;
        uint64_t id;
        int r = sd_bus_message_read(message, "ut", &who, &id);

        if (r >= 0)
                r = read_keys(message, read_verdict_key, &answer, &problem);
        if (r < 0)
                return peer_error(error, r, &problem);
        answer.who = who;
        pending = pending_calls_find(peer->supervisor, id);
        if (!pending)
                return no_such_call(peer->supervisor, id, error);
        r = answer_pending(pending, &answer, &answered, &problem);
        if (r < 0)
                return peer_error(error, r, &problem);
        return reply_decided(peer, message, &answered);
}

/* ---- PreviewRule ---- */

static int reply_preview(sd_bus_message *message, const AnswerPreview *preview)
{
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(message, &reply);

        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = message_add_long(reply, "matched", preview->matched);
        if (r >= 0)
                r = message_add_long(reply, "succeeded", preview->succeeded);
        if (r >= 0)
                r = message_add_long(reply, "failed", preview->failed);
        if (r >= 0)
                r = message_add_long(reply, "refused", preview->refused);
        if (r >= 0)
                r = message_add_long(reply, "of", preview->of);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 1;
}

int peer_preview_rule(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        _cleanup_(answer_release) Answer answer = {0};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        BrokerPeer *peer = userdata;
        const PendingCall *pending;
        AnswerPreview preview;
        uint32_t who;
        uint64_t id;
        int r = sd_bus_message_read(message, "ut", &who, &id);

        if (r >= 0)
                r = read_keys(message, read_remember_key, &answer, &problem);
        if (r < 0)
                return peer_error(error, r, &problem);
        pending = pending_calls_find(peer->supervisor, id);
        if (!pending)
                return no_such_call(peer->supervisor, id, error);
        r = answer_preview(pending, &answer, &preview);
        return r < 0 ? peer_error(error, r, &problem) : reply_preview(message, &preview);
}

/* ---- Inject ---- */

static int add_result(sd_bus_message *reply, const InjectionResult *result)
{
        bool failed = result->result < 0 && result->result >= -4095;
        const char *name = failed ? errno_name((int) -result->result) : NULL;
        int r = message_add_wide(reply, "return", failed ? -1 : result->result);

        if (r >= 0)
                r = message_add_string(reply, "errno", name);
        if (r >= 0)
                r = message_add_string(reply, "text", result->call->decoded.text);
        if (r >= 0 && result->note)
                r = message_add_string(reply, "note", result->note);
        return r < 0 ? r : message_add_long(reply, "ran-ns", result->ran_ns);
}

static int add_buffers(sd_bus_message *reply, const InjectionResult *result)
{
        int r = sd_bus_message_open_container(reply, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "buffers");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "a{say}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{say}");
        for (unsigned i = 0; r >= 0 && i < SYSCALL_ARGUMENTS_MAX; i++) {
                char index[4];

                if (!result->output[i])
                        continue;
                snprintf(index, sizeof(index), "%u", i);
                r = sd_bus_message_open_container(reply, 'e', "say");
                if (r >= 0)
                        r = sd_bus_message_append(reply, "s", index);
                if (r >= 0)
                        r = sd_bus_message_append_array(reply, 'y', result->output[i],
                                                        result->output_size[i]);
                if (r >= 0)
                        r = sd_bus_message_close_container(reply);
        }
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(reply);
        return r;
}

/* `userdata` is the call that waits, a reference. */
static void on_injected(void *userdata, const InjectionResult *result)
{
        sd_bus_message *message = userdata, *reply = NULL;
        int r;

        if (!result->executed) {
                (void) sd_bus_reply_method_errorf(
                        message, SJ_ERROR_NO_SUCH_PROCESS, "the call was not executed: %s",
                        result->why_not ? result->why_not : "the thread is gone");
                sd_bus_message_unref(message);
                return;
        }
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = add_result(reply, result);
        if (r >= 0)
                r = add_buffers(reply, result);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                (void) sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        sd_bus_message_unref(message);
}

int peer_inject(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        CallExpression expression = {0};
        const char *text;
        Tracee *tracee;
        uint32_t who;
        int32_t tid;
        int r = sd_bus_message_read(message, "uis", &who, &tid, &text);

        if (r < 0)
                return r;
        tracee = tracee_table_get(&peer->supervisor->tracees, tid);
        if (!tracee)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_PROCESS,
                                         "thread %d is not in this jail", tid);
        r = call_expression_parse(text, &expression, &problem);
        if (r < 0)
                return peer_error(error, r, &problem);
        r = injection_start(peer->supervisor, tracee, &expression, who, on_injected,
                            sd_bus_message_ref(message), &problem);
        if (r < 0) {
                sd_bus_message_unref(message);
                return peer_error(error, r, &problem);
        }
        return 1;
}
