/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts: put together from words, sent as the dictionary that Decide takes. */
#include "client-cli/verdict.h"

#include <string.h>

#include "base/text.h"
#include "client-cli/print-bytes.h"

static void texts_release(VerdictTexts *texts)
{
        for (size_t i = 0; i < texts->count; i++) {
                free(texts->list[i].key);
                free(texts->list[i].value);
        }
        free(texts->list);
        *texts = (VerdictTexts){0};
}

static void writes_release(VerdictWrites *writes)
{
        for (size_t i = 0; i < writes->count; i++) {
                free(writes->list[i].key);
                free(writes->list[i].bytes);
        }
        free(writes->list);
        *writes = (VerdictWrites){0};
}

void verdict_release(Verdict *verdict)
{
        texts_release(&verdict->arguments);
        texts_release(&verdict->fields);
        texts_release(&verdict->after_fields);
        writes_release(&verdict->writes);
        writes_release(&verdict->after_writes);
}

int verdict_set_text(VerdictTexts *texts, const char *key, const char *value)
{
        _cleanup_free_ char *key_copy = strdup(key), *value_copy = strdup(value);
        VerdictText *list;

        if (!key_copy || !value_copy)
                return -ENOMEM;
        for (size_t i = 0; i < texts->count; i++) {
                if (!string_equal(texts->list[i].key, key))
                        continue;
                free(texts->list[i].value);
                texts->list[i].value = TAKE_PTR(value_copy);
                return 0;
        }
        list = reallocarray(texts->list, texts->count + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        texts->list = list;
        list[texts->count++] =
                (VerdictText){.key = TAKE_PTR(key_copy), .value = TAKE_PTR(value_copy)};
        return 0;
}

/* "N=…": the key's owned copy and where the value begins. */
static int split(Session *session, const char *option, const char *word, char **ret_key,
                 const char **ret_value)
{
        const char *equals = strchr(word, '=');

        if (!equals || equals == word) {
                report_usage(session,
                             _("option '%s' takes N=VALUE, with an argument's index (0 to "
                               "5) or name for N; '%s' is not that"),
                             option, word);
                return -EINVAL;
        }
        *ret_key = strndup(word, (size_t) (equals - word));
        *ret_value = equals + 1;
        return *ret_key ? 0 : -ENOMEM;
}

int verdict_add_text(Session *session, VerdictTexts *texts, const char *option, const char *word)
{
        _cleanup_free_ char *key = NULL;
        const char *value;
        int r = split(session, option, word, &key, &value);

        return r < 0 ? r : verdict_set_text(texts, key, value);
}

int verdict_add_write(Session *session, VerdictWrites *writes, const char *option, const char *word)
{
        _cleanup_free_ char *key = NULL;
        _cleanup_free_ uint8_t *bytes = NULL;
        VerdictBytes *list;
        const char *value;
        size_t size;
        int r = split(session, option, word, &key, &value);

        if (r >= 0)
                r = bytes_parse(session, option, value, &bytes, &size);
        if (r < 0)
                return r;
        list = reallocarray(writes->list, writes->count + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        writes->list = list;
        list[writes->count++] =
                (VerdictBytes){.key = TAKE_PTR(key), .bytes = TAKE_PTR(bytes), .size = size};
        return 0;
}

/* ---- the dictionary ---- */

static int open_entry(sd_bus_message *message, const char *key, const char *type)
{
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', type);
        /* the array in it, without its 'a' */
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', type + 1);
        return r;
}

static int close_entry(sd_bus_message *message)
{
        int r = sd_bus_message_close_container(message);

        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r;
}

static int append_texts(sd_bus_message *message, const char *key, const VerdictTexts *texts)
{
        int r;

        if (texts->count == 0)
                return 0;
        r = open_entry(message, key, "a{ss}");
        for (size_t i = 0; r >= 0 && i < texts->count; i++)
                r = sd_bus_message_append(message, "{ss}", texts->list[i].key,
                                          texts->list[i].value);
        return r < 0 ? r : close_entry(message);
}

static int append_write(sd_bus_message *message, const VerdictBytes *write)
{
        int r = sd_bus_message_open_container(message, 'e', "say");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", write->key);
        if (r >= 0)
                r = sd_bus_message_append_array(message, 'y', write->bytes, write->size);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_writes(sd_bus_message *message, const char *key, const VerdictWrites *writes)
{
        int r;

        if (writes->count == 0)
                return 0;
        r = open_entry(message, key, "a{say}");
        for (size_t i = 0; r >= 0 && i < writes->count; i++)
                r = append_write(message, &writes->list[i]);
        return r < 0 ? r : close_entry(message);
}

/* The entries of the `remember` dictionary. */
static int append_remember_entries(sd_bus_message *message, const Verdict *verdict)
{
        int r = message_string(message, "scope", verdict->scope ? verdict->scope : "jail");

        if (r >= 0 && verdict->values)
                r = message_boolean(message, "values", true);
        if (r >= 0 && verdict->seconds)
                r = message_unsigned(message, "seconds", verdict->seconds);
        if (r >= 0 && verdict->uses)
                r = message_unsigned(message, "uses", verdict->uses);
        if (r >= 0 && verdict->always)
                r = message_boolean(message, "always", true);
        return r;
}

static int append_remember(sd_bus_message *message, const Verdict *verdict)
{
        int r;

        if (!verdict->remember)
                return 0;
        r = open_entry(message, "remember", "a{sv}");
        if (r >= 0)
                r = append_remember_entries(message, verdict);
        return r < 0 ? r : close_entry(message);
}

static int append_verdict(sd_bus_message *message, const Verdict *verdict)
{
        int r = sd_bus_message_open_container(message, 'a', "{sv}");

        if (r >= 0)
                r = message_string(message, "action", verdict->action);
        if (r >= 0 && verdict->number)
                r = message_string(message, "number", verdict->number);
        if (r >= 0)
                r = append_texts(message, "arguments", &verdict->arguments);
        if (r >= 0)
                r = append_writes(message, "write", &verdict->writes);
        if (r >= 0)
                r = append_texts(message, "field", &verdict->fields);
        if (r >= 0 && verdict->after_return)
                r = message_string(message, "after-return", verdict->after_return);
        if (r >= 0)
                r = append_writes(message, "after-write", &verdict->after_writes);
        if (r >= 0)
                r = append_texts(message, "after-field", &verdict->after_fields);
        if (r >= 0)
                r = append_remember(message, verdict);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int verdict_send(Session *session, const Verdict *verdict, uint64_t id, sd_bus_error *error,
                 cJSON **ret_result)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        int r = jail_client_method(session->client, "Decide", &message);

        if (r >= 0)
                r = sd_bus_message_append(message, "t", id);
        if (r >= 0)
                r = append_verdict(message, verdict);
        if (r >= 0)
                r = jail_client_call(session->client, message, error, &reply);
        return r < 0 ? r : json_from_bus(reply, ret_result);
}

int verdict_interrupt(Session *session, uint64_t jail, bool (*wanted)(pid_t pid, void *userdata),
                      void *userdata)
{
        _cleanup_json_ cJSON *calls = NULL;
        const cJSON *call;
        int r = session_ask_value(session, "pending", "ListPending", &calls, "t", jail);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(call, calls)
        {
                _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
                _cleanup_json_ cJSON *result = NULL;
                Verdict verdict = {.action = "interrupt"};

                /* One that is answered meanwhile is in nobody's way any more. */
                if (wanted((pid_t) json_signed(call, "pid"), userdata))
                        verdict_send(session, &verdict, json_unsigned(call, "id"), &error, &result);
        }
        return 0;
}

int verdict_preview(Session *session, const Verdict *verdict, uint64_t id, cJSON **ret_preview)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        int r = session_method(session, "PreviewRule", &message);

        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "t", id);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = append_remember_entries(message, verdict);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r < 0)
                return report_bus_error(session, "preview", r, NULL);
        r = session_call(session, "preview", message, &reply);
        return r < 0 ? r : json_from_bus(reply, ret_preview);
}
