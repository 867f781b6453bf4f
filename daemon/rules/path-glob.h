/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Globs on absolute paths: `*` and `?` stay inside a component, `**` crosses components, `[a-z]`
 * and `[!a-z]`, backslash takes the next character as it is. `/dir/` and `**` at the end matches
 * the directory itself and all beneath it; `**` between two slashes matches no directory as well.
 */
#pragma once

#include <stdbool.h>

bool path_glob_match(const char *glob, const char *path);

/* What is wrong with a glob, NULL when it is right. */
const char *path_glob_fault(const char *glob);
