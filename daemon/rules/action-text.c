/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions as they are written on the command line and on the bus: "abort=EACCES", "return=0". */
#include <string.h>

#include "base/number.h"
#include "rules/rule.h"
#include "syscalls/errno-names.h"

static int parse_errno(const char *value, int *ret, Problem *problem)
{
        const char *nearest;
        int number = errno_from_name(value);

        if (number > 0 && number <= 4095) {
                *ret = number;
                return 0;
        }
        nearest = errno_nearest_name(value);
        return problem_set(problem, -EINVAL, "'%s' is not an errno%s%s%s", value,
                           nearest ? "; did you mean '" : "; write it like ENOENT or 2",
                           nearest ? nearest : "", nearest ? "'?" : "");
}

static int parse_return(const char *value, Action *action, Problem *problem)
{
        if (number_parse_signed(value, &action->value) >= 0)
                return 0;
        if (*value != 'E')
                return problem_set(problem, -EINVAL,
                                   "'%s' is not a return value; write a number or an errno, as "
                                   "return=0 or return=ENOENT",
                                   value);
        return parse_errno(value, &action->error_number, problem);
}

static int parse_value(const char *value, Action *action, Problem *problem)
{
        switch (action->kind) {
        case ACTION_ABORT:
        case ACTION_ABORT_FOREVER:
                return parse_errno(value, &action->error_number, problem);
        case ACTION_RETURN:
                return parse_return(value, action, problem);
        case ACTION_SCRIPT:
                if (*value != '/')
                        return problem_set(problem, -EINVAL,
                                           "a script is named by its absolute path, not '%s'",
                                           value);
                action->script = strdup(value);
                return action->script ? 0 : -ENOMEM;
        default:
                return problem_set(problem, -EINVAL, "'%s' takes no value",
                                   action_kind_name(action->kind));
        }
}

static int parse_bare(Action *action, Problem *problem)
{
        if (action->kind == ACTION_RETURN)
                return problem_set(problem, -EINVAL,
                                   "'return' needs its value: return=0 or return=ENOENT");
        if (action->kind == ACTION_SCRIPT)
                return problem_set(problem, -EINVAL,
                                   "'script' needs its program: script=/path/to/program");
        if (action->kind == ACTION_ABORT || action->kind == ACTION_ABORT_FOREVER)
                action->error_number = EPERM;
        return 0;
}

int action_parse(const char *text, Action *ret, Problem *problem)
{
        const char *value = strchr(text, '='), *nearest;
        _cleanup_(action_release) Action action = {0};
        _cleanup_free_ char *name = NULL;
        int kind, r;

        name = value ? strndup(text, (size_t) (value - text)) : strdup(text);
        if (!name)
                return -ENOMEM;
        kind = action_kind_from_name(name);
        if (kind < 0) {
                nearest = action_kind_nearest_name(name);
                return problem_set(problem, -EINVAL, "unknown action '%.64s'%s%s%s", name,
                                   nearest ? "; did you mean '"
                                           : "; there are allow, abort, notify, return, script, "
                                             "allow-forever and abort-forever",
                                   nearest ? nearest : "", nearest ? "'?" : "");
        }
        action.kind = (ActionKind) kind;
        r = value ? parse_value(value + 1, &action, problem) : parse_bare(&action, problem);
        if (r < 0)
                return r;
        *ret = action;
        action = (Action){0};
        return 0;
}

static int append_errno(int number, Text *text)
{
        const char *name = errno_name(number);

        return name ? text_append(text, name) : text_append_unsigned(text, (uint64_t) number);
}

int action_append(const Action *action, Text *text)
{
        text_append(text, action_kind_name(action->kind));
        if ((action->kind == ACTION_ABORT || action->kind == ACTION_ABORT_FOREVER) &&
            action->error_number != EPERM) {
                text_append_char(text, '=');
                append_errno(action->error_number, text);
        }
        if (action->kind == ACTION_RETURN) {
                text_append_char(text, '=');
                if (action->error_number)
                        append_errno(action->error_number, text);
                else
                        text_append_format(text, "%lld", (long long) action->value);
        }
        if (action->kind == ACTION_SCRIPT && !action->script_is_seed) {
                text_append_char(text, '=');
                text_append(text, action->script ? action->script : "");
        }
        return text_error(text);
}
