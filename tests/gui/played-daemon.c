/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A daemon that holds as many calls as it is told to: no machine has so many threads. It serves the
 * interface of dbus/ on the private socket of user mode, where jail-window finds it; what the real
 * daemon does behind that interface other tests hold it to.
 *
 * Reads commands on standard input and answers each by a line:
 *   hold JAILS CALLS      that many programs, each with so many calls, all different
 *   hold-equal JAILS CALLS    the same, the calls of a program equal to each other
 *   end                   all programs are killed, their calls are gone
 *   count                 "held N allowed N refused N"
 */
#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus/bus-names.h"
#include "dbus/daemon-locate.h"
#include "seccomp-jail-proxy.h"

typedef struct Played {
        GMainLoop *loop;
        SeccompJail *skeleton;
        GHashTable *held; /* id → its dictionary */
        guint64 jails;    /* numbers given so far */
        GArray *running;  /* of guint64 */
        guint allowed, refused;
} Played;

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void say(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        fflush(stdout);
}

/* ---- what is held ---- */

static GVariant *jail_info(guint64 jail, const char *state)
{
        return g_variant_new_parsed(
                "{'id': <%t>, 'program': <'/usr/bin/flood'>, 'args': <['flood', 'with', %s]>,"
                " 'uid': <%u>, 'state': <%s>, 'pid': <%i>, 'rules': <'played'>, 'pending': <uint32 "
                "0>}",
                jail, jail % 2 ? "odd" : "even", (guint32) getuid(), state,
                (gint32) (jail * 10000));
}

/* As the real daemon describes it, but for the words of the paths. */
static GVariant *call_info(guint64 jail, guint number, gboolean equal)
{
        g_autofree char *path = equal ? g_strdup("/srv/pile/same")
                                      : g_strdup_printf("/srv/pile/%u/%u", (guint) jail, number);
        g_autofree char *text = g_strdup_printf("mkdir(\"%s\", 0777)", path);
        g_autofree char *sentence = g_strdup_printf("flood wants to create the folder %s", path);
        gint32 pid = (gint32) (jail * 10000), tid = pid + (gint32) number;

        return g_variant_new_parsed(
                "{'id': <%t>, 'jail': <%t>, 'pid': <%i>, 'tid': <%i>, 'exe': <'/usr/bin/flood'>,"
                " 'comm': <'flood'>, 'syscall': <'mkdir'>, 'number': <83>,"
                " 'args': <['0x7fc7ce3680b1', '0x1ff', '0x0', '0x0', '0x0', '0x5622dec71ca2']>,"
                " 'text': <%s>, 'arguments': <[{'name': <'pathname'>, 'kind': <'path'>,"
                " 'value': <'0x7fc7ce3680b1'>, 'text': <%s>, 'resolved': <%s>},"
                " {'name': <'mode'>, 'kind': <'mode'>, 'value': <'0x1ff'>, 'text': <'0777'>}]>,"
                " 'since': <'2026-11-26T01:37:31.833314249Z'>, 'rule': <@x 1>,"
                " 'rule-text': <'mkdir=notify'>, 'signals': <@as []>, 'sentence': <%s>,"
                " 'sentence-id': <'create-folder'>, 'parts': <{'program': 'flood', 'path': %s}>}",
                jail << 32 | number, jail, pid, tid, text, path, path, sentence, path);
}

static void hold(Played *played, guint jails, guint calls, gboolean equal)
{
        guint64 first = played->jails + 1;

        for (guint i = 0; i < jails; i++) {
                guint64 jail = ++played->jails;

                g_array_append_val(played->running, jail);
                seccomp_jail_emit_jail_started(played->skeleton, jail, jail_info(jail, "running"));
        }
        for (guint number = 1; number <= calls; number++)
                for (guint64 jail = first; jail <= played->jails; jail++) {
                        guint64 id = jail << 32 | number;
                        GVariant *info = g_variant_ref_sink(call_info(jail, number, equal));

                        g_variant_get_data(info); /* one piece instead of a tree of many */
                        g_hash_table_insert(played->held, g_memdup2(&id, sizeof(id)), info);
                        seccomp_jail_emit_syscall_pending(played->skeleton, id, info);
                }
        say("held %u", g_hash_table_size(played->held));
}

