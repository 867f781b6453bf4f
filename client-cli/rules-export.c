/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rule files in the forms of others: the seccomp JSON of containers, and systemd's
 * SystemCallFilter=. Neither can ask, look at memory or tell programs apart. What cannot be said
 * becomes the stricter thing that can, and a line on standard error names it.
 */
#include "client-cli/command.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

typedef enum ExportKind { EXPORT_ALLOW, EXPORT_REFUSE } ExportKind;

typedef struct ExportVerdict {
        ExportKind kind;
        char error[32]; /* REFUSE: an errno's name or number */
} ExportVerdict;

/* What each call comes to; the first rule that decides it wins. */
typedef struct ExportPlan {
        Session *session;
        const char *form;
        ExportVerdict otherwise;
        cJSON *allowed; /* names */
        cJSON *refused; /* name → errno */
} ExportPlan;

static void plan_release(ExportPlan *plan)
{
        cJSON_Delete(plan->allowed);
        cJSON_Delete(plan->refused);
}

static void refuse_with(ExportVerdict *verdict, const char *error)
{
        verdict->kind = EXPORT_REFUSE;
        snprintf(verdict->error, sizeof(verdict->error), "%s", error);
}

/* The verdict of an action as the action is written; says what was lost. */
static ExportVerdict export_action(const ExportPlan *plan, const cJSON *rule)
{
        const char *action = json_string(rule, "action");
        const char *name = json_string(rule, "syscall");
        const char *equals = strchr(action, '=');
        ExportVerdict verdict = {.kind = EXPORT_ALLOW};

        if (string_equal(action, "allow") || string_equal(action, "allow-forever"))
                return verdict;
        if (string_starts_with(action, "abort")) {
                refuse_with(&verdict, equals ? equals + 1 : "EPERM");
                return verdict;
        }
        refuse_with(&verdict, "EPERM");
        if (string_starts_with(action, "return=E"))
                refuse_with(&verdict, equals + 1);
        else
                report_note(plan->session,
                            _("%s: %s cannot be said in the form %s; the call is refused instead"),
                            *name ? name : _("the default"), action, plan->form);
        return verdict;
}

static bool is_narrowed(const cJSON *rule)
{
        return *json_string(rule, "where") || *json_string(rule, "exe") ||
               *json_string(rule, "started_by") || *json_string(rule, "nth") ||
               json_signed(rule, "pid") > 0;
}

static bool is_decided(const ExportPlan *plan, const char *call)
{
        return cJSON_HasObjectItem(plan->allowed, call) || cJSON_HasObjectItem(plan->refused, call);
}

static void export_rule(ExportPlan *plan, const cJSON *rule)
{
        const cJSON *calls = cJSON_GetObjectItemCaseSensitive(rule, "calls");
        const cJSON *call;
        ExportVerdict verdict;

        if (json_has(rule, "enabled") && !json_boolean(rule, "enabled"))
                return;
        verdict = export_action(plan, rule);
        if (is_narrowed(rule)) {
                report_note(plan->session,
                            verdict.kind == EXPORT_ALLOW
                                    ? _("rule %" PRIu64 " (%s): its condition cannot be said in "
                                        "the form %s; the rule is left out")
                                    : _("rule %" PRIu64 " (%s): its condition cannot be said in "
                                        "the form %s; the call is always refused"),
                            json_unsigned(rule, "number"), json_string(rule, "syscall"),
                            plan->form);
                if (verdict.kind == EXPORT_ALLOW)
                        return;
        }
        cJSON_ArrayForEach(call, calls)
        {
                if (!cJSON_IsString(call) || is_decided(plan, call->valuestring))
                        continue;
                if (verdict.kind == EXPORT_ALLOW)
                        cJSON_AddTrueToObject(plan->allowed, call->valuestring);
                else
                        cJSON_AddStringToObject(plan->refused, call->valuestring, verdict.error);
        }
}

