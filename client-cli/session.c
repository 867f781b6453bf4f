/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to the daemon, calls over it, and the names that people give to things. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/polkit-agent.h"

int session_open(Session *session)
{
        _cleanup_free_ char *why = NULL;
        int r;

        if (session->client)
                return 0;
        r = jail_client_open(session->mode, session->host, &session->client, &why);
        if (r < 0) {
                report_error(session, SJ_ERROR_FAILED, "%s", why ? why : strerror(-r));
                return r;
        }
        if (!session->host && string_equal(jail_client_mode(session->client), "system"))
                polkit_agent_start();
        return 0;
}

int session_method(Session *session, const char *member, sd_bus_message **ret)
{
        int r = session_open(session);

        if (r < 0)
                return r;
        r = jail_client_method(session->client, member, ret);
        if (r < 0)
                return report_bus_error(session, member, r, NULL);
        return 0;
}

int session_call(Session *session, const char *what, sd_bus_message *message,
                 sd_bus_message **ret_reply)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = jail_client_call(session->client, message, &error, ret_reply);

        return r < 0 ? report_bus_error(session, what, r, &error) : 0;
}

static int session_ask_v(Session *session, const char *what, const char *member,
                         sd_bus_message **ret_reply, const char *types, va_list arguments)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        int r = session_method(session, member, &message);

        if (r < 0)
                return r;
        if (types) {
                r = sd_bus_message_appendv(message, types, arguments);
                if (r < 0)
                        return report_bus_error(session, what, r, NULL);
        }
        return session_call(session, what, message, ret_reply);
}

int session_ask(Session *session, const char *what, const char *member, sd_bus_message **ret_reply,
                const char *types, ...)
{
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = session_ask_v(session, what, member, ret_reply, types, arguments);
        va_end(arguments);
        return r;
}

int session_ask_value(Session *session, const char *what, const char *member, cJSON **ret,
                      const char *types, ...)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = session_ask_v(session, what, member, &reply, types, arguments);
        va_end(arguments);
        if (r < 0)
                return r;
        r = json_from_bus(reply, ret);
        return r < 0 ? report_bus_error(session, what, r, NULL) : 0;
}

/* The number of the only running jail; of the newest one when none runs. */
static int session_only_jail(Session *session, uint64_t *ret)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *jail;
        unsigned running = 0;
        uint64_t newest = 0;
        int r = session_ask_value(session, "jails", "ListJails", &jails, "a{sv}", 0);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(jail, jails)
        {
                if (json_unsigned(jail, "id") > newest)
                        newest = json_unsigned(jail, "id");
                if (string_equal(json_string(jail, "state"), "ended"))
                        continue;
                running++;
                *ret = json_unsigned(jail, "id");
        }
        if (running == 0)
                *ret = newest;
        if (*ret > 0 && running <= 1)
                return 0;
        report_error(session, SJ_ERROR_NO_SUCH_JAIL,
                     running ? _("which jail? more than one is running; 'jailctl list' shows them")
                             : _("there is no jail; 'jailctl run -- PROGRAM' makes one"));
        return -ESRCH;
}

int session_jail(Session *session, const char *word, uint64_t *ret)
{
        *ret = 0;
        if (!word)
                return session_only_jail(session, ret);
        if (word[0] != '-' && number_parse_unsigned(word, ret) == 0 && *ret > 0)
                return 0;
        report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                     _("'%s' is not a jail's number; 'jailctl list' shows them"), word);
        return -EINVAL;
}

/* "JAIL.N" */
static int parse_dotted_id(const char *word, uint64_t *ret)
{
        _cleanup_free_ char *jail = strdup(word);
        uint64_t high, low;
        char *dot;

        if (!jail)
                return -ENOMEM;
        dot = strchr(jail, '.');
        if (!dot || word[0] == '-' || dot[1] == '-')
                return -EINVAL;
        *dot = '\0';
        if (number_parse_unsigned(jail, &high) < 0 || number_parse_unsigned(dot + 1, &low) < 0)
                return -EINVAL;
        if (high == 0 || high > UINT32_MAX || low > UINT32_MAX)
                return -EINVAL;
        *ret = SJ_PENDING_ID(high, low);
        return 0;
}

