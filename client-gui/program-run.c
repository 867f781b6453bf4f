/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts a program under its rules, at a pseudo terminal of this process. */
#include "program-run.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <pty.h>
#include <unistd.h>

#include "dbus/start-program.h"

typedef struct Running {
        ProgramStub stub;
        int terminal; /* the master, -1 once handed over */
        guint64 jail;
} Running;

ProgramRun *program_run_new(void)
{
        return g_new0(ProgramRun, 1);
}

void program_run_free(ProgramRun *run)
{
        g_strfreev(run->argv);
        g_strfreev(run->extra);
        g_free(run->directory);
        g_free(run->rules);
        g_free(run->rules_name);
        g_free(run);
}

static void running_free(Running *running)
{
        if (running->terminal >= 0)
                close(running->terminal);
        g_free(running);
}

static void ended(GPid pid, int status, gpointer data)
{
        g_spawn_close_pid(pid);
}

static void traced(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(GTask) task = data;
        Running *running = g_task_get_task_data(task);
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_with_unix_fd_list_finish(
                G_DBUS_PROXY(source), NULL, result, &error);

        if (!reply) {
                program_stub_cancel(&running->stub);
                g_task_return_error(task, error);
                return;
        }
        g_variant_get(reply, "(ti)", &running->jail, NULL);
        g_child_watch_add(running->stub.pid, ended, NULL);
        program_stub_release(&running->stub);
        g_task_return_boolean(task, TRUE);
}

static GVariant *trace_options(ProgramRun *run, ProgramStub *stub, GUnixFDList *fds)
{
        GVariantDict options;

        g_variant_dict_init(&options, NULL);
        g_variant_dict_insert(&options, "argv", "^as", run->argv);
        g_variant_dict_insert(&options, "pid", "i", (gint32) stub->pid);
        g_variant_dict_insert(&options, "stub-pidfd", "h",
                              g_unix_fd_list_append(fds, stub->pidfd, NULL));
        g_variant_dict_insert(&options, "stub-socket", "h",
                              g_unix_fd_list_append(fds, stub->socket, NULL));
        if (run->rules)
                g_variant_dict_insert(&options, "rules", "s", run->rules);
        if (run->rules_name)
                g_variant_dict_insert(&options, "rules-name", "s", run->rules_name);
        if (run->extra && run->extra[0])
                g_variant_dict_insert(&options, "rule", "^as", run->extra);
        return g_variant_new("(@a{sv})", g_variant_dict_end(&options));
}

static int fork_stub(ProgramRun *run, Running *running)
{
        static const char *const additions[][2] = {{"TERM", "xterm-256color"},
                                                   {"COLORTERM", "truecolor"}};
        struct winsize size = {.ws_row = 24, .ws_col = 80};
        g_auto(GStrv) environment = g_get_environ();
        int slave, r;
        ProgramStart start = {
                .argv = (const char *const *) run->argv,
                .directory = run->directory && *run->directory ? run->directory : NULL,
        };

        if (openpty(&running->terminal, &slave, NULL, NULL, &size) < 0)
                return -errno;
        fcntl(running->terminal, F_SETFD, FD_CLOEXEC);
        fcntl(slave, F_SETFD, FD_CLOEXEC);
        for (size_t i = 0; i < G_N_ELEMENTS(additions); i++)
                environment = g_environ_setenv(environment, additions[i][0], additions[i][1], TRUE);
        start.environment = (const char *const *) environment;
        start.terminal = slave;
        r = program_stub_fork(&start, &running->stub);
        close(slave);
        return r;
}

void program_run_start(ProgramRun *run, SeccompJail *proxy, GAsyncReadyCallback done, gpointer data)
{
        g_autoptr(GTask) task = g_task_new(NULL, NULL, done, data);
        g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
        Running *running = g_new0(Running, 1);
        int r;

        running->terminal = -1;
        g_task_set_task_data(task, running, (GDestroyNotify) running_free);
        r = fork_stub(run, running);
        if (r < 0) {
                g_task_return_new_error(task, G_IO_ERROR, g_io_error_from_errno(-r),
                                        _("%s could not be started: %s"), run->argv[0],
                                        g_strerror(-r));
                return;
        }
        g_dbus_proxy_call_with_unix_fd_list(G_DBUS_PROXY(proxy), "Trace",
                                            trace_options(run, &running->stub, fds), DAEMON_CALL,
                                            fds, NULL, traced, g_steal_pointer(&task));
}

gboolean program_run_start_finish(GAsyncResult *result, guint64 *ret_jail, int *ret_terminal,
                                  GError **error)
{
        Running *running = g_task_get_task_data(G_TASK(result));

        if (!g_task_propagate_boolean(G_TASK(result), error))
                return FALSE;
        *ret_jail = running->jail;
        *ret_terminal = g_steal_fd(&running->terminal);
        return TRUE;
}