/* These run in every jail whatever its rules say. */
static void allow_endings(ExportPlan *plan)
{
        static const char *const calls[] = {"exit", "exit_group", "rt_sigreturn",
                                            "restart_syscall"};

        for (size_t i = 0; i < ELEMENTS_OF(calls); i++)
                cJSON_AddTrueToObject(plan->allowed, calls[i]);
}

static int plan_make(ExportPlan *plan, const cJSON *normal, const cJSON *rules)
{
        const cJSON *rule, *last = NULL;

        plan->allowed = cJSON_CreateObject();
        plan->refused = cJSON_CreateObject();
        if (!plan->allowed || !plan->refused)
                return -ENOMEM;
        allow_endings(plan);
        cJSON_ArrayForEach(rule, rules)
        {
                if (json_unsigned(rule, "number") == 0)
                        last = rule;
                else
                        export_rule(plan, rule);
        }
        if (last) {
                plan->otherwise = export_action(plan, last);
        } else {
                _cleanup_json_ cJSON *made = cJSON_CreateObject();

                cJSON_AddStringToObject(made, "action", json_string(normal, "default"));
                plan->otherwise = export_action(plan, made);
        }
        return 0;
}

/* ---- containers ---- */

/* Containers want numbers; the names that rules use most. */
static int error_number(const ExportPlan *plan, const char *name)
{
        static const struct {
                const char *name;
                int number;
        } errors[] = {
                {"EPERM", EPERM},
                {"EACCES", EACCES},
                {"ENOSYS", ENOSYS},
                {"ENOENT", ENOENT},
                {"EINVAL", EINVAL},
                {"ENOSPC", ENOSPC},
                {"ENOMEM", ENOMEM},
                {"EBUSY", EBUSY},
                {"EIO", EIO},
                {"EROFS", EROFS},
                {"EAGAIN", EAGAIN},
                {"EINTR", EINTR},
                {"EEXIST", EEXIST},
                {"ENOTDIR", ENOTDIR},
                {"EISDIR", EISDIR},
                {"EMFILE", EMFILE},
                {"ENFILE", ENFILE},
                {"EFBIG", EFBIG},
                {"ESRCH", ESRCH},
                {"EBADF", EBADF},
                {"ECHILD", ECHILD},
                {"EFAULT", EFAULT},
                {"ENODEV", ENODEV},
                {"EXDEV", EXDEV},
                {"ETIMEDOUT", ETIMEDOUT},
                {"ENOTSUP", EOPNOTSUPP},
                {"EOPNOTSUPP", EOPNOTSUPP},
                {"ECONNREFUSED", ECONNREFUSED},
                {"ENETUNREACH", ENETUNREACH},
                {"EHOSTUNREACH", EHOSTUNREACH},
                {"EAFNOSUPPORT", EAFNOSUPPORT},
                {"EDQUOT", EDQUOT},
                {"ENOEXEC", ENOEXEC},
                {"ELOOP", ELOOP},
        };
        int number = atoi(name);

        if (number > 0)
                return number;
        for (size_t i = 0; i < ELEMENTS_OF(errors); i++)
                if (string_equal(errors[i].name, name))
                        return errors[i].number;
        report_note(plan->session, _("%s: EPERM is used in its place"), name);
        return EPERM;
}

/* The entry of `calls` with the same errno, made when it is the first one. */
static cJSON *oci_group(cJSON *list, const char *action, int error)
{
        cJSON *group, *names = cJSON_CreateArray();

        cJSON_ArrayForEach(group, list)
        {
                bool same = string_equal(json_string(group, "action"), action) &&
                            json_signed(group, "errnoRet") == error;

                if (same) {
                        cJSON_Delete(names);
                        return cJSON_GetObjectItem(group, "names");
                }
        }
        group = cJSON_CreateObject();
        cJSON_AddItemToObject(group, "names", names);
        cJSON_AddStringToObject(group, "action", action);
        if (error > 0)
                cJSON_AddNumberToObject(group, "errnoRet", error);
        cJSON_AddItemToArray(list, group);
        return names;
}

