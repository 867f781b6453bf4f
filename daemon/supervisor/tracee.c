/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/tracee.h"

#include <fcntl.h>
#include <string.h>

#include "base/text.h"
#include "hook/landing-page.h"
#include "supervisor/landing-memory.h"
#include "supervisor/open-call.h"
#include "supervisor/process-facts.h"
#include "supervisor/put-off.h"
#include "supervisor/tracer.h"
#include "syscalls/decode.h"

/* A chain of ancestors longer than this is cut, so that a program cannot fill our memory by
 * forking. */
#define ANCESTORS_MAX 64

Process *process_reference(Process *process)
{
        if (process)
                process->references++;
        return process;
}

void process_release(Process *process)
{
        while (process && --process->references == 0) {
                Process *parent = process->parent;

                close_fd(process->memory_fd);
                close_fd(process->listener);
                free(process->exe);
                free(process->comm);
                free(process);
                process = parent;
        }
}

static char *escaped_comm(pid_t pid)
{
        _cleanup_free_ char *comm = NULL;
        _cleanup_text_ Text text = TEXT_INIT;

        if (process_comm(pid, &comm) < 0)
                return strdup("?");
        text_append_escaped(&text, comm, strlen(comm));
        return text_take(&text);
}

int process_renew(Process *process)
{
        pid_t pid = (pid_t) process->id;
        _cleanup_free_ char *exe = NULL, *comm = NULL;
        char path[64];

        comm = escaped_comm(pid);
        if (!comm)
                return -ENOMEM;
        (void) process_exe(pid, &exe); /* NULL: unknown, rules that name a program refuse */
        free(process->exe);
        free(process->comm);
        process->exe = TAKE_PTR(exe);
        process->comm = TAKE_PTR(comm);

        /* opened while the image is dumpable: goes on working after PR_SET_DUMPABLE 0 */
        close_fd(process->memory_fd);
        snprintf(path, sizeof(path), "/proc/%d/mem", pid);
        process->memory_fd = open(path, O_RDWR | O_CLOEXEC);
        return 0;
}

static void copy_maker(Process *process, Process *maker)
{
        process->landing = maker->landing;
        process->ran = maker->ran;
        process->filters = maker->filters;
        process->own_filters = maker->own_filters;
        if (maker->listener >= 0)
                process->listener = fcntl(maker->listener, F_DUPFD_CLOEXEC, 3);
        process->our_root = maker->our_root;
        process->memory_waits |= maker->memory_waits;
        process->shares_files = maker->shares_files;
        process->depth = maker->depth + 1;
        if (process->depth < ANCESTORS_MAX)
                process->parent = process_reference(maker);
}

static int process_new(TraceeTable *table, pid_t pid, Process *maker, Process **ret)
{
        Process *process = calloc(1, sizeof(*process));
        int r;

        if (!process)
                return -ENOMEM;
        process->id = (uint64_t) pid;
        process->memory_fd = -1;
        process->listener = -1;
        process->sockets = table->sockets;
        process->references = 1;
        process->memory_waits = table->memory_waits;
        if (maker) {
                copy_maker(process, maker);
        } else {
                /* of unknown origin: looked at itself */
                if (table->landing && landing_memory_is_in(table->landing, pid))
                        process->landing = LANDING_BASE;
                process->ran = process->landing != 0;
                process->own_filters = true; /* unless somebody who knows says otherwise */
                process->shares_files = true;
        }
        r = process_renew(process);
        if (r == 0)
                r = id_map_put(&table->processes, process);
        if (r < 0) {
                process_release(process);
                return r;
        }
        *ret = process;
        return 0;
}

Tracee *tracee_table_get(TraceeTable *table, pid_t tid)
{
        if (!table->last || tracee_tid(table->last) != tid)
                table->last = id_map_get(&table->tracees, (uint64_t) tid);
        return table->last;
}

Process *process_table_get(TraceeTable *table, pid_t pid)
{
        return id_map_get(&table->processes, (uint64_t) pid);
}

static void process_forget_if_empty(TraceeTable *table, Process *process, Process **ret_ended)
{
        if (process->threads > 0) {
                process_release(process);
                return;
        }
        id_map_take(&table->processes, process->id);
        *ret_ended = process;
}

int tracee_table_add(TraceeTable *table, pid_t tid, Process *maker, Tracee **ret,
                     bool *ret_new_process)
{
        _cleanup_free_ Tracee *tracee = calloc(1, sizeof(*tracee));
        Process *process;
        pid_t pid;
        int r;

        if (!tracee)
                return -ENOMEM;
        r = process_thread_group(tid, &pid);
        if (r < 0)
                return r;
        process = process_table_get(table, pid);
        *ret_new_process = !process;
        if (process)
                process_reference(process);
        else
                r = process_new(table, pid, maker, &process);
        if (r < 0)
                return r;
        tracee->id = (uint64_t) tid;
        tracee->process = process;
        tracee->tracer = tracer_self();
        tracee->slot = -1;
        r = id_map_put(&table->tracees, tracee);
        if (r < 0) {
                Process *ended = NULL;

                process_forget_if_empty(table, process, &ended);
                process_release(ended);
                return r;
        }
        process->threads++;
        *ret = TAKE_PTR(tracee);
        return 0;
}

void tracee_table_remove(TraceeTable *table, Tracee *tracee, Process **ret_ended)
{
        Process *process = tracee->process;

        *ret_ended = NULL;
        id_map_take(&table->tracees, tracee->id);
        if (table->last == tracee)
                table->last = NULL;
        if (table->landing)
                landing_memory_give_slot(table->landing, tracee->slot);
        open_call_free(tracee->call);
        open_call_free(tracee->broken.call);
        put_off_free(tracee->put_off);
        free(tracee->own_mask);
        free(tracee->past_mask);
        free(tracee->hand_over);
        free(tracee);
        process->threads--;
        process_forget_if_empty(table, process, ret_ended);
}

TraceeView tracee_view(const Tracee *tracee)
{
        const OpenCall *call = tracee->call;
        TraceeView view = {
                .pid = tracee_pid(tracee),
                .tid = tracee_tid(tracee),
                .memory_fd = tracee->process->memory_fd,
                .known = tracee->put_off ? &tracee->put_off->known : NULL,
                .our_root = tracee->process->our_root,
                .sockets = tracee->process->sockets,
                .memory_waits = tracee->process->memory_waits,
        };

        /* copies of arguments that have no slot at the moment (pinned-arguments.h) */
        if (call && call->aside) {
                view.overlay = call->aside;
                view.overlay_address = call->aside_address;
                view.overlay_size = call->pinned_bytes;
        }
        return view;
}
