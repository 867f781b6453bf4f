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
#include "broker/launcher-process.h"
#include "broker/limits.h"
#include "broker/process-status.h"
#include "broker/supervisor-peer.h"
#include "broker/trace-check.h"
#include "broker/trace-options.h"
#include "broker/transient-unit.h"
#include "dbus/bus-names.h"
#include "dbus/start-program.h"

/* A jail on its way, until its supervisor has answered. */
typedef struct Starting {
        Broker *broker;
        sd_bus_message *request; /* a reference */
        TraceOptions options;    /* what it borrows lies in the request */
        uint64_t number;
        ProgramStub stub; /* the broker's own; nothing in it when the caller brought his */
        bool is_child;    /* that stub is a child of ours */
        int launcher;     /* of the rules' scripts, owned; -1 for none */
} Starting;

static void starting_free(Starting *starting)
{
        trace_options_release(&starting->options);
        program_stub_release(&starting->stub);
        sd_bus_message_unref(starting->request);
        close_fd(starting->launcher);
        free(starting);
}

static Jail *starting_jail(const Starting *starting)
{
        return jail_table_get(&starting->broker->jails, starting->number);
}

/* A stub that is not ours to reap leaves by itself when its socket is closed. */
static void starting_end_stub(Starting *starting)
{
        if (starting->is_child)
                program_stub_cancel(&starting->stub);
        else
                program_stub_release(&starting->stub);
}

/* ---- the answer ---- */

/* Our own stub knows better than its supervisor why the program could not be run. */
static int reply_failure(Starting *starting, const sd_bus_error *error, const Jail *jail)
{
        struct pollfd status = {.fd = starting->stub.exec_status, .events = POLLIN};
        const char *directory = starting->options.directory;
        int r = -ECANCELED;

        if (status.fd >= 0 && poll(&status, 1, 0) > 0)
                r = program_stub_wait(&starting->stub);
        if (r >= 0 || r == -ECANCELED)
                return bus_reply_with_error_of(starting->request, error);
        return sd_bus_reply_method_errorf(
                starting->request, SJ_ERROR_START_FAILED, "cannot run %s%s%s: %s",
                jail && jail->program ? jail->program : "the program", directory ? " in " : "",
                directory ? directory : "", strerror(-r));
}

static void on_failed(Starting *starting, const sd_bus_error *error)
{
        Jail *jail = starting_jail(starting);

        reply_failure(starting, error, jail);
        starting_end_stub(starting);
        if (jail && jail->peer)
                supervisor_peer_kill(jail->peer);
}

/* From here on a broker that follows this one takes the jail over. */
static void note_running(Broker *broker, Jail *jail)
{
        int r;

        jail->state = JAIL_RUNNING;
        r = jail_store_update(broker->jails.store, jail);
        if (r < 0)
                log_warning("jail %llu will not outlive this jaild: %s",
                            (unsigned long long) jail->number, strerror(-r));
}

