/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl memory: looks at the memory of a traced process, and changes it. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/print-bytes.h"

/* What is asked for: behind argument `argument` of call `id`, or at `address` of `pid`. */
typedef struct MemoryPlace {
        uint64_t id;
        uint32_t argument;
        pid_t pid;
        uint64_t address;
        uint64_t length;
        bool string;
} MemoryPlace;

static int parse_number(Session *session, const char *what, const char *word, uint64_t *ret)
{
        if (word[0] != '-' && number_parse_unsigned(word, ret) == 0)
                return 0;
        report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                     _("%s '%s': it is not a number; write it as 4096 or 0x1000"), what, word);
        return -EINVAL;
}

/* "ID:N" */
static int parse_argument_place(Session *session, const char *word, MemoryPlace *ret)
{
        _cleanup_free_ char *id = strdup(word);
        char *colon;
        uint64_t argument;
        int r;

        if (!id)
                return -ENOMEM;
        colon = strchr(id, ':');
        *colon++ = '\0';
        if (number_parse_unsigned(colon, &argument) < 0 || argument > 5) {
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("'%s': behind the colon stands an argument's index, 0 to 5"), word);
                return -EINVAL;
        }
        r = session_call_id(session, id, &ret->id);
        if (r >= 0)
                ret->argument = (uint32_t) argument;
        return r;
}

static int parse_place(Session *session, char **words, int count, MemoryPlace *ret)
{
        if (strchr(words[0], ':')) {
                int r = parse_argument_place(session, words[0], ret);

                if (r >= 0 && count > 1)
                        r = parse_number(session, _("length"), words[1], &ret->length);
                return r;
        }
        if (session_pid(session, words[0], &ret->pid) < 0)
                return -EINVAL;
        if (parse_number(session, _("address"), words[1], &ret->address) < 0)
                return -EINVAL;
        return count > 2 ? parse_number(session, _("length"), words[2], &ret->length) : 0;
}

static int append_place(sd_bus_message *message, const MemoryPlace *place)
{
        int r = sd_bus_message_open_container(message, 'a', "{sv}");

        if (r >= 0 && place->id)
                r = message_unsigned(message, "id", place->id);
        if (r >= 0 && place->id)
                r = message_unsigned32(message, "argument", place->argument);
        if (r >= 0 && !place->id)
                r = message_integer(message, "pid", place->pid);
        if (r >= 0 && !place->id)
                r = message_unsigned(message, "address", place->address);
        if (r >= 0 && place->length)
                r = message_unsigned(message, "length", place->length);
        if (r >= 0 && place->string)
                r = message_boolean(message, "string", true);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static void print_json(const MemoryPlace *place, const cJSON *info, const uint8_t *bytes,
                       size_t size)
{
        _cleanup_json_ cJSON *object = cJSON_CreateObject();
        _cleanup_free_ char *digits = calloc(2, size + 1);
        char address[24];

        for (size_t i = 0; digits && i < size; i++)
                snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
        snprintf(address, sizeof(address), "0x%" PRIx64, json_unsigned(info, "address"));
        cJSON_AddStringToObject(object, "address", address);
        cJSON_AddNumberToObject(object, "length", (double) size);
        cJSON_AddStringToObject(object, "bytes", digits ? digits : "");
        if (place->pid)
                cJSON_AddNumberToObject(object, "pid", place->pid);
        json_print_line(object, stdout);
}

static int memory_read(Session *session, const char *what, const MemoryPlace *place, bool raw)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        _cleanup_json_ cJSON *info = NULL;
        const uint8_t *bytes;
        size_t size;
        int r = session_method(session, "ReadMemory", &message);

        if (r < 0)
                return r;
        r = append_place(message, place);
        if (r < 0)
                return report_bus_error(session, what, r, NULL);
        r = session_call(session, what, message, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_read_array(reply, 'y', (const void **) &bytes, &size);
        if (r >= 0)
                r = json_from_bus(reply, &info);
        if (r < 0)
                return report_bus_error(session, what, r, NULL);
        if (session->json)
                print_json(place, info, bytes, size);
        else if (raw)
                fwrite(bytes, 1, size, stdout);
        else
                bytes_print(stdout, "", json_unsigned(info, "address"), bytes, size);
        if (!session->json && place->length > size && !place->string)
                report_note(session, _("%s: %zu of %" PRIu64 " bytes are readable"), what, size,
                            place->length);
        return 0;
}

static int memory_write(Session *session, const char *what, const MemoryPlace *place,
                        const char *word)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        _cleanup_free_ uint8_t *bytes = NULL;
        uint64_t written;
        size_t size;
        int r = bytes_parse(session, "--write", word, &bytes, &size);

        if (r >= 0)
                r = session_method(session, "WriteMemory", &message);
        if (r < 0)
                return r;
        r = append_place(message, place);
        if (r >= 0)
                r = sd_bus_message_append_array(message, 'y', bytes, size);
        if (r < 0)
                return report_bus_error(session, what, r, NULL);
        r = session_call(session, what, message, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "t", &written);
        if (r < 0)
                return report_bus_error(session, what, r, NULL);
        if (session->json)
                printf("{\"written\":%" PRIu64 "}\n", written);
        return 0;
}

int command_memory(Session *session, int argc, char **argv)
{
        enum { OPTION_RAW = 256, OPTION_STRING, OPTION_WRITE };
        static const struct option options[] = {
                {"raw", no_argument, NULL, OPTION_RAW},
                {"string", no_argument, NULL, OPTION_STRING},
                {"write", required_argument, NULL, OPTION_WRITE},
                {0},
        };
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        MemoryPlace place = {0};
        const char *write_word = NULL;
        bool raw = false, by_id;
        int option, status, r;

        while ((option = option_next(&reader)) >= 0) {
                raw = raw || option == OPTION_RAW;
                place.string = place.string || option == OPTION_STRING;
                if (option == OPTION_WRITE)
                        write_word = optarg;
        }
        if (option == OPTION_END)
                return reader.status;
        by_id = argv[optind] && strchr(argv[optind], ':');
        if (!option_count_operands(session, argc,
                                   by_id ? 1 : 3 - (place.string || write_word != NULL),
                                   by_id ? 2 : 3, &status))
                return status;
        if (parse_place(session, argv + optind, argc - optind, &place) < 0)
                return EXIT_FAILURE;
        r = write_word ? memory_write(session, argv[optind], &place, write_word)
                       : memory_read(session, argv[optind], &place, raw);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