static void tell_decided(Played *played, guint64 id, const char *action, const char *by)
{
        seccomp_jail_emit_syscall_decided(
                played->skeleton, id,
                g_variant_new_parsed("{'action': <%s>, 'by': <%s>, 'who': <%u>, 'jail': <%t>}",
                                     action, by, (guint32) getuid(), id >> 32));
}

static void end(Played *played)
{
        GHashTableIter iter;
        gpointer id;

        g_hash_table_iter_init(&iter, played->held);
        while (g_hash_table_iter_next(&iter, &id, NULL)) {
                tell_decided(played, *(guint64 *) id, "gone", "supervisor");
                g_hash_table_iter_remove(&iter);
        }
        for (guint i = 0; i < played->running->len; i++)
                seccomp_jail_emit_jail_finished(
                        played->skeleton, g_array_index(played->running, guint64, i),
                        g_variant_new_parsed("{'state': <'ended'>, 'status': <137>, 'signal': <9>,"
                                             " 'reason': <'killed'>}"));
        g_array_set_size(played->running, 0);
        say("ended");
}

/* ---- the methods that a window calls by itself ---- */

static gboolean on_subscribe(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 jail,
                             Played *played)
{
        seccomp_jail_complete_subscribe(skeleton, call);
        return TRUE;
}

static gboolean on_list_jails(SeccompJail *skeleton, GDBusMethodInvocation *call, GVariant *options,
                              Played *played)
{
        GVariantBuilder list;

        g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < played->running->len; i++)
                g_variant_builder_add_value(
                        &list, jail_info(g_array_index(played->running, guint64, i), "running"));
        seccomp_jail_complete_list_jails(skeleton, call, g_variant_builder_end(&list));
        return TRUE;
}

static gboolean on_list_pending(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 jail,
                                Played *played)
{
        GVariantBuilder list;
        GHashTableIter iter;
        gpointer id, info;

        g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
        g_hash_table_iter_init(&iter, played->held);
        while (g_hash_table_iter_next(&iter, &id, &info))
                if (!jail || *(guint64 *) id >> 32 == jail)
                        g_variant_builder_add_value(&list, info);
        seccomp_jail_complete_list_pending(skeleton, call, g_variant_builder_end(&list));
        return TRUE;
}

static gboolean on_list_syscalls(SeccompJail *skeleton, GDBusMethodInvocation *call, Played *played)
{
        seccomp_jail_complete_list_syscalls(skeleton, call, g_variant_new("aa{sv}", NULL));
        return TRUE;
}

static gboolean on_get_rules(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 jail,
                             Played *played)
{
        seccomp_jail_complete_get_rules(skeleton, call, "{\"seccomp-jail\": 1}",
                                        g_variant_new("aa{sv}", NULL));
        return TRUE;
}

static gboolean on_list_processes(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 jail,
                                  Played *played)
{
        seccomp_jail_complete_list_processes(skeleton, call, g_variant_new("aa{sv}", NULL));
        return TRUE;
}

static gboolean on_decide(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 id,
                          GVariant *verdict, Played *played)
{
        const char *action = "";

        if (!g_hash_table_remove(played->held, &id)) {
                g_dbus_method_invocation_return_dbus_error(call, SJ_ERROR_PREFIX "NoSuchCall",
                                                           "this call is answered already");
                return TRUE;
        }
        g_variant_lookup(verdict, "action", "&s", &action);
        if (strcmp(action, "allow") == 0)
                played->allowed++;
        else
                played->refused++;
        tell_decided(played, id, action, "user");
        seccomp_jail_complete_decide(skeleton, call,
                                     g_variant_new_parsed("{'action': <%s>}", action));
        return TRUE;
}

