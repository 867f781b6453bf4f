/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: file-names. The secret's directory gets another name, or changes places with another. */
#include "attack.h"

static void read_in(const char *directory)
{
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s%s", directory, strrchr(secret_path(), '/'));
        deed_open(path);
}

int main(void)
{
        char directory[PATH_MAX], other[PATH_MAX];
        char *slash;

        strcpy(directory, secret_path());
        slash = strrchr(directory, '/');
        *slash = '\0';
        snprintf(other, sizeof(other), "%s/elsewhere", setting("ATTACK_WORK"));
        if (rename(directory, other) == 0) {
                read_in(other);
                rename(other, directory);
        }
        snprintf(other, sizeof(other), "%s/spare", setting("ATTACK_WORK"));
        if (renameat2(AT_FDCWD, other, AT_FDCWD, directory, 2 /* RENAME_EXCHANGE */) == 0) {
                read_in(other);
                renameat2(AT_FDCWD, directory, AT_FDCWD, other, 2);
        }
        return 0;
}
