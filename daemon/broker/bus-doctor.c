/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doctor: the supervisor's program looks at the machine, with the caller's rights. */
#include <cjson/cJSON.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/text.h"
#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "broker/supervisor-process.h"
#include "dbus/bus-names.h"

typedef struct DoctorRun {
        Broker *broker;
        UserAccount *account;    /* who asked */
        sd_bus_message *request; /* a reference */
        int pidfd, output;       /* owned; -1 until it runs */
        Text text;               /* what it printed so far */
        sd_event_source *source, *deadline;
} DoctorRun;

static void run_free(DoctorRun *run)
{
        run->account->doctors--;
        sd_event_source_disable_unref(run->source);
        sd_event_source_disable_unref(run->deadline);
        sd_bus_message_unref(run->request);
        /* It has closed its output: what it does now is nobody's business any more. */
        if (run->pidfd >= 0)
                pidfd_send_signal(run->pidfd, SIGKILL, NULL, 0);
        close_fd(run->pidfd);
        close_fd(run->output);
        text_release(&run->text);
        free(run);
}

static int append_check(sd_bus_message *reply, const cJSON *line)
{
        static const char *const wanted[] = {"name", "state", "wall", "detail"};
        int r = sd_bus_message_open_container(reply, 'a', "{sv}");

        for (size_t i = 0; r >= 0 && i < ELEMENTS_OF(wanted); i++) {
                const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, wanted[i]);

                if (cJSON_IsString(item))
                        r = sd_bus_message_append(reply, "{sv}", wanted[i], "s", item->valuestring);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* -EBADMSG when a line is not an object. */
static int append_lines(sd_bus_message *reply, char *text)
{
        char *place = NULL;
        int r = 0;

        for (char *line = strtok_r(text, "\n", &place); line && r >= 0;
             line = strtok_r(NULL, "\n", &place)) {
                cJSON *parsed = cJSON_Parse(line);

                r = cJSON_IsObject(parsed) ? append_check(reply, parsed) : -EBADMSG;
                cJSON_Delete(parsed);
        }
        return r;
}

static int reply_checks(DoctorRun *run)
{
        sd_bus_message *reply = NULL;
        int r;

        if (run->text.length == 0)
                return -ENODATA;
        r = sd_bus_message_new_method_return(run->request, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        if (r >= 0)
                r = append_lines(reply, run->text.data);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(run->request), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

static void finish(DoctorRun *run)
{
        int r = text_error(&run->text);

        if (r == 0)
                r = reply_checks(run);
        if (r < 0)
                sd_bus_reply_method_errorf(run->request, SJ_ERROR_FAILED,
                                           "%s --doctor gave no list of checks: %s",
                                           run->broker->supervisor_program, strerror(-r));
        run_free(run);
}

static int on_output(sd_event_source *source _unused_, int fd, uint32_t events _unused_,
                     void *userdata)
{
        DoctorRun *run = userdata;
        char buffer[4096];
        ssize_t n = read(fd, buffer, sizeof(buffer));

        if (n < 0 && errno == EINTR)
                return 0;
        if (n > 0 && run->text.length + (size_t) n > LIMIT_DOCTOR_BYTES)
                run->text.error = -E2BIG;
        else if (n > 0)
                text_append_bytes(&run->text, buffer, (size_t) n);
        if (n <= 0 || text_error(&run->text))
                finish(run);
        return 0;
}

static int on_deadline(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        DoctorRun *run = userdata;

        run->text.error = -ETIMEDOUT;
        finish(run);
        return 0;
}

static int watch(DoctorRun *run)
{
        sd_event *event = run->broker->event;
        int r = sd_event_add_io(event, &run->source, run->output, EPOLLIN, on_output, run);

        if (r >= 0)
                r = sd_event_add_time_relative(event, &run->deadline, CLOCK_MONOTONIC,
                                               TIMEOUT_DOCTOR, 0, on_deadline, run);
        return r;
}

static void on_launched(SupervisorProcess *process, const Problem *failure, void *userdata)
{
        DoctorRun *run = userdata;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = 0;

        if (process) {
                run->pidfd = process->pidfd;
                run->output = process->control;
                r = watch(run);
        }
        if (process && r >= 0)
                return;
        if (failure)
                bus_error_of_problem(&error, failure);
        else
                bus_error_of_errno(&error, r, "the doctor cannot be watched");
        sd_bus_reply_method_error(run->request, &error);
        sd_bus_error_free(&error);
        run_free(run);
}

static int launch(DoctorRun *run, uid_t uid, Problem *problem)
{
        static const char *const arguments[] = {"jail-supervisor", "--doctor", "--json", NULL};
        _cleanup_(identity_release) Identity identity = {0};
        Broker *broker = run->broker;
        SupervisorStart start = {.event = broker->event,
                                 .program = broker->supervisor_program,
                                 .identity = broker->is_system ? &identity : NULL,
                                 .answer = on_launched,
                                 .userdata = run};
        int r = broker->is_system ? identity_of_user(uid, &identity) : 0;

        return r < 0 ? r : supervisor_process_run(&start, arguments, problem);
}

int bus_doctor(GateCall *call, sd_bus_error *error)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        DoctorRun *run;
        int r;

        if (call->client->account->doctors >= LIMIT_DOCTORS)
                return sd_bus_error_set(error, SJ_ERROR_LIMIT,
                                        "the doctor is busy with your user; ask again");
        run = calloc(1, sizeof(*run));
        if (!run)
                return -ENOMEM;
        *run = (DoctorRun){.broker = call->broker,
                           .account = call->client->account,
                           .pidfd = -1,
                           .output = -1};
        run->request = sd_bus_message_ref(call->message);
        run->account->doctors++;
        r = launch(run, call->client->uid, &problem);
        if (r < 0)
                run_free(run);
        return problem.error ? bus_error_of_problem(error, &problem) : r;
}
