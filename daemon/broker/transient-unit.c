/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/transient-unit.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "broker/limits.h"
#include "broker/process-status.h"
#include "broker/supervisor-process.h"
#include "dbus/stub-order.h"

#define PROGRAM_STUB "jail-stub"

struct TransientUnit {
        char *name; /* owned */
        int socket; /* our end; owned */
        sd_bus_slot *call;
        sd_event_source *hello, *deadline;
        TransientUnitAnswer answer;
        void *userdata;
};

static void unit_free(TransientUnit *unit)
{
        sd_bus_slot_unref(unit->call);
        sd_event_source_disable_unref(unit->hello);
        sd_event_source_disable_unref(unit->deadline);
        close_fd(unit->socket);
        free(unit->name);
        free(unit);
}
DEFINE_CLEANUP(TransientUnit *, unit_free)

/* ---- the answer ---- */

static void give(TransientUnit *unit, ProgramStub *stub, const Problem *problem)
{
        TransientUnitAnswer answer = unit->answer;
        void *userdata = unit->userdata;

        unit_free(unit);
        answer(stub, problem, userdata);
}

static void give_up(TransientUnit *unit, int error, const char *why)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;

        problem_set(&problem, error, "systemd could not start %s: %s", unit->name, why);
        give(unit, NULL, &problem);
}

static int on_hello(sd_event_source *source _unused_, int fd, uint32_t events _unused_,
                    void *userdata)
{
        TransientUnit *unit = userdata;
        ProgramStub stub = PROGRAM_STUB_INIT;
        int r = stub_hello_receive(fd, &stub);

        if (r >= 0)
                r = process_of_pidfd(stub.pidfd, &stub.pid);
        if (r < 0) {
                program_stub_release(&stub);
                give_up(unit, -ECANCELED, "it ended at once; 'journalctl -u' it tells why");
                return 0;
        }
        stub.socket = TAKE_FD(unit->socket);
        give(unit, &stub, NULL);
        return 0;
}

static int on_deadline(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        give_up(userdata, -ECANCELED, "it does not answer");
        return 0;
}

/* A unit that was accepted says more by its stub; only a refusal is an end. */
static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        const sd_bus_error *refusal = sd_bus_message_get_error(reply);
        TransientUnit *unit = userdata;

        if (!refusal)
                return 0;
        if (string_equal(refusal->name, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
            string_equal(refusal->name, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
                give_up(unit, -EOPNOTSUPP,
                        "systemd is not there; hand over a waiting stub (pid, stub-pidfd, "
                        "stub-socket), as jailctl run does");
        else
                give_up(unit, -ECANCELED, refusal->message ? refusal->message : refusal->name);
        return 0;
}

/* ---- the request ---- */

/* ExitType=cgroup: a program may end before its children do. */
static int append_properties(sd_bus_message *call, const char *program, uint64_t jail, uid_t uid,
                             int socket)
{
        char user[16], slice[40], description[64], identifier[40];
        int r;

        snprintf(user, sizeof(user), "%u", uid);
        snprintf(slice, sizeof(slice), "user-%u.slice", uid);
        snprintf(description, sizeof(description), "Program of system-call jail %" PRIu64, jail);
        snprintf(identifier, sizeof(identifier), "seccomp-jail-%" PRIu64, jail);
        r = sd_bus_message_open_container(call, 'a', "(sv)");
        if (r >= 0)
                r = sd_bus_message_append(
                        call, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
                        description, "Type", "s", "exec", "ExitType", "s", "cgroup", "CollectMode",
                        "s", "inactive-or-failed", "User", "s", user, "Slice", "s", slice,
                        "StandardOutput", "s", "journal", "SyslogIdentifier", "s", identifier,
                        "StandardInputFileDescriptor", "h", socket);
        if (r >= 0)
                r = sd_bus_message_append(call, "(sv)", "ExecStart", "a(sasb)", 1, program, 1,
                                          PROGRAM_STUB, 0);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int request_unit(Broker *broker, TransientUnit *unit, uint64_t jail, uid_t uid, int socket)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_free_ char *program = NULL;
        int r;

        r = daemon_program_find(PROGRAM_STUB, &program);
        if (r >= 0)
                r = sd_bus_message_new_method_call(
                        broker->system_bus, &call, "org.freedesktop.systemd1",
                        "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                        "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(call, "ss", unit->name, "fail");
        if (r >= 0)
                r = append_properties(call, program, jail, uid, socket);
        if (r >= 0)
                r = sd_bus_message_append(call, "a(sa(sv))", 0);
        return r < 0 ? r
                     : sd_bus_call_async(broker->system_bus, &unit->call, call, on_reply, unit,
                                         TIMEOUT_START);
}

static int watch(Broker *broker, TransientUnit *unit)
{
        int r = sd_event_add_io(broker->event, &unit->hello, unit->socket, EPOLLIN, on_hello, unit);

        return r < 0 ? r
                     : sd_event_add_time_relative(broker->event, &unit->deadline, CLOCK_MONOTONIC,
                                                  TIMEOUT_START, 0, on_deadline, unit);
}

int transient_unit_start(Broker *broker, uint64_t jail, uid_t uid, const ProgramStart *start,
                         TransientUnitAnswer answer, void *userdata, Problem *problem)
{
        _cleanup_(unit_freep) TransientUnit *unit = calloc(1, sizeof(*unit));
        _cleanup_close_ int theirs = -1;
        int pair[2], r;

        if (!unit)
                return -ENOMEM;
        unit->socket = -1;
        unit->answer = answer;
        unit->userdata = userdata;
        unit->name = string_format("seccomp-jail-%" PRIu64 ".service", jail);
        if (!unit->name)
                return -ENOMEM;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return problem_set(problem, -errno, "cannot make a socket pair: %m");
        unit->socket = pair[0];
        theirs = pair[1];
        r = stub_order_send(unit->socket, start);
        if (r >= 0)
                r = watch(broker, unit);
        if (r >= 0)
                r = request_unit(broker, unit, jail, uid, theirs);
        if (r < 0)
                return problem_set(problem, r, "cannot ask systemd for %s: %s", unit->name,
                                   strerror(-r));
        unit = NULL; /* the loop's from now on */
        return 0;
}
