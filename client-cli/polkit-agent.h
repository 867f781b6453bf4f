/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The polkit agent that asks for a password on the terminal, for the system service. */
#pragma once

/* Loads the module, which registers a text agent for this process, once, when there is a terminal
 * to ask at. Where polkit, the module or the terminal is missing nothing happens: the daemon then
 * says that it may not. */
void polkit_agent_start(void);
void polkit_agent_stop(void);

/* What the module has. */
void polkit_agent_register(void);
void polkit_agent_unregister(void);
