/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person chose, kept in ~/.config/seccomp-jail/window.ini. A key file and not GSettings, so
 * that the window runs from a build tree and in a container without an installed schema.
 *
 * Signal "changed" (detail: the key).
 */
#pragma once

#include <glib-object.h>

#define WINDOW_TYPE_SETTINGS (window_settings_get_type())
G_DECLARE_FINAL_TYPE(WindowSettings, window_settings, WINDOW, SETTINGS, GObject)

WindowSettings *window_settings_new(void);

/* Keys: daemon (auto|system|user), preset, colours (system|light|dark), timeout-action
 * (wait|abort|allow). Owned string. */
char *window_settings_string(WindowSettings *self, const char *key);
void window_settings_set_string(WindowSettings *self, const char *key, const char *value);
/* Keys: notifications, background, output. */
gboolean window_settings_boolean(WindowSettings *self, const char *key);
void window_settings_set_boolean(WindowSettings *self, const char *key, gboolean value);
/* Keys: timeout-seconds, bytes, width, height. */
int window_settings_number(WindowSettings *self, const char *key);
void window_settings_set_number(WindowSettings *self, const char *key, int value);

/* The command lines started last, newest first; NULL-ended, owned. */
char **window_settings_recent(WindowSettings *self);
void window_settings_add_recent(WindowSettings *self, const char *command_line);
