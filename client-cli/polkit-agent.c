/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The polkit text agent: the only file that knows polkit or GLib. It runs in a thread of its own,
 * since jailctl waits in a bus call while the person types. */
#define POLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE
#include "client-cli/polkit-agent.h"

#include <polkitagent/polkitagent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void *registration; /* this process has one agent */

void polkit_agent_start(void)
{
        PolkitAgentListener *listener = NULL;
        PolkitSubject *subject = NULL;
        GVariantDict options;
        sigset_t all, before;

        if (registration || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return;
        listener = polkit_agent_text_listener_new(NULL, NULL);
        if (!listener)
                return;
        subject = polkit_unix_process_new_for_owner(getpid(), 0, (gint) getuid());
        /* The desktop's own agent goes first where there is one. */
        g_variant_dict_init(&options, NULL);
        g_variant_dict_insert(&options, "fallback", "b", TRUE);
        /* The agent's thread takes no signal that is meant for jailctl. */
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        registration = polkit_agent_listener_register_with_options(
                listener, POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD, subject, NULL,
                g_variant_dict_end(&options), NULL, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        g_object_unref(subject);
        g_object_unref(listener);
}

void polkit_agent_stop(void)
{
        if (registration)
                polkit_agent_listener_unregister(registration);
        registration = NULL;
}
