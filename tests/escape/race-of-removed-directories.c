/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory is removed, and a link to the secret's takes its name, while a file that was in it
 * gets another name. Guards: file-names. */
#include <sys/stat.h>

#include "race.h"

static char name[PATH_MAX], keep[PATH_MAX];
static volatile int current, replaced = -1;

static void directory_name(int number, char ret[static PATH_MAX])
{
        snprintf(ret, PATH_MAX, "%.2000s/spares/%d", setting("ATTACK_WORK"), number);
}

/* By both calls that do, in turn. */
static bool remove_directory(int number, const char *directory)
{
        return number % 2 ? rmdir(directory) == 0
                          : unlinkat(AT_FDCWD, directory, AT_REMOVEDIR) == 0;
}

static void *replace(void *unused)
{
        while (!race_over) {
                int number = current;
                char directory[PATH_MAX];

                if (number == replaced)
                        continue;
                directory_name(number, directory);
                if (unlink(name) < 0 || !remove_directory(number, directory) ||
                    symlink(keep, directory) < 0)
                        SAY("directory %d was not replaced\n", number);
                replaced = number;
        }
        return unused;
}

static bool begin(int number)
{
        char directory[PATH_MAX];

        directory_name(number, directory);
        snprintf(name, sizeof(name), "%.2000s%.2000s", directory, strrchr(secret_path(), '/'));
        close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        current = number;
        return access(directory, F_OK) == 0;
}

int main(void)
{
        char own[PATH_MAX];
        int count = atoi(setting("ATTACK_SPARES"));

        strcpy(keep, secret_path());
        *strrchr(keep, '/') = '\0';
        snprintf(own, sizeof(own), "%.2000s/own", setting("ATTACK_WORK"));
        current = -1;
        start_thread(replace, NULL);
        for (int i = 0; i < count && begin(i); i++)
                for (bool last = false; !last;) {
                        last = replaced == i;
                        if (link(name, own) == 0) {
                                deed_open(own);
                                unlink(own);
                        }
                }
        race_over = true;
        SAY("directories: %d\n", current + 1);
        return 0;
}
