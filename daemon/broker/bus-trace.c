/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trace and Attach: reads the options, has them checked, starts a supervisor, tells it to start. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/bus-signals.h"
#include "broker/limits.h"
#include "broker/supervisor-peer.h"
#include "broker/trace-check.h"
#include "broker/trace-options.h"
#include "dbus/bus-names.h"
#include "dbus/start-program.h"

/* A jail on its way, until its supervisor has answered. */
typedef struct Starting {
        Broker *broker;
        sd_bus_message *request; /* a reference */
        uint64_t number;
        bool is_attach;
        ProgramStub stub; /* the broker's own; pid -1 when the caller brought his */
} Starting;

static void starting_free(Starting *starting)
{
        program_stub_release(&starting->stub);
        sd_bus_message_unref(starting->request);
        free(starting);
}

/* ---- the answer ---- */

/* Our own stub knows better than its supervisor why the program could not be run. */
static int reply_failure(Starting *starting, const sd_bus_error *error, const Jail *jail)
{
        struct pollfd status = {.fd = starting->stub.exec_status, .events = POLLIN};
        int r;

        if (starting->stub.pid > 0 && poll(&status, 1, 0) > 0) {
                r = program_stub_wait(&starting->stub);
                if (r < 0 && r != -ECANCELED)
                        return sd_bus_reply_method_errorf(
                                starting->request, SJ_ERROR_START_FAILED, "cannot run %s: %s",
                                jail && jail->program ? jail->program : "the program",
                                strerror(-r));
        }
        return bus_reply_with_error_of(starting->request, error);
}

static void on_failed(Starting *starting, const sd_bus_error *error)
{
        Jail *jail = jail_table_get(&starting->broker->jails, starting->number);

        reply_failure(starting, error, jail);
        if (starting->stub.pid > 0)
                program_stub_cancel(&starting->stub);
        if (jail && jail->peer)
                supervisor_peer_kill(jail->peer);
}

static void on_running(Starting *starting, pid_t pid)
{
        Jail *jail = jail_table_get(&starting->broker->jails, starting->number);

        /* A short program may have ended by now, and its jail with it: it ran all the same. */
        if (jail) {
                jail->pid = pid;
                if (jail->state == JAIL_STARTING)
                        jail->state = JAIL_RUNNING;
                log_info("jail %llu of uid %u runs %s as process %d",
                         (unsigned long long) jail->number, jail->uid, jail->program, pid);
                bus_signals_started(starting->broker, jail);
        }
        if (starting->is_attach)
                sd_bus_reply_method_return(starting->request, "t", starting->number);
        else
                sd_bus_reply_method_return(starting->request, "ti", starting->number, pid);
}

static int on_started(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error _unused_)
{
        static const sd_bus_error nonsense = SD_BUS_ERROR_MAKE_CONST(
                SJ_ERROR_FAILED, "the supervisor gave an answer that makes no sense");
        Starting *starting = userdata;
        int32_t pid;

        if (sd_bus_message_is_method_error(answer, NULL))
                on_failed(starting, sd_bus_message_get_error(answer));
        else if (sd_bus_message_read(answer, "i", &pid) < 0 || pid <= 0)
                on_failed(starting, &nonsense);
        else
                on_running(starting, pid);
        starting_free(starting);
        return 1;
}

/* ---- the start ---- */

static int append_start(sd_bus_message *start, const Broker *broker, const Jail *jail,
                        const TraceOptions *options)
{
        int r;

        r = sd_bus_message_open_container(start, 'a', "{sv}");
        if (r >= 0)
                r = trace_options_copy(options, start);
        if (r >= 0)
                r = sd_bus_message_append(start, "{sv}{sv}{sv}", "jail", "t", jail->number, "mode",
                                          "s", broker_mode(broker), "log-ring", "h", jail->ring);
        if (r >= 0 && options->pid > 0)
                r = sd_bus_message_append(start, "{sv}{sv}", "pid", "i", (int32_t) options->pid,
                                          "stub-pidfd", "h", options->stub_pidfd);
        if (r >= 0 && options->is_attach)
                r = sd_bus_message_append(start, "{sv}", "attach", "b", 1);
        if (r >= 0 && !options->is_attach)
                r = sd_bus_message_append(start, "{sv}", "stub-socket", "h", options->stub_socket);
        return r < 0 ? r : sd_bus_message_close_container(start);
}

static int send_start(Starting *starting, Jail *jail, const TraceOptions *options)
{
        sd_bus_message *start = NULL;
        int r;

        r = supervisor_peer_method(jail->peer, "Start", jail->uid, &start);
        if (r >= 0)
                r = append_start(start, starting->broker, jail, options);
        if (r >= 0)
                r = supervisor_peer_call(jail->peer, start, on_started, starting, TIMEOUT_START);
        sd_bus_message_unref(start);
        return r;
}

static int start_supervisor(Broker *broker, Jail *jail, Problem *problem)
{
        _cleanup_(identity_release) Identity identity = {0};
        SupervisorProcess process;
        int r = 0;

        if (broker->is_system)
                r = identity_of_user(jail->uid, &identity);
        if (r >= 0)
                r = supervisor_process_start(broker->supervisor_program,
                                             broker->is_system ? &identity : NULL, &process,
                                             problem);
        return r < 0 ? r : supervisor_peer_new(broker, jail, &process);
}

