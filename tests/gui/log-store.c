/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's log model by itself: what goes in comes out, a filter finds, and a million lines
 * fit. Usage: gui-log-store [LINES]; prints memory and times. */
#include "log-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(gboolean condition, const char *what)
{
        if (condition)
                return;
        fprintf(stderr, "not so: %s\n", what);
        exit(1);
}

static char *line_of(guint i)
{
        return g_strdup_printf(
                "{\"time\":\"2026-11-23T21:00:%02u.%09uZ\",\"seq\":%u,\"jail\":1,\"pid\":%u,"
                "\"tid\":"
                "%u,\"exe\":\"/usr/bin/cat\",\"comm\":\"cat\",\"syscall\":\"%s\",\"number\":%u,"
                "\"args\":[\"0x%x\",\"0x7ffd0%x\",\"0x0\",\"0x0\",\"0x0\",\"0x0\"],\"text\":\"%s("
                "\\\"/var/lib/%u\\\", "
                "0777)\",\"arguments\":[{\"name\":\"pathname\",\"kind\":\"path\","
                "\"value\":\"0x7ffd0%x\",\"text\":\"\\\"/var/lib/"
                "%u\\\"\"}],\"action\":\"%s\",\"by\":"
                "\"rule\",\"rule\":2,\"return\":%d,\"errno\":%s,\"held_ns\":%u,\"ran_ns\":%u}\n",
                i % 60, i % 1000000000, i, i % 97 + 1000, i % 97 + 1000, i % 3 ? "mkdir" : "unlink",
                i % 3 ? 83 : 87, i, i, i % 3 ? "mkdir" : "unlink", i, i, i,
                i % 5 ? "allow" : "abort", i % 5 ? 0 : -1, i % 5 ? "null" : "\"EPERM\"", i * 7,
                i * 3);
}

static gpointer write_lines(gpointer data)
{
        guint count = GPOINTER_TO_UINT(((gpointer *) data)[0]);
        FILE *out = fdopen(GPOINTER_TO_INT(((gpointer *) data)[1]), "w");

        for (guint i = 0; i < count; i++) {
                g_autofree char *line = line_of(i);

                fputs(line, out);
        }
        fclose(out);
        return NULL;
}

static void run_until(LogStore *store, guint total, guint shown)
{
        gint64 end = g_get_monotonic_time() + 240 * G_USEC_PER_SEC;

        while ((log_store_total(store) < total ||
                g_list_model_get_n_items(G_LIST_MODEL(store)) < shown) &&
               g_get_monotonic_time() < end)
                g_main_context_iteration(NULL, TRUE);
        must(log_store_total(store) == total, "every line arrived");
        must(g_list_model_get_n_items(G_LIST_MODEL(store)) == shown, "as many are shown");
}

static long memory_kib(void)
{
        g_autofree char *status = NULL;
        const char *at;

        g_file_get_contents("/proc/self/status", &status, NULL, NULL);
        at = status ? strstr(status, "VmRSS:") : NULL;
        return at ? atol(at + 6) : 0;
}

static void the_lines_are_as_they_were_written(LogStore *store, guint count)
{
        for (guint i = 0; i < count; i += count / 100 + 1) {
                g_autoptr(LogRecord) record = g_list_model_get_item(G_LIST_MODEL(store), i);
                g_autofree char *line = line_of(i);

                line[strlen(line) - 1] = '\0';
                must(strcmp(log_record_line(record), line) == 0, "a line is as it was written");
                must(log_record_number(record, "seq", -1) == i, "its fields can be read");
        }
}

static void a_filter_finds_each_line_and_no_other(LogStore *store, guint count)
{
        gint64 begin = g_get_monotonic_time();

        log_store_set_filter(store, "UNLINK", "abort", "failed");
        run_until(store, count, (count + 14) / 15);
        printf("filtered in %.2f s\n", (double) (g_get_monotonic_time() - begin) / 1e6);
        log_store_set_filter(store, "", "", "");
        run_until(store, count, count);
}

int main(int argc, char **argv)
{
        guint count = argc > 1 ? (guint) atoi(argv[1]) : 50000;
        g_autoptr(LogStore) store = log_store_new();
        gint64 begin = g_get_monotonic_time();
        long before = memory_kib();
        gpointer job[2];
        GThread *writer;
        int ends[2];

        must(pipe(ends) == 0, "a pipe");
        job[0] = GUINT_TO_POINTER(count);
        job[1] = GINT_TO_POINTER(ends[1]);
        writer = g_thread_new("writer", write_lines, job);
        log_store_read(store, ends[0]);
        run_until(store, count, count);
        g_thread_join(writer);
        printf("%u lines in %.2f s, %ld MiB\n", count,
               (double) (g_get_monotonic_time() - begin) / 1e6, (memory_kib() - before) / 1024);
        the_lines_are_as_they_were_written(store, count);
        a_filter_finds_each_line_and_no_other(store, count);
        return 0;
}
