/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scripts that rules may ask, by name: what is run for a jail is only what its rules, as the
 * broker was given them, name. A name is the script's absolute path, or "seed:" and the text of a
 * script in the seed's protocol.
 */
#pragma once

#include <sys/types.h>

#include "rules/rule-set.h"

/* A list ends with NULL; NULL is one without names. */
char **script_names_free(char **names);
static inline void script_names_freep(char ***names)
{
        script_names_free(*names);
}

/* The text of a script in the seed's protocol, NULL for a path. Borrowed. */
const char *script_name_seed(const char *name);

/* Each adds what is not in the list yet. -ENOMEM; what cannot be read as rules names no script. */
int script_names_add(char ***names, const Action *action);
int script_names_add_rules(char ***names, const RuleSet *rules);
int script_names_add_file(char ***names, const char *text); /* of a rule file */
int script_names_add_rule(char ***names, const char *json); /* one object of it */
int script_names_add_action(char ***names, const char *text);

/* The place of the action's script in the list; -ENOENT, -ENOMEM. */
ssize_t script_names_find(char *const *names, const Action *action);
/* Whether all of `some` are in the list. */
bool script_names_contain(char *const *names, char *const *some);
