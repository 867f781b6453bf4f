/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl inject: has threads execute a call of the person's choosing. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-bytes.h"
#include "client-cli/print-text.h"

static void print_buffers(const cJSON *buffers)
{
        const cJSON *buffer;

        cJSON_ArrayForEach(buffer, buffers)
        {
                const char *digits = cJSON_GetStringValue(buffer);
                size_t size = digits ? strlen(digits) / 2 : 0;
                _cleanup_free_ uint8_t *bytes = calloc(1, size + 1);

                for (size_t i = 0; bytes && i < size; i++) {
                        const char pair[] = {digits[2 * i], digits[2 * i + 1], '\0'};

                        bytes[i] = (uint8_t) strtoul(pair, NULL, 16);
                }
                printf("  %s:\n", buffer->string);
                if (bytes)
                        bytes_print(stdout, "    ", 0, bytes, size);
        }
}

static void print_result(const Session *session, pid_t tid, bool many, cJSON *result)
{
        _cleanup_free_ char *text = text_shown(json_string(result, "text"));
        char ran[32];

        if (session->json) {
                cJSON_AddNumberToObject(result, "tid", tid);
                json_print_line(result, stdout);
                return;
        }
        duration_format(json_unsigned(result, "ran_ns"), ran, sizeof(ran));
        if (many)
                printf("%d: ", tid);
        printf("%s = %" PRId64, text ? text : "", json_signed(result, "return"));
        if (*json_string(result, "errno"))
                printf(" %s", json_string(result, "errno"));
        printf("  (%s)\n", ran);
        if (*json_string(result, "note"))
                report_note(session, "%d: %s", tid, json_string(result, "note"));
        print_buffers(cJSON_GetObjectItemCaseSensitive(result, "buffers"));
}

/* 0 when the call was executed and did not fail, 1 when the kernel refused it. */
static int inject(Session *session, pid_t tid, bool many, const char *expression)
{
        _cleanup_free_ char *what = string_format(_("thread %d"), tid);
        _cleanup_json_ cJSON *result = NULL;
        int r = session_ask_value(session, what ? what : "inject", "Inject", &result, "isa{sv}",
                                  (int32_t) tid, expression, 0);

        if (r < 0)
                return r;
        print_result(session, tid, many, result);
        return *json_string(result, "errno") ? 1 : 0;
}

int command_inject(Session *session, int argc, char **argv)
{
        int status, failed = 0;

        if (!option_operands(session, argc, argv, 2, 1024, &status))
                return status;
        for (int i = optind; i < argc - 1; i++) {
                pid_t tid;

                if (session_pid(session, argv[i], &tid) < 0 ||
                    inject(session, tid, argc - optind > 2, argv[argc - 1]) != 0)
                        failed++;
        }
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
