/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The link's methods: read, call, answer. */
#include <string.h>

#include "dbus/bus-names.h"
#include "link/rule-message.h"
#include "supervisor/answer.h"
#include "supervisor/broker-peer.h"
#include "supervisor/log-readers.h"
#include "supervisor/peer-answer.h"
#include "supervisor/peer-look.h"
#include "supervisor/peer-messages.h"
#include "supervisor/peer-statistics.h"

/* `u uid` and, where the public method has it, the jail's number. */
static int read_head(sd_bus_message *message, BrokerPeer *peer, bool with_jail, uint32_t *ret_uid,
                     sd_bus_error *error)
{
        uint64_t jail;
        int r = sd_bus_message_read_basic(message, 'u', ret_uid);

        if (r < 0 || !with_jail)
                return r;
        r = sd_bus_message_read_basic(message, 't', &jail);
        if (r >= 0 && jail != peer->supervisor->jail && jail != 0)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_JAIL, "this is jail %llu",
                                         (unsigned long long) peer->supervisor->jail);
        return r;
}

/* A reply that is being filled: sent when everything went well. */
static int send_reply(sd_bus_message *reply, int r)
{
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 1;
}

static int method_describe(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(message, &reply);

        (void) error;
        if (r >= 0)
                r = message_append_jail(reply, peer->supervisor);
        return send_reply(reply, r);
}

typedef struct ListContext {
        sd_bus_message *reply;
        const Supervisor *supervisor;
        int r;
} ListContext;

static void list_thread(void *value, void *userdata)
{
        ListContext *list = userdata;

        if (list->r >= 0)
                list->r = message_append_thread(list->reply, list->supervisor, value);
}

static void list_pending(void *value, void *userdata)
{
        ListContext *list = userdata;

        if (list->r >= 0)
                list->r = message_append_pending(list->reply, value);
}

static int reply_list(sd_bus_message *message, BrokerPeer *peer, const IdMap *map,
                      void (*visit)(void *value, void *userdata), sd_bus_error *error)
{
        ListContext list = {.supervisor = peer->supervisor};
        uint32_t uid;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &list.reply);
        if (r >= 0)
                r = sd_bus_message_open_container(list.reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        id_map_walk(map, visit, &list);
        r = list.r < 0 ? list.r : sd_bus_message_close_container(list.reply);
        return send_reply(list.reply, r);
}

static int method_list_processes(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;

        return reply_list(message, peer, &peer->supervisor->tracees.tracees, list_thread, error);
}

static int method_list_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;

        return reply_list(message, peer, &peer->supervisor->pending, list_pending, error);
}

/* Every jail has a filter, if only for what is always guarded. */
static int method_detach(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const BrokerPeer *peer = userdata;

        (void) message;
        if (!peer->supervisor->attached)
                return sd_bus_error_set(error, SJ_ERROR_NOT_SUPPORTED,
                                        "this jail started its program and cannot let go of it; "
                                        "stop the jail");
        return sd_bus_error_set(error, SJ_ERROR_NOT_SUPPORTED,
                                "the program has the jail's filter, which the kernel never takes "
                                "away again: without the jail its calls would fail. Set the rules "
                                "to allow everything, or stop the jail");
}

/* ---- rules ---- */

static int method_get_rules(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_free_ char *text = NULL;
        sd_bus_message *reply = NULL;
        uint32_t uid;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = rule_set_write(peer->supervisor->rules, &text);
        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", text);
        if (r >= 0)
                r = rule_message_append_rules(reply, peer->supervisor->rules);
        return send_reply(reply, r);
}

/* json s, position u */
static int read_rule_options(sd_bus_message *message, const char **ret_json, uint32_t *ret_position)
{
        const char *key;
        int r = sd_bus_message_enter_container(message, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0 && string_equal(key, "json"))
                        r = sd_bus_message_read(message, "v", "s", ret_json);
                else if (r >= 0 && string_equal(key, "position"))
                        r = sd_bus_message_read(message, "v", "u", ret_position);
                else if (r >= 0)
                        r = sd_bus_message_skip(message, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int method_set_rule(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        const char *call, *action, *json = NULL;
        sd_bus_message *reply = NULL;
        uint32_t uid, position = 1;
        size_t number = 0;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = sd_bus_message_read(message, "ss", &call, &action);
        if (r >= 0)
                r = read_rule_options(message, &json, &position);
        if (r < 0)
                return r;
        if (json)
                r = rule_set_insert(peer->supervisor->rules, json, position, &number, &problem);
        else
                r = rule_set_change(peer->supervisor->rules, call, action, &number, &problem);
        if (r < 0)
                return peer_error(error, r, &problem);
        supervisor_rules_changed(peer->supervisor);
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "u", (uint32_t) number);
        return peer_send_when_tight(peer, reply, r);
}

/* The rules were changed; an empty answer when they hold. */
static int reply_changed(sd_bus_message *message, BrokerPeer *peer)
{
        sd_bus_message *reply = NULL;
        int r;

        supervisor_rules_changed(peer->supervisor);
        r = sd_bus_message_new_method_return(message, &reply);
        return peer_send_when_tight(peer, reply, r);
}

static int method_remove_rule(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        const char *which;
        uint32_t uid;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = sd_bus_message_read(message, "s", &which);
        if (r < 0)
                return r;
        r = rule_set_remove(peer->supervisor->rules, which, &problem);
        return r < 0 ? peer_error(error, r, &problem) : reply_changed(message, peer);
}

static int change_rule(BrokerPeer *peer, sd_bus_message *message, size_t number, const char *key,
                       Problem *problem)
{
        int enabled, r;
        uint32_t to;

        if (string_equal(key, "move-to")) {
                r = sd_bus_message_read(message, "v", "u", &to);
                return r < 0 ? r : rule_set_move(peer->supervisor->rules, number, to, problem);
        }
        if (string_equal(key, "enabled")) {
                r = sd_bus_message_read(message, "v", "b", &enabled);
                return r < 0 ? r
                             : rule_set_enable(peer->supervisor->rules, number, enabled, problem);
        }
        return sd_bus_message_skip(message, "v");
}

static int method_change_rule(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        uint32_t uid, number;
        bool changed = false;
        const char *key;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = sd_bus_message_read(message, "u", &number);
        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0)
                        r = change_rule(peer, message, number, key, &problem);
                if (r < 0)
                        break;
                changed = true;
                r = sd_bus_message_exit_container(message);
        }
        if (r >= 0)
                return reply_changed(message, peer);
        if (changed) /* what stood before the mistake was done */
                supervisor_rules_changed(peer->supervisor);
        return peer_error(error, r, &problem);
}

