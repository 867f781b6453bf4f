/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The race that killed systrace: one thread opens, another changes the path between the looks. */
#pragma once

#include "attack.h"

static char race_path[PATH_MAX] __attribute__((unused));
static volatile bool race_over __attribute__((unused));

/* The two paths differ in their last part only; both have the same length there. */
static inline void race_begin(char *path)
{
        strcpy(path, allowed_path());
}

static inline void race_flip(char *path, bool secret)
{
        const char *source = secret ? secret_path() : allowed_path();
        size_t length = strlen(source);

        for (size_t i = length - strlen(strrchr(source, '/')); i <= length; i++)
                ((volatile char *) path)[i] = source[i];
}
