/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person chose, kept in a key file. */
#include "settings.h"

#include <string.h>

#define GROUP       "window"
#define RECENT_MOST 8u

struct _WindowSettings {
        GObject parent;
        GKeyFile *file;
        char *path;
};

G_DEFINE_FINAL_TYPE(WindowSettings, window_settings, G_TYPE_OBJECT)

static guint changed_signal;

typedef struct Default {
        const char *key;
        const char *value;
} Default;

static const Default defaults[] = {
        {"daemon", "auto"},        {"preset", "ask-before-write"},
        {"colours", "system"},     {"timeout-action", "wait"},
        {"timeout-seconds", "60"}, {"notifications", "true"},
        {"background", "false"},   {"output", "true"},
        {"bytes", "256"},          {"width", "1080"},
        {"height", "720"},
};

static const char *default_of(const char *key)
{
        for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
                if (strcmp(defaults[i].key, key) == 0)
                        return defaults[i].value;
        return "";
}

static void save(WindowSettings *self, const char *key)
{
        g_autofree char *directory = g_path_get_dirname(self->path);
        g_autoptr(GError) error = NULL;

        g_mkdir_with_parents(directory, 0700);
        if (!g_key_file_save_to_file(self->file, self->path, &error))
                g_warning("%s", error->message);
        g_signal_emit(self, changed_signal, g_quark_from_string(key));
}

char *window_settings_string(WindowSettings *self, const char *key)
{
        char *value = g_key_file_get_string(self->file, GROUP, key, NULL);

        return value ? value : g_strdup(default_of(key));
}

void window_settings_set_string(WindowSettings *self, const char *key, const char *value)
{
        g_autofree char *old = window_settings_string(self, key);

        if (g_strcmp0(old, value) == 0)
                return;
        g_key_file_set_string(self->file, GROUP, key, value);
        save(self, key);
}

gboolean window_settings_boolean(WindowSettings *self, const char *key)
{
        g_autofree char *value = window_settings_string(self, key);

        return strcmp(value, "true") == 0;
}

void window_settings_set_boolean(WindowSettings *self, const char *key, gboolean value)
{
        window_settings_set_string(self, key, value ? "true" : "false");
}

int window_settings_number(WindowSettings *self, const char *key)
{
        g_autofree char *value = window_settings_string(self, key);
        gint64 number = g_ascii_strtoll(value, NULL, 10);

        return (int) CLAMP(number, 0, 1000000);
}

void window_settings_set_number(WindowSettings *self, const char *key, int value)
{
        g_autofree char *text = g_strdup_printf("%d", value);

        window_settings_set_string(self, key, text);
}

char **window_settings_recent(WindowSettings *self)
{
        char **recent = g_key_file_get_string_list(self->file, GROUP, "recent", NULL, NULL);

        return recent ? recent : g_new0(char *, 1);
}

void window_settings_add_recent(WindowSettings *self, const char *command_line)
{
        g_auto(GStrv) old = window_settings_recent(self);
        g_autoptr(GPtrArray) list = g_ptr_array_new();

        g_ptr_array_add(list, (char *) command_line);
        for (char **at = old; *at && list->len < RECENT_MOST; at++)
                if (strcmp(*at, command_line) != 0)
                        g_ptr_array_add(list, *at);
        g_key_file_set_string_list(self->file, GROUP, "recent", (const char *const *) list->pdata,
                                   list->len);
        save(self, "recent");
}

static void window_settings_finalize(GObject *object)
{
        WindowSettings *self = WINDOW_SETTINGS(object);

        g_key_file_unref(self->file);
        g_free(self->path);
        G_OBJECT_CLASS(window_settings_parent_class)->finalize(object);
}

static void window_settings_class_init(WindowSettingsClass *class)
{
        G_OBJECT_CLASS(class)->finalize = window_settings_finalize;
        changed_signal =
                g_signal_new("changed", WINDOW_TYPE_SETTINGS, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                             0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void window_settings_init(WindowSettings *self)
{
        self->file = g_key_file_new();
        self->path = g_build_filename(g_get_user_config_dir(), "seccomp-jail", "window.ini", NULL);
        g_key_file_load_from_file(self->file, self->path, G_KEY_FILE_NONE, NULL);
}

WindowSettings *window_settings_new(void)
{
        return g_object_new(WINDOW_TYPE_SETTINGS, NULL);
}
