/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the dictionaries (a{sv}) that the daemon sends. A key that is missing or of another type
 * gives the fallback: a window never stumbles over a daemon that is older or newer than itself.
 */
#pragma once

#include <glib.h>

/* Borrowed from the dictionary. */
const char *dictionary_string(GVariant *dictionary, const char *key, const char *fallback);
gint64 dictionary_number(GVariant *dictionary, const char *key, gint64 fallback);
gboolean dictionary_boolean(GVariant *dictionary, const char *key, gboolean fallback);
/* A container (as, aa{sv}, a{ss} …) of exactly that type, owned; NULL when there is none. */
GVariant *dictionary_container(GVariant *dictionary, const char *key, const char *type);
/* The words of an `as`, joined; owned, never NULL. */
char *dictionary_joined(GVariant *dictionary, const char *key, const char *separator);
