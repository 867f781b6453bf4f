/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jail-window: the window of seccomp-jail. Starts the application and nothing else. */
#include <glib/gi18n.h>
#include <locale.h>

#include "application.h"

/* The translations beside the executable's prefix when they are there (a build tree, a relocated
 * installation), else where the build was told to install them. */
static char *find_locale_directory(void)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *bin = self ? g_path_get_dirname(self) : NULL;
        g_autofree char *beside = NULL;

        if (bin)
                beside = g_build_filename(bin, "..", "share", "locale", NULL);
        if (beside && g_file_test(beside, G_FILE_TEST_IS_DIR))
                return g_steal_pointer(&beside);
        return g_strdup(SJ_LOCALEDIR);
}

int main(int argc, char **argv)
{
        g_autofree char *locale_directory = find_locale_directory();
        g_autoptr(JailApplication) application = NULL;

        setlocale(LC_ALL, "");
        bindtextdomain(GETTEXT_PACKAGE, locale_directory);
        bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
        textdomain(GETTEXT_PACKAGE);
        g_set_prgname("jail-window");
        application = jail_application_new();
        return g_application_run(G_APPLICATION(application), argc, argv);
}