static void on_running(Starting *starting, pid_t pid)
{
        Jail *jail = starting_jail(starting);

        /* A short program may have ended by now, and its jail with it: it ran all the same. */
        if (jail) {
                jail->pid = pid;
                if (jail->state == JAIL_STARTING)
                        note_running(starting->broker, jail);
                log_info("jail %llu of uid %u runs %s as process %d",
                         (unsigned long long) jail->number, jail->uid, jail->program, pid);
                bus_signals_started(starting->broker, jail);
        }
        if (starting->options.is_attach)
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

static int append_launcher(sd_bus_message *start, int launcher, char **scripts)
{
        int r = sd_bus_message_append(start, "{sv}", "launcher", "h", launcher);

        if (r >= 0)
                r = sd_bus_message_open_container(start, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(start, "s", "scripts");
        if (r >= 0)
                r = sd_bus_message_open_container(start, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(start, scripts);
        if (r >= 0)
                r = sd_bus_message_close_container(start);
        return r < 0 ? r : sd_bus_message_close_container(start);
}

static int append_start(sd_bus_message *start, const Starting *starting, const Jail *jail)
{
        const TraceOptions *options = &starting->options;
        int r;

        r = sd_bus_message_open_container(start, 'a', "{sv}");
        if (r >= 0)
                r = trace_options_copy(options, start);
        if (r >= 0)
                r = sd_bus_message_append(start, "{sv}{sv}{sv}", "jail", "t", jail->number, "mode",
                                          "s", broker_mode(starting->broker), "log-ring", "h",
                                          jail->ring);
        if (r >= 0 && options->pid > 0)
                r = sd_bus_message_append(start, "{sv}{sv}", "pid", "i", (int32_t) options->pid,
                                          "stub-pidfd", "h", options->stub_pidfd);
        if (r >= 0 && options->is_attach)
                r = sd_bus_message_append(start, "{sv}", "attach", "b", 1);
        if (r >= 0 && !options->is_attach)
                r = sd_bus_message_append(start, "{sv}", "stub-socket", "h", options->stub_socket);
        if (r >= 0 && starting->launcher >= 0)
                r = append_launcher(start, starting->launcher, options->scripts);
        return r < 0 ? r : sd_bus_message_close_container(start);
}

static int send_start(Starting *starting, Jail *jail)
{
        sd_bus_message *start = NULL;
        int r;

        r = supervisor_peer_method(jail->peer, "Start", jail->uid, &start);
        if (r >= 0)
                r = append_start(start, starting, jail);
        if (r >= 0)
                r = supervisor_peer_call(jail->peer, start, on_started, starting, TIMEOUT_START);
        sd_bus_message_unref(start);
        return r;
}

/* Nothing of it remains. The answer is the caller's to give. */
static void abandon(Starting *starting)
{
        Broker *broker = starting->broker;
        Jail *jail = starting->number ? starting_jail(starting) : NULL;

        if (jail && jail->peer)
                supervisor_peer_free(jail->peer);
        if (jail)
                jail_table_remove(&broker->jails, jail);
        starting_end_stub(starting);
        starting_free(starting);
        broker_check_idle(broker);
}

/* The caller is told, later than his call returned. */
static void give_up(Starting *starting, int error, Problem *problem)
{
        sd_bus_error answer = SD_BUS_ERROR_NULL;
        const Jail *jail = starting_jail(starting);

        if (!problem->error)
                problem_set(problem, error, "cannot start %s: %s",
                            jail ? jail->program : "the program", strerror(-error));
        bus_error_of_problem(&answer, problem);
        reply_failure(starting, &answer, jail);
        sd_bus_error_free(&answer);
        abandon(starting);
}

/* Whether jail and step both came out of the wait. */
static int check_step(const Jail *jail, const Problem *failure, Problem *problem)
{
        if (failure)
                return problem_set(problem, failure->error, "%s", problem_text(failure));
        return jail ? 0 : problem_set(problem, -ECANCELED, "its jail is gone");
}

static int take_over(Starting *starting, Jail *jail, SupervisorProcess *process)
{
        Broker *broker = starting->broker;
        int r = jail_store_add(broker->jails.store, jail, process);

        if (r < 0)
                log_warning("jail %llu will not outlive this jaild: %s",
                            (unsigned long long) jail->number, strerror(-r));
        r = supervisor_peer_new(broker, jail, process);
        return r < 0 ? r : send_start(starting, jail);
}

static void on_supervisor(SupervisorProcess *process, const Problem *failure, void *userdata)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Starting *starting = userdata;
        Jail *jail = starting_jail(starting);
        int r = check_step(jail, failure, &problem);

        if (r >= 0)
                r = take_over(starting, jail, process);
        else if (process)
                supervisor_process_end(process);
        if (r < 0)
                give_up(starting, r, &problem);
}

/* The kernel lets nobody look into a process of another group: the supervisor has its program's (of
 * newgrp(1), of a service), if that is one of the user's or an administrator has chosen it. */
static int find_identity(const Starting *starting, const Jail *jail, Identity *ret)
{
        const TraceOptions *options = &starting->options;
        ProcessStatus status;
        int r = identity_of_user(jail->uid, ret);

        if (r < 0 || process_status_read(options->pid, &status) < 0)
                return r;
        for (size_t i = 1; i < ELEMENTS_OF(status.gids); i++)
                if (status.gids[i] != status.gids[0])
                        return 0;
        if (!identity_take_group(ret, status.gids[0]) && options->is_service)
                ret->gid = status.gids[0];
        return 0;
}

static int start_supervisor(Starting *starting, const Identity *identity, Problem *problem)
{
        Broker *broker = starting->broker;
        const SupervisorStart start = {.event = broker->event,
                                       .program = broker->supervisor_program,
                                       .identity = identity,
                                       .answer = on_supervisor,
                                       .userdata = starting};

        return supervisor_process_start(&start, problem);
}

static int begin(Starting *starting, const Jail *jail, Problem *problem);

static void on_launcher(int launcher, const Problem *failure, void *userdata)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Starting *starting = userdata;
        const Jail *jail = starting_jail(starting);
        int r = check_step(jail, failure, &problem);

        starting->launcher = launcher;
        if (r >= 0)
                r = begin(starting, jail, &problem);
        if (r < 0)
                give_up(starting, r, &problem);
}

/* The stub waits: his, ours, or systemd's. Before the supervisor comes who runs scripts for it. */
static int begin(Starting *starting, const Jail *jail, Problem *problem)
{
        _cleanup_(identity_release) Identity own = {0};
        const Identity *identity = starting->broker->is_system ? &own : NULL;
        int r = identity ? find_identity(starting, jail, &own) : 0;

        if (r < 0)
                return r;
        if (starting->options.scripts && starting->launcher < 0)
                return launcher_start(starting->broker, identity, starting->options.scripts,
                                      on_launcher, starting, problem);
        return start_supervisor(starting, identity, problem);
}

/* ---- for a caller that brings no stub ---- */

static void use_stub(Starting *starting, const ProgramStub *stub)
{
        starting->stub = *stub;
        starting->options.pid = stub->pid;
        starting->options.stub_pidfd = stub->pidfd;
        starting->options.stub_socket = stub->socket;
}

static void on_unit(ProgramStub *stub, const Problem *failure, void *userdata)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Starting *starting = userdata;
        Jail *jail = starting_jail(starting);
        int r = check_step(jail, failure, &problem);

        if (stub)
                use_stub(starting, stub);
        if (r >= 0)
                r = trace_check_stub(jail->uid, stub->pid, stub->pidfd, stub->socket, &problem);
        if (r >= 0)
                r = begin(starting, jail, &problem);
        if (r < 0)
                give_up(starting, r, &problem);
}

