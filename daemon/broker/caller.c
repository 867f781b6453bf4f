/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/caller.h"

#include <string.h>

#include "broker/process-status.h"

#define SUPERVISOR_NAME "jail-supervisor"
#define ANCESTORS_MAX   4096 /* a chain that is longer is a loop made by reused numbers */

/* The name is the process's own choice; who takes ours without need locks only his own tracees
 * out. */
static bool is_supervisor(pid_t tid, const JailTable *jails)
{
        ProcessStatus status;

        if (jail_table_by_supervisor(jails, tid))
                return true;
        return process_status_read(tid, &status) == 0 &&
               (jail_table_by_supervisor(jails, status.group) ||
                strcmp(status.name, SUPERVISOR_NAME) == 0);
}

bool caller_is_jailed(pid_t pid, const JailTable *jails, bool *outside)
{
        unsigned generations = *outside ? 1 : ANCESTORS_MAX;

        for (unsigned generation = 0; generation < generations && pid > 0; generation++) {
                ProcessStatus status;
                int r = process_status_read_settled(pid, &status);

                /* An ancestor may end while we look; its children then belong to another, and
                 * only the caller himself must be there. */
                if (r < 0)
                        return generation == 0 || r == -EAGAIN;
                if (status.tracer > 0 && is_supervisor(status.tracer, jails))
                        return true;
                if (status.parent <= 0)
                        *outside = true;
                pid = status.parent;
        }
        return !*outside;
}