static int method_set_rules(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_(rule_set_freep) RuleSet *rules = NULL;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Diagnostics diagnostics = {0};
        sd_bus_message *reply = NULL;
        const char *text;
        uint32_t uid;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = sd_bus_message_read(message, "s", &text);
        if (r < 0)
                return r;
        if (rule_set_parse(text, strlen(text), &rules, &diagnostics) == 0) {
                r = rule_set_replace(&peer->supervisor->rules, rules, &problem);
                if (r == 0)
                        rules = NULL; /* it is the jail's now */
                if (r < 0) {
                        diagnostics_release(&diagnostics);
                        return peer_error(error, r, &problem);
                }
                supervisor_rules_changed(peer->supervisor);
        }
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = rule_message_append_diagnostics(reply, &diagnostics);
        diagnostics_release(&diagnostics);
        return peer_send_when_tight(peer, reply, r);
}

/* ---- log ---- */

static int read_log_options(sd_bus_message *message, bool *ret_follow, bool *ret_from_end)
{
        const char *key, *from;
        int follow, r = sd_bus_message_enter_container(message, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0 && string_equal(key, "follow")) {
                        r = sd_bus_message_read(message, "v", "b", &follow);
                        *ret_follow = r >= 0 && follow;
                } else if (r >= 0 && string_equal(key, "from")) {
                        r = sd_bus_message_read(message, "v", "s", &from);
                        *ret_from_end = r >= 0 && string_equal(from, "end");
                } else if (r >= 0) {
                        r = sd_bus_message_skip(message, "v");
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int method_open_log(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_close_ int fd = -1;
        bool follow = false, from_end = false;
        uint32_t uid;
        int r = read_head(message, peer, true, &uid, error);

        if (r >= 0)
                r = read_log_options(message, &follow, &from_end);
        if (r < 0)
                return r;
        r = log_readers_add(peer->supervisor, follow, from_end, &fd);
        if (r < 0)
                return peer_error(
                        error, r,
                        &(Problem){.error = r,
                                   .text = (char *) "too many readers of this log already"});
        return sd_bus_reply_method_return(message, "h", fd);
}

const sd_bus_vtable peer_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Start", "ua{sv}", "i", peer_start, 0),
        SD_BUS_METHOD("AddLauncher", "uash", "", peer_add_launcher, 0),
        SD_BUS_METHOD("Describe", "u", "a{sv}", method_describe, 0),
        SD_BUS_METHOD("Stop", "ut", "", peer_stop, 0),
        SD_BUS_METHOD("Detach", "ut", "", method_detach, 0),
        SD_BUS_METHOD("ListProcesses", "ut", "aa{sv}", method_list_processes, 0),
        SD_BUS_METHOD("ListPending", "ut", "aa{sv}", method_list_pending, 0),
        SD_BUS_METHOD("Decide", "uta{sv}", "a{sv}", peer_decide, 0),
        SD_BUS_METHOD("PreviewRule", "uta{sv}", "a{sv}", peer_preview_rule, 0),
        SD_BUS_METHOD("GetRules", "ut", "saa{sv}", method_get_rules, 0),
        SD_BUS_METHOD("SetRule", "utssa{sv}", "u", method_set_rule, 0),
        SD_BUS_METHOD("RemoveRule", "uts", "", method_remove_rule, 0),
        SD_BUS_METHOD("ChangeRule", "utua{sv}", "", method_change_rule, 0),
        SD_BUS_METHOD("SetRules", "uts", "aa{sv}", method_set_rules, 0),
        SD_BUS_METHOD("OpenLog", "uta{sv}", "h", method_open_log, 0),
        SD_BUS_METHOD("Inject", "uisa{sv}", "a{sv}", peer_inject, 0),
        SD_BUS_METHOD("ReadMemory", "ua{sv}", "aya{sv}", peer_read_memory, 0),
        SD_BUS_METHOD("WriteMemory", "ua{sv}ay", "t", peer_write_memory, 0),
        SD_BUS_METHOD("Inspect", "uia{sv}", "a{sv}", peer_inspect, 0),
        SD_BUS_METHOD("GetStatistics", "ut", "a{sv}", peer_get_statistics, 0),
        SD_BUS_VTABLE_END,
};