/* The only pending call with that number within its jail. */
static int session_find_call(Session *session, const char *word, uint64_t sequence, uint64_t *ret)
{
        _cleanup_json_ cJSON *calls = NULL;
        const cJSON *call;
        unsigned found = 0;
        int r = session_ask_value(session, word, "ListPending", &calls, "t", UINT64_C(0));

        if (r < 0)
                return r;
        cJSON_ArrayForEach(call, calls)
        {
                uint64_t id = json_unsigned(call, "id");

                if (SJ_PENDING_SEQUENCE(id) != sequence)
                        continue;
                *ret = id;
                found++;
        }
        if (found == 1)
                return 0;
        report_error(
                session, SJ_ERROR_NO_SUCH_CALL,
                found ? _("call %s: several jails have one; write JAIL.%s")
                      : _("call %s: there is none pending; 'jailctl pending' shows what waits"),
                word, word);
        return -ENOENT;
}

int session_call_id(Session *session, const char *word, uint64_t *ret)
{
        uint64_t number;

        if (parse_dotted_id(word, ret) == 0)
                return 0;
        if (word[0] == '-' || number_parse_unsigned(word, &number) < 0) {
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("'%s' is not the id of a pending call, which looks like 1.3; "
                               "'jailctl pending' shows them"),
                             word);
                return -EINVAL;
        }
        if (SJ_PENDING_JAIL(number) == 0)
                return session_find_call(session, word, number, ret);
        *ret = number;
        return 0;
}

int session_pid(Session *session, const char *word, pid_t *ret)
{
        uint64_t number;

        if (word[0] != '-' && number_parse_unsigned(word, &number) == 0 && number > 0 &&
            number <= INT32_MAX) {
                *ret = (pid_t) number;
                return 0;
        }
        report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                     _("'%s' is not a process number; 'jailctl ps JAIL' shows them"), word);
        return -EINVAL;
}

static int read_all(int fd, size_t most, Text *text)
{
        char buffer[16384];
        ssize_t n;

        while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (text->length + (size_t) n > most)
                        return -EFBIG;
                if (text_append_bytes(text, buffer, (size_t) n) < 0)
                        return -ENOMEM;
        }
        return text_append(text, "");
}

int session_read_file(Session *session, const char *path, size_t most, char **ret, size_t *ret_size)
{
        _cleanup_text_ Text text = TEXT_INIT;
        bool standard_input = string_equal(path, "-");
        _cleanup_close_ int fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                                : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        int r = fd < 0 ? -errno : read_all(fd, most, &text);

        if (r == -EFBIG)
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("%s: it is larger than %zu bytes, which no such file needs to be"),
                             path, most);
        else if (r < 0)
                report_error(session, SJ_ERROR_INVALID_ARGUMENT, _("%s: it cannot be read: %s"),
                             path, strerror(-r));
        if (r < 0)
                return r;
        *ret_size = text.length;
        *ret = text_take(&text);
        return 0;
}

int message_string(sd_bus_message *message, const char *key, const char *value)
{
        return sd_bus_message_append(message, "{sv}", key, "s", value);
}

int message_unsigned(sd_bus_message *message, const char *key, uint64_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "t", value);
}

int message_unsigned32(sd_bus_message *message, const char *key, uint32_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "u", value);
}

int message_integer(sd_bus_message *message, const char *key, int32_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "i", value);
}

int message_boolean(sd_bus_message *message, const char *key, bool value)
{
        return sd_bus_message_append(message, "{sv}", key, "b", (int) value);
}

int message_fd(sd_bus_message *message, const char *key, int fd)
{
        return sd_bus_message_append(message, "{sv}", key, "h", fd);
}

int message_strings(sd_bus_message *message, const char *key, char *const *values)
{
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(message, (char **) values);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r;
}
