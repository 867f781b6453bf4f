/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doctor-attack.h"

#include <sys/mman.h>

#include "base/text.h"
#include "hook/landing-page.h"
#include "supervisor/doctor-deed.h"

#define ATTACK_SECONDS 20

static AttackList (*const kinds[])(void) = {
        attacks_by_call, attacks_by_name,      attacks_by_race,
        attacks_on_page, attacks_on_processes, attacks_on_guards,
};

const Attack *attack_get(size_t index)
{
        for (size_t i = 0; i < ELEMENTS_OF(kinds); i++) {
                AttackList list = kinds[i]();

                if (index < list.count)
                        return &list.attacks[index];
                index -= list.count;
        }
        return NULL;
}

static int run_apart(const Attack *attack)
{
        pid_t pid = fork();

        if (pid == 0) {
                alarm(ATTACK_SECONDS);
                exit_with(attack->guard ? attack_guard(attack->guard) : attack->run());
        }
        return await_deed(pid);
}

/* What an attack's second image does. */
static int second_image(const char *word)
{
        if (string_equal(word, "mkdir"))
                return deed_mkdir();
        if (string_equal(word, "unmap"))
                return result_of(munmap((void *) LANDING_BASE, LANDING_BYTES)); /* NOLINT */
        return 0; /* a script's interpreter: that it began is all there is to show */
}

int attack_main(int count, char **arguments)
{
        const Attack *attack;
        pid_t outsider;

        if (tracer() == 0)
                return 2; /* never without a jail */
        if (count == 1)
                exit_with(second_image(arguments[0]));
        if (count != 3)
                return 2;
        outsider = (pid_t) strtol(arguments[1], NULL, 10);
        if (ground_prepare(arguments[0], outsider, strtoull(arguments[2], NULL, 16)) < 0)
                return 1;
        for (size_t i = 0; (attack = attack_get(i)); i++) {
                printf("%zu %d\n", i, -run_apart(attack));
                fflush(stdout);
        }
        return 0;
}
