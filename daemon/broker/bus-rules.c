/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CheckRules and ListPresets: rule files judged and shown without a jail. SetRule and SetRules: the
 * supervisor answers, but scripts that they name are run by nobody who was not told of them here.
 */
#include <string.h>

#include "broker/bus-dictionary.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "dbus/bus-names.h"
#include "link/rule-message.h"
#include "rules/script-names.h"

static int append_normal(sd_bus_message *reply, const RuleSet *set)
{
        _cleanup_free_ char *text = NULL;
        int r = set ? rule_set_write(set, &text) : 0;

        return r < 0 ? r : sd_bus_message_append(reply, "s", text ? text : "");
}

static int append_rules(sd_bus_message *reply, const RuleSet *set)
{
        return set ? rule_message_append_rules(reply, set)
                   : sd_bus_message_append(reply, "aa{sv}", 0);
}

static int reply_check(sd_bus_message *request, const Diagnostics *diagnostics, const RuleSet *set)
{
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(request, &reply);

        if (r >= 0)
                r = rule_message_append_diagnostics(reply, diagnostics);
        if (r >= 0)
                r = append_normal(reply, set);
        if (r >= 0)
                r = append_rules(reply, set);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(request), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

int bus_check_rules(GateCall *call, sd_bus_error *error)
{
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        Diagnostics diagnostics = {0};
        const char *text;
        int r;

        r = sd_bus_message_read(call->message, "s", &text);
        if (r < 0)
                return r;
        if (strlen(text) > LIMIT_RULE_BYTES)
                return sd_bus_error_setf(error, SJ_ERROR_LIMIT,
                                         "a rule file may have %u bytes, this one has %zu",
                                         LIMIT_RULE_BYTES, strlen(text));
        r = rule_set_parse(text, strlen(text), &set, &diagnostics);
        if (r >= 0 || diagnostics.count > 0)
                r = reply_check(call->message, &diagnostics, set);
        diagnostics_release(&diagnostics);
        return r;
}

int bus_list_presets(GateCall *call, sd_bus_error *error _unused_)
{
        sd_bus_message *reply = NULL;
        const char *name, *description;
        int r;

        r = sd_bus_message_new_method_return(call->message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (size_t i = 0; r >= 0 && (name = preset_name(i, &description)); i++)
                r = sd_bus_message_append(reply, "a{sv}", 3, "name", "s", name, "description", "s",
                                          description, "text", "s", preset_text(name));
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(call->message), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

/* ---- rules of a jail ---- */

static int forward(GateCall *call, int r, char **scripts, sd_bus_error *error)
{
        if (r >= 0 && scripts)
                return bus_forward_with_scripts(call, scripts, error);
        script_names_free(scripts);
        return r < 0 ? r : bus_forward(call, error);
}

int bus_set_rules(GateCall *call, sd_bus_error *error)
{
        char **scripts = NULL;
        const char *text;
        int r = sd_bus_message_read(call->message, "ts", NULL, &text);

        if (r >= 0)
                r = script_names_add_file(&scripts, text);
        return forward(call, r, scripts, error);
}

int bus_set_rule(GateCall *call, sd_bus_error *error)
{
        const char *action, *json = NULL;
        const BusEntry wanted[] = {{"json", "s", &json}};
        char **scripts = NULL;
        int r = sd_bus_message_read(call->message, "tss", NULL, NULL, &action);

        if (r >= 0)
                r = bus_dictionary_read(call->message, wanted, ELEMENTS_OF(wanted));
        if (r >= 0)
                r = json ? script_names_add_rule(&scripts, json)
                         : script_names_add_action(&scripts, action);
        return forward(call, r, scripts, error);
}