/* A caller that only speaks D-Bus: in user mode the daemon is the same user, and forks for him. */
static int fork_stub(TraceOptions *options, Starting *starting, Problem *problem)
{
        ProgramStart start = {
                .argv = (const char *const *) options->arguments,
                .environment = (const char *const *) options->environment,
                .directory = options->directory,
                .terminal = -1,
        };
        int r = program_stub_fork(&start, &starting->stub);

        if (r < 0)
                return problem_set(problem, r, "cannot start a process: %s", strerror(-r));
        options->pid = starting->stub.pid;
        options->stub_pidfd = starting->stub.pidfd;
        options->stub_socket = starting->stub.socket;
        return 0;
}

static int fill_jail(Jail *jail, TraceOptions *options, Problem *problem)
{
        int r;

        jail->program = strdup(options->is_attach ? options->name : options->arguments[0]);
        jail->arguments = TAKE_PTR(options->arguments);
        jail->rules_name = strdup(options->rules_name  ? options->rules_name
                                  : options->has_rules ? "rules"
                                                       : "ask-before-write");
        if (!jail->program || !jail->rules_name)
                return -ENOMEM;
        if (options->log >= 0) {
                jail->log = fcntl(options->log, F_DUPFD_CLOEXEC, 3);
                if (jail->log < 0)
                        return -errno;
        }
        r = log_ring_create(LOG_RING_BYTES, &jail->ring);
        return r < 0 ? problem_set(problem, r, "cannot make the log: %s", strerror(-r)) : 0;
}

static int start_jail(GateCall *call, TraceOptions *options, Starting *starting, Problem *problem)
{
        Jail *jail;
        int r;

        /* Root never execs anything on a user's behalf. */
        if (!options->is_attach && options->pid == 0 && call->broker->is_system)
                return problem_set(problem, -EOPNOTSUPP,
                                   "the system service starts no program itself: hand over a "
                                   "waiting stub (pid, stub-pidfd, stub-socket), as jailctl run "
                                   "does");
        if (!options->is_attach && options->pid == 0) {
                r = fork_stub(options, starting, problem);
                if (r < 0)
                        return r;
        }
        r = jail_table_add(&call->broker->jails, call->client->uid, &jail);
        if (r < 0)
                return r;
        starting->number = jail->number;
        r = fill_jail(jail, options, problem);
        if (r >= 0)
                r = start_supervisor(call->broker, jail, problem);
        if (r >= 0)
                r = send_start(starting, jail, options);
        if (r < 0 && jail->peer)
                supervisor_peer_free(jail->peer);
        if (r < 0)
                jail_table_remove(&call->broker->jails, jail);
        return r;
}

static int start(GateCall *call, TraceOptions *options, Problem *problem)
{
        Starting *starting = calloc(1, sizeof(*starting));
        int r;

        if (!starting)
                return -ENOMEM;
        *starting = (Starting){
                .broker = call->broker,
                .request = sd_bus_message_ref(call->message),
                .is_attach = options->is_attach,
                .stub = {.pid = -1, .pidfd = -1, .socket = -1, .exec_status = -1},
        };
        r = start_jail(call, options, starting, problem);
        if (r < 0) {
                if (starting->stub.pid > 0)
                        program_stub_cancel(&starting->stub);
                starting_free(starting);
                broker_check_idle(call->broker);
        }
        return r;
}

static int check_limits(GateCall *call, Problem *problem)
{
        size_t live = jail_table_count_live(&call->broker->jails, call->client->uid);

        if (live >= LIMIT_JAILS)
                return problem_set(problem, -EUSERS, "%zu jails of yours run already; stop one",
                                   live);
        return 0;
}

static int check_and_start(GateCall *call, TraceOptions *options, Problem *problem)
{
        uid_t uid = call->client->uid;
        int r;

        r = check_limits(call, problem);
        if (r >= 0)
                r = trace_options_read(options, call->message, problem);
        if (r < 0)
                return r;
        if (options->is_attach)
                r = trace_check_process(uid, options->pid, &options->attach_pidfd, &options->name,
                                        problem);
        else if (options->pid > 0)
                r = trace_check_stub(uid, options->pid, options->stub_pidfd, options->stub_socket,
                                     problem);
        if (r >= 0 && options->is_attach)
                options->stub_pidfd = options->attach_pidfd;
        if (r >= 0 && options->log >= 0)
                r = trace_check_log(options->log, problem);
        return r < 0 ? r : start(call, options, problem);
}

static int trace_or_attach(GateCall *call, bool is_attach, sd_bus_error *error)
{
        _cleanup_(trace_options_release) TraceOptions options = TRACE_OPTIONS_INIT;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r;

        options.is_attach = is_attach;
        r = check_and_start(call, &options, &problem);
        if (r < 0 && problem.error)
                return bus_error_of_problem(error, &problem);
        return r;
}

int bus_trace(GateCall *call, sd_bus_error *error)
{
        return trace_or_attach(call, false, error);
}

int bus_attach(GateCall *call, sd_bus_error *error)
{
        return trace_or_attach(call, true, error);
}