static void oci_add(cJSON *list, const char *call, const char *action, int error)
{
        cJSON_AddItemToArray(oci_group(list, action, error), cJSON_CreateString(call));
}

int rules_export_oci(Session *session, const cJSON *normal, const cJSON *rules, char **ret)
{
        _cleanup_(plan_release) ExportPlan plan = {.session = session, .form = "oci"};
        _cleanup_json_ cJSON *object = cJSON_CreateObject();
        _cleanup_free_ char *text = NULL;
        cJSON *architectures, *list;
        const cJSON *call;
        bool open;

        if (!object || plan_make(&plan, normal, rules) < 0)
                return -ENOMEM;
        open = plan.otherwise.kind == EXPORT_ALLOW;
        cJSON_AddStringToObject(object, "defaultAction",
                                open ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        if (!open)
                cJSON_AddNumberToObject(object, "defaultErrnoRet",
                                        error_number(&plan, plan.otherwise.error));
        architectures = cJSON_AddArrayToObject(object, "architectures");
        cJSON_AddItemToArray(architectures, cJSON_CreateString("SCMP_ARCH_X86_64"));
        list = cJSON_AddArrayToObject(object, "syscalls");
        cJSON_ArrayForEach(call, plan.allowed) if (!open)
                oci_add(list, call->string, "SCMP_ACT_ALLOW", 0);
        cJSON_ArrayForEach(call, plan.refused) oci_add(list, call->string, "SCMP_ACT_ERRNO",
                                                       error_number(&plan, call->valuestring));
        text = cJSON_Print(object);
        *ret = text ? string_format("%s\n", text) : NULL;
        return *ret ? 0 : -ENOMEM;
}

/* ---- systemd ---- */

static void systemd_line(Text *text, const char *prefix, const cJSON *calls, const char *error)
{
        size_t begin = text->length;
        const cJSON *call;

        cJSON_ArrayForEach(call, calls)
        {
                if (error && !string_equal(call->valuestring, error))
                        continue;
                text_append(text, text->length == begin ? prefix : " ");
                text_append(text, call->string);
                if (error)
                        text_append_format(text, ":%s", error);
        }
        if (text->length > begin)
                text_append_char(text, '\n');
}

/* A list of what is allowed refuses all else with one errno. */
static void systemd_one_errno(const ExportPlan *plan)
{
        const cJSON *call;

        cJSON_ArrayForEach(
                call, plan->refused) if (!string_equal(call->valuestring, plan->otherwise.error))
                report_note(plan->session, _("%s: it fails with %s there, not with %s"),
                            call->string, plan->otherwise.error, call->valuestring);
}

/* A line for each errno that the refused calls use. */
static void systemd_refusals(Text *text, const cJSON *refused)
{
        const cJSON *call, *other;

        cJSON_ArrayForEach(call, refused)
        {
                bool first = true;

                cJSON_ArrayForEach(other, refused)
                {
                        if (other == call)
                                break;
                        first = first && !string_equal(other->valuestring, call->valuestring);
                }
                if (first)
                        systemd_line(text, "SystemCallFilter=~", refused, call->valuestring);
        }
}

int rules_export_systemd(Session *session, const cJSON *normal, const cJSON *rules, char **ret)
{
        _cleanup_(plan_release) ExportPlan plan = {.session = session, .form = "systemd"};
        _cleanup_text_ Text text = TEXT_INIT;

        if (plan_make(&plan, normal, rules) < 0)
                return -ENOMEM;
        text_append(&text, "[Service]\nNoNewPrivileges=yes\nSystemCallArchitectures=native\n");
        if (plan.otherwise.kind == EXPORT_REFUSE) {
                text_append_format(&text, "SystemCallErrorNumber=%s\n", plan.otherwise.error);
                systemd_line(&text, "SystemCallFilter=", plan.allowed, NULL);
                systemd_one_errno(&plan);
        } else {
                systemd_refusals(&text, plan.refused);
        }
        *ret = text_take(&text);
        return *ret ? 0 : -ENOMEM;
}