/* In user mode the daemon is the same user, and forks for him. Root never does: systemd starts the
 * program as the caller, in a unit of its own. */
static int make_stub(Starting *starting, const Jail *jail, Problem *problem)
{
        const TraceOptions *options = &starting->options;
        ProgramStart start = {
                .argv = (const char *const *) jail->arguments,
                .environment = (const char *const *) options->environment,
                .directory = options->directory,
                .terminal = -1,
        };
        ProgramStub stub;
        int r;

        if (starting->broker->is_system)
                return transient_unit_start(starting->broker, jail->number, jail->uid, &start,
                                            on_unit, starting, problem);
        r = program_stub_fork(&start, &stub);
        if (r < 0)
                return problem_set(problem, r, "cannot start a process: %s", strerror(-r));
        use_stub(starting, &stub);
        starting->is_child = true;
        return 0;
}

/* ---- the jail ---- */

static int fill_jail(const JailTable *jails, Jail *jail, TraceOptions *options, Problem *problem)
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
        r = log_ring_create(jail_table_log_share(jails, jail->uid), &jail->ring);
        return r < 0 ? problem_set(problem, r, "cannot make the log: %s", strerror(-r)) : 0;
}

static int start_jail(Starting *starting, uid_t uid, Problem *problem)
{
        TraceOptions *options = &starting->options;
        Jail *jail;
        int r;

        r = jail_table_add(&starting->broker->jails, uid, &jail);
        if (r < 0)
                return r;
        starting->number = jail->number;
        r = fill_jail(&starting->broker->jails, jail, options, problem);
        if (r >= 0 && !options->is_attach && options->pid == 0)
                r = make_stub(starting, jail, problem);
        /* Without a stub by now it comes from systemd, with on_unit(). */
        return r < 0 || options->pid == 0 ? r : begin(starting, jail, problem);
}

/* ---- the request ---- */

static int check_limits(const Broker *broker, uid_t uid, Problem *problem)
{
        size_t live = jail_table_count_live(&broker->jails, uid);
        size_t processes = jail_table_count_processes(&broker->jails, uid);

        if (live >= LIMIT_JAILS)
                return problem_set(problem, -EUSERS, "%zu jails of yours run already; stop one",
                                   live);
        if (processes >= LIMIT_PROCESSES)
                return problem_set(problem, -EUSERS,
                                   "%zu processes run in jails of yours already; end some",
                                   processes);
        if (jail_table_count_live_all(&broker->jails) >= LIMIT_JAILS_OF_ALL)
                return problem_set(problem, -EUSERS,
                                   "%u jails of all users run already; try again later",
                                   LIMIT_JAILS_OF_ALL);
        return 0;
}

/* Whose the jail will be: the caller's own, or that of the service which the gate let him start. */
static int find_owner(const GateCall *call, const TraceOptions *options, uid_t *ret,
                      Problem *problem)
{
        *ret = call->client->uid;
        if (!options->is_service)
                return 0;
        if (!call->broker->is_system)
                return problem_set(problem, -EOPNOTSUPP,
                                   "services are for the system service; a daemon of your own has "
                                   "no other users");
        return trace_find_owner(options->pid, options->stub_pidfd, ret, problem);
}

static int check_and_start(GateCall *call, Starting *starting, Problem *problem)
{
        TraceOptions *options = &starting->options;
        uid_t uid;
        int r;

        r = trace_options_read(options, call->message, problem);
        if (r >= 0)
                r = find_owner(call, options, &uid, problem);
        if (r >= 0)
                r = check_limits(call->broker, uid, problem);
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
        return r < 0 ? r : start_jail(starting, uid, problem);
}

static int trace_or_attach(GateCall *call, bool is_attach, sd_bus_error *error)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Starting *starting = calloc(1, sizeof(*starting));
        int r;

        if (!starting)
                return -ENOMEM;
        *starting = (Starting){.broker = call->broker,
                               .request = sd_bus_message_ref(call->message),
                               .options = TRACE_OPTIONS_INIT,
                               .stub = PROGRAM_STUB_INIT,
                               .launcher = -1};
        starting->options.is_attach = is_attach;
        r = check_and_start(call, starting, &problem);
        if (r >= 0)
                return 0;
        abandon(starting);
        return problem.error ? bus_error_of_problem(error, &problem) : r;
}

int bus_trace(GateCall *call, sd_bus_error *error)
{
        return trace_or_attach(call, false, error);
}

int bus_attach(GateCall *call, sd_bus_error *error)
{
        return trace_or_attach(call, true, error);
}
