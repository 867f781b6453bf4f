/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Launchers of scripts (link/launch-message.h): the broker has one started as the user, tells it
 * what the rules name, and gives it to the supervisor.
 */
#pragma once

#include "broker/broker.h"
#include "broker/child.h"

/* The supervisor's end of its socket, owned by the callee; or -1 and why not. */
typedef void (*LauncherStarted)(int socket, const Problem *problem, void *userdata);

/* As ourselves without an identity. All is borrowed, `userdata` until the answer, which comes once,
 * later, if the start answers 0. */
int launcher_start(Broker *broker, const Identity *identity, char *const *scripts,
                   LauncherStarted answer, void *userdata, Problem *problem);
