/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules and diagnostics as the dictionaries of org.deepin.SeccompJail.xml. The broker (CheckRules)
 * and the supervisor (GetRules, RuleChanged) say them in the same words.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "rules/rule-set.h"

/* Each appends a whole aa{sv}. Rules come in their order, the default last, as number 0. */
int rule_message_append_rules(sd_bus_message *message, const RuleSet *set);
int rule_message_append_diagnostics(sd_bus_message *message, const Diagnostics *diagnostics);
