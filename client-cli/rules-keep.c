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

/* How long the news of the new rule may take. */
#define NEWS_USEC (2u * 1000 * 1000)

void rules_keep_release(RulesKeep *keep)
{
        free(keep->path);
        cJSON_Delete(keep->rules);
}

static int on_rules(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        RulesKeep *keep = userdata;
        uint64_t jail;

        (void) error;
        if (sd_bus_message_read(message, "t", &jail) < 0 || jail != keep->jail)
                return 0;
        cJSON_Delete(keep->rules);
        keep->rules = NULL;
        json_from_bus(message, &keep->rules);
        return 0;
}

int rules_keep_begin(RulesKeep *keep, Session *session, uint64_t jail)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *one;
        int r = session_ask_value(session, "jails", "ListJails", &jails, "a{sv}", 0);

        if (r < 0)
                return r;
        keep->session = session;
        keep->jail = jail;
        cJSON_ArrayForEach(one, jails) if (json_unsigned(one, "id") == jail && !keep->path)
                keep->path = strdup(json_string(one, "rules"));
        r = jail_client_match(session->client, "RuleChanged", on_rules, keep);
        if (r < 0)
                return report_bus_error(session, "rules", r, NULL);
        return session_ask(session, "rules", "Subscribe", NULL, "t", jail);
}

/* Rule `number` as JSON out of the news that its making was. Owned; NULL when it did not come. */
static cJSON *new_rule(RulesKeep *keep, uint64_t number)
{
        sd_bus *bus = jail_client_bus(keep->session->client);
        const cJSON *one;
        int r = 1;

        while (r > 0 && !keep->rules) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, NEWS_USEC);
        }
        cJSON_ArrayForEach(one,
                           keep->rules) if (json_unsigned(one, "number") ==
                                            number) return cJSON_Parse(json_string(one, "json"));
        return NULL;
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

int rules_keep(RulesKeep *keep, uint64_t number)
{
        const char *path = keep->path ? keep->path : "";
        _cleanup_json_ cJSON *rule = NULL;
        _cleanup_free_ char *text = NULL;
        int r;

        if (path[0] != '/') {
                report_note(keep->session,
                            _("jail %" PRIu64 " was not started from a rule file, so that the rule "
                              "ends with it; 'jailctl rule save %" PRIu64 " FILE' writes one"),
                            keep->jail, keep->jail);
                return 0;
        }
        rule = new_rule(keep, number);
        r = rule ? add_rule(keep->session, path, &rule, &text) : -ENOENT;
        if (r >= 0)
                r = replace_file(path, text);
        if (r < 0)
                report_error(keep->session, SJ_ERROR_FAILED,
                             _("%s: the rule holds in the jail, but was not written to the file: "
                               "%s"),
                             path, strerror(-r));
        return r;
}
