/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jail-window: the window of seccomp-jail. Starts the application and nothing else. */
#include <glib/gi18n.h>

#include "application.h"
#include "dbus/translations.h"

int main(int argc, char **argv)
{
        g_autoptr(JailApplication) application = NULL;

        translations_open();
        textdomain(SJ_TEXT_DOMAIN);
        g_set_prgname("jail-window");
        application = jail_application_new();
        return g_application_run(G_APPLICATION(application), argc, argv);
}
