/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory changes places with a link to the secret's while a file in it gets another name.
 * Guards: file-names. */
#include <sys/stat.h>
#include <sys/syscall.h>

#include "race.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static char plain[PATH_MAX], leading[PATH_MAX];

static void *exchange(void *unused)
{
        while (!race_over)
                syscall(SYS_renameat2, AT_FDCWD, plain, AT_FDCWD, leading, RENAME_EXCHANGE);
        return unused;
}

/* The secret's directory by a link, and one of our own that has a namesake of the secret. */
static bool make_ground(char name[static PATH_MAX])
{
        char keep[PATH_MAX];

        strcpy(keep, secret_path());
        *strrchr(keep, '/') = '\0';
        /* The driver made it: in the jail nobody may. */
        snprintf(plain, sizeof(plain), "%s/spare", setting("ATTACK_WORK"));
        snprintf(leading, sizeof(leading), "%s/leading-%d", setting("ATTACK_WORK"), getpid());
        snprintf(name, PATH_MAX, "%.2000s%.2000s", plain, strrchr(secret_path(), '/'));
        close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        return symlink(keep, leading) == 0;
}

/* By each of the calls in turn. */
static bool name_anew(int round, const char *old, const char *fresh)
{
        switch (round % 3) {
        case 0:
                return link(old, fresh) == 0;
        case 1:
                return linkat(AT_FDCWD, old, AT_FDCWD, fresh, AT_SYMLINK_FOLLOW) == 0;
        default:
                return rename(old, fresh) == 0;
        }
}

int main(void)
{
        char name[PATH_MAX], own[PATH_MAX];
        int made = 0;

        if (!make_ground(name))
                return 1;
        start_thread(exchange, NULL);
        for (int i = 0; i < ROUNDS; i++) {
                snprintf(own, sizeof(own), "%s/own-%d", setting("ATTACK_WORK"), i);
                if (!name_anew(i, name, own))
                        continue;
                made++;
                deed_open(own);
                if (i % 3 == 2)
                        rename(own, name);
                else
                        unlink(own);
        }
        race_over = true;
        SAY("names: %d\n", made);
        return 0;
}
