/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer for always: puts the rule that it made in front of the jail's rule file. The client
 * does it, with the person's own rights; the daemon writes no files. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define RULE_BYTES_MAX (1024u * 1024)

/* What the jail calls its rules (a path when they are a file's), and rule `number` as JSON. */
static int find_rule(Session *session, uint64_t jail, uint64_t number, char **ret_path,
                     cJSON **ret_rule)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_json_ cJSON *jails = NULL, *rules = NULL;
        const cJSON *one;
        const char *text;
        int r = session_ask_value(session, "jails", "ListJails", &jails, "a{sv}", 0);

        if (r >= 0)
                r = session_ask(session, "rules", "GetRules", &reply, "t", jail);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "s", &text);
        if (r >= 0)
                r = json_from_bus(reply, &rules);
        if (r < 0)
                return report_bus_error(session, "rules", r, NULL);
        cJSON_ArrayForEach(one,
                           jails) if (json_unsigned(one, "id") == jail && !*ret_path) *ret_path =
                strdup(json_string(one, "rules"));
        cJSON_ArrayForEach(one, rules) if (json_unsigned(one, "number") == number &&
                                           !*ret_rule) *ret_rule =
                cJSON_Parse(json_string(one, "json"));
        return *ret_path && *ret_rule ? 0 : -ENOENT;
}

/* The file in today's form with the rule in front. Owned. */
static int add_rule(Session *session, const char *path, cJSON **rule, char **ret)
{
        _cleanup_rules_check_ RulesCheck check = {0}, after = {0};
        _cleanup_json_ cJSON *file = NULL;
        _cleanup_free_ char *text = NULL, *printed = NULL;
        cJSON *list;
        size_t size;
        int r = session_read_file(session, path, RULE_BYTES_MAX, &text, &size);

        if (r >= 0)
                r = rules_check(session, path, text, &check);
        if (r < 0)
                return r;
        file = cJSON_Parse(text);
        if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(file, "rules"))) {
                cJSON_Delete(file);
                file = cJSON_Parse(check.normal);
        }
        list = cJSON_GetObjectItemCaseSensitive(file, "rules");
        if (!list || !cJSON_InsertItemInArray(list, 0, *rule))
                return -EINVAL;
        *rule = NULL;
        printed = cJSON_Print(file);
        *ret = printed ? string_format("%s\n", printed) : NULL;
        if (!*ret)
                return -ENOMEM;
        return rules_check(session, path, *ret, &after);
}

/* All or nothing: a new file takes the place of the old one. */
static int replace_file(const char *path, const char *text)
{
        _cleanup_free_ char *beside = string_format("%s.new", path);
        _cleanup_close_ int fd = -1;
        size_t size = strlen(text);
        struct stat old;

        if (!beside)
                return -ENOMEM;
        if (stat(path, &old) < 0)
                return -errno;
        fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old.st_mode & 0777);
        if (fd < 0)
                return -errno;
        if (write(fd, text, size) == (ssize_t) size && fsync(fd) == 0 && rename(beside, path) == 0)
                return 0;
        unlink(beside);
        return -EIO;
}

int rules_keep(Session *session, uint64_t jail, uint64_t number)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        _cleanup_json_ cJSON *rule = NULL;
        int r = find_rule(session, jail, number, &path, &rule);

        if (r >= 0 && path[0] != '/') {
                report_note(session,
                            _("jail %" PRIu64 " was not started from a rule file, so that the rule "
                              "ends with it; 'jailctl rule save %" PRIu64 " FILE' writes one"),
                            jail, jail);
                return 0;
        }
        if (r >= 0)
                r = add_rule(session, path, &rule, &text);
        if (r >= 0)
                r = replace_file(path, text);
        if (r < 0)
                report_error(session, SJ_ERROR_FAILED,
                             _("%s: the rule holds in the jail, but was not written to the file: "
                               "%s"),
                             path ? path : "rules", strerror(-r));
        return r;
}
