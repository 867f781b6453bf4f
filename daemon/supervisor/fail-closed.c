/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/fail-closed.h"

#include <signal.h>
#include <string.h>

#include "supervisor/carry-out.h"
#include "supervisor/ptrace-request.h"

static void note(Supervisor *supervisor, const char *event, const char *why)
{
        (void) call_log_note(&supervisor->log, event, why); /* one that is lost is counted */
        supervisor_log_written(supervisor);
}

void fail_closed_process(Supervisor *supervisor, pid_t pid, const char *why)
{
        note(supervisor, "killed", why);
        kill(pid, SIGKILL);
}

void fail_closed_jail(Supervisor *supervisor, const char *why)
{
        note(supervisor, "killed", why);
        supervisor_stop(supervisor, "stopped");
}

/* It was not even opened: there will be no record of it. */
static void refuse_unopened(Supervisor *supervisor, Tracee *tracee, const char *why)
{
        int r = tracee_skip_call(tracee_tid(tracee), -EPERM);

        if (r < 0 && r != TRACEE_GONE) {
                fail_closed_process(supervisor, tracee_pid(tracee), why);
                return;
        }
        note(supervisor, "failed-closed", why);
        if (r == 0)
                supervisor_resume(supervisor, tracee, 0);
}

void fail_closed_call(Supervisor *supervisor, Tracee *tracee, const char *why)
{
        OpenCall *call = tracee->call;

        if (!call) {
                refuse_unopened(supervisor, tracee, why);
                return;
        }
        if (!call->logged)
                note(supervisor, "failed-closed", why);
        call->by = BY_SUPERVISOR;
        call->rule = -1;
        call->verified = VERIFIED_NO;
        free(call->unverified_reason);
        call->unverified_reason = strdup(why);
        carry_out_result(supervisor, tracee, CALL_ABORTED, -EPERM);
}
