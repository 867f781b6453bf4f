/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A launcher: a process outside of the jail that runs the scripts of rules. The supervisor's own
 * filter lets it start nothing, so it asks one (launchers.h). It is started by the broker as the
 * user, and ends with the supervisor's end of its socket.
 */
#pragma once

/* Serves the socket (link/launch-message.h) until its end; 0 or a negative errno. */
int launcher_run(int socket);
