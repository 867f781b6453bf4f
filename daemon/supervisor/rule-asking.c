/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/rule-asking.h"

#include "supervisor/guard.h"

/* Ancestors that a started-by condition can see. */
#define ANCESTORS_MAX 64

/* A server that has to be asked where an edited call's path leads has so long to answer. */
#define EDIT_PATH_USEC 500000u

static void list_ancestors(const Process *process, const char *list[ANCESTORS_MAX + 1])
{
        size_t count = 0;

        for (const Process *at = process->parent; at && count < ANCESTORS_MAX; at = at->parent)
                if (at->exe)
                        list[count++] = at->exe;
        list[count] = NULL;
}

int rule_asking_match(Supervisor *supervisor, Tracee *tracee, const CallerView *caller,
                      const CallRegisters *registers, char *const *wish, RuleOutcome *ret)
{
        const char *ancestors[ANCESTORS_MAX + 1];
        const RuleQuery query = {
                .registers = registers,
                .view = caller,
                .exe = tracee->process->exe,
                .ancestors = ancestors,
                .pid = tracee_pid(tracee),
                .peek = !wish,
                .wish = wish,
        };

        list_ancestors(tracee->process, ancestors);
        return rule_set_match(supervisor->rules, &query, ret);
}

int rule_asking_judge_edit(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                           Problem *problem)
{
        _cleanup_(judged_view_release) JudgedView view;
        RuleOutcome outcome;
        int r;

        judged_view_init(&view, tracee);
        view.tracee.path_usec = EDIT_PATH_USEC;
        r = guard_check_person(supervisor, tracee, call, NULL, 0, problem);
        if (r < 0)
                return r;
        r = rule_asking_match(supervisor, tracee, &view.caller, call, NULL, &outcome);
        if (r < 0)
                return problem_set(problem, r,
                                   "the rules could not be asked about the edited call");
        if (outcome.action->kind == ACTION_ABORT_FOREVER || outcome.action->kind == ACTION_ABORT)
                return problem_set(problem, -EPERM, "rule %zu refuses the edited call",
                                   outcome.number);
        return 0;
}

int rule_asking_judge_opening(Supervisor *supervisor, Tracee *tracee, const CallRegisters *opening,
                              const char *path, RuleOutcome *ret)
{
        _cleanup_(judged_view_release) JudgedView view;

        judged_view_init(&view, tracee);
        view.instead = path;
        return rule_asking_match(supervisor, tracee, &view.caller, opening, NULL, ret);
}

bool rule_asking_allows_opened(Supervisor *supervisor, Tracee *tracee, const char *opened)
{
        _cleanup_(judged_view_release) JudgedView view;
        RuleOutcome outcome;

        judged_view_init(&view, tracee);
        view.instead = opened;
        return rule_asking_match(supervisor, tracee, &view.caller, &tracee->call->decoded.registers,
                                 NULL, &outcome) == 0 &&
               (outcome.action->kind == ACTION_ALLOW ||
                outcome.action->kind == ACTION_ALLOW_FOREVER);
}