static gboolean on_stop(SeccompJail *skeleton, GDBusMethodInvocation *call, guint64 jail,
                        Played *played)
{
        end(played);
        seccomp_jail_complete_stop(skeleton, call);
        return TRUE;
}

/* ---- serving ---- */

static gboolean on_connection(GDBusServer *server, GDBusConnection *bus, Played *played)
{
        g_autoptr(GError) error = NULL;

        g_object_ref(bus); /* as long as this program runs */
        if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(played->skeleton), bus,
                                              SJ_OBJECT_PATH, &error))
                say("not exported: %s", error->message);
        return TRUE;
}

static void command_read(GObject *source, GAsyncResult *result, gpointer data)
{
        Played *played = data;
        GDataInputStream *input = G_DATA_INPUT_STREAM(source);
        g_autofree char *line = g_data_input_stream_read_line_finish(input, result, NULL, NULL);
        guint jails, calls;

        if (!line) {
                g_main_loop_quit(played->loop);
                return;
        }
        if (sscanf(line, "hold %u %u", &jails, &calls) == 2)
                hold(played, jails, calls, FALSE);
        else if (sscanf(line, "hold-equal %u %u", &jails, &calls) == 2)
                hold(played, jails, calls, TRUE);
        else if (strcmp(line, "end") == 0)
                end(played);
        else
                say("held %u allowed %u refused %u", g_hash_table_size(played->held),
                    played->allowed, played->refused);
        g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, command_read, played);
}

static void connect_methods(Played *played)
{
        const struct {
                const char *method;
                GCallback handler;
        } methods[] = {
                {"handle-subscribe", G_CALLBACK(on_subscribe)},
                {"handle-list-jails", G_CALLBACK(on_list_jails)},
                {"handle-list-pending", G_CALLBACK(on_list_pending)},
                {"handle-list-syscalls", G_CALLBACK(on_list_syscalls)},
                {"handle-get-rules", G_CALLBACK(on_get_rules)},
                {"handle-list-processes", G_CALLBACK(on_list_processes)},
                {"handle-decide", G_CALLBACK(on_decide)},
                {"handle-stop", G_CALLBACK(on_stop)},
        };

        for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
                g_signal_connect(played->skeleton, methods[i].method, methods[i].handler, played);
}

static GDBusServer *listen_at(const char *path, Played *played)
{
        g_autofree char *address = g_strconcat("unix:path=", path, NULL);
        g_autofree char *guid = g_dbus_generate_guid();
        g_autoptr(GError) error = NULL;
        GDBusServer *server =
                g_dbus_server_new_sync(address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);

        if (!server) {
                fprintf(stderr, "cannot listen at %s: %s\n", path, error->message);
                return NULL;
        }
        g_signal_connect(server, "new-connection", G_CALLBACK(on_connection), played);
        g_dbus_server_start(server);
        return server;
}

int main(void)
{
        g_autoptr(GInputStream) standard = g_unix_input_stream_new(STDIN_FILENO, FALSE);
        g_autoptr(GDataInputStream) input = g_data_input_stream_new(standard);
        Played played = {.loop = g_main_loop_new(NULL, FALSE),
                         .skeleton = seccomp_jail_skeleton_new(),
                         .running = g_array_new(FALSE, FALSE, sizeof(guint64))};
        g_autoptr(GDBusServer) server = NULL;
        char *path = NULL;

        played.held = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                            (GDestroyNotify) g_variant_unref);
        seccomp_jail_set_version(played.skeleton, "played");
        seccomp_jail_set_mode(played.skeleton, "user");
        connect_methods(&played);
        if (daemon_socket_path(&path) < 0)
                return 1;
        unlink(path);
        server = listen_at(path, &played);
        if (!server)
                return 1;
        say("ready");
        g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, command_read, &played);
        g_main_loop_run(played.loop);
        unlink(path);
        free(path);
        g_hash_table_unref(played.held);
        g_array_unref(played.running);
        g_object_unref(played.skeleton);
        g_main_loop_unref(played.loop);
        return 0;
}
