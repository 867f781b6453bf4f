/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dbus/translations.h"

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* bin/../share/locale of the running executable: a build tree, a relocated installation. */
static bool find_beside(char *directory, size_t size)
{
        char self[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
        char *slash;
        int n;

        if (length < 0)
                return false;
        self[length] = '\0';
        slash = strrchr(self, '/');
        if (!slash)
                return false;
        *slash = '\0';
        n = snprintf(directory, size, "%s/../share/locale", self);
        return n > 0 && (size_t) n < size && access(directory, F_OK) == 0;
}

void translations_open(void)
{
        char beside[PATH_MAX];

        setlocale(LC_ALL, "");
        bindtextdomain(SJ_TEXT_DOMAIN, find_beside(beside, sizeof(beside)) ? beside : SJ_LOCALEDIR);
        bind_textdomain_codeset(SJ_TEXT_DOMAIN, "UTF-8");
}
