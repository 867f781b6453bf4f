/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <string.h>

#include "base/cleanup.h"
#include "client-cli/polkit-agent.h"
#include "dbus/daemon-locate.h"

#define MODULE "polkit-agent.so"

static void *module; /* loaded for good: its thread goes on */

static void call(const char *name)
{
        void *symbol = dlsym(module, name);
        void (*function)(void);

        if (!symbol)
                return;
        memcpy(&function, &symbol, sizeof(function));
        function();
}

void polkit_agent_start(void)
{
        _cleanup_free_ char *path = NULL;

        if (!module && daemon_locate_program(MODULE, &path) == 0)
                module = dlopen(path, RTLD_NOW | RTLD_NODELETE);
        if (module)
                call("polkit_agent_register");
}

void polkit_agent_stop(void)
{
        if (module)
                call("polkit_agent_unregister");
}
