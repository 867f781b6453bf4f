/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a launcher is spoken to, which runs the scripts of rules for a supervisor that may run
 * nothing. A socket of packets: the broker, which has it started, tells it first what it may run;
 * then it gives its end to the supervisor, which asks by number. So a supervisor that was taken
 * over can have nothing run but what the user's rules name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/* jail-supervisor with this argument is one, with the socket as descriptor 3. */
#define LAUNCH_OPTION "--launcher"

/* What a script may say. */
#define LAUNCH_OUTPUT_BYTES 16384
/* The variables of a request. */
#define LAUNCH_VARIABLES_BYTES (128u * 1024)
/* Scripts that run at a time. */
#define LAUNCH_SCRIPTS_MAX 256

typedef struct LaunchRequest {
        uint64_t id;         /* the answer will have it */
        uint64_t limit_usec; /* then it is killed with all of its process group */
        uint32_t script;     /* its place in the list */
} LaunchRequest;

typedef struct LaunchAnswer {
        uint64_t id;
        int32_t status; /* as wait(2) says it, or a negative errno when it could not be started */
        uint32_t late;  /* it was killed at its limit */
} LaunchAnswer;

/* The broker's: what may be run, ending with NULL. */
int launch_send_scripts(int socket, char *const *scripts);
/* The launcher's; owned. */
int launch_receive_scripts(int socket, char ***ret);

/* The supervisor's. `variables` are more of the environment, each with a NUL behind it; `input`
 * becomes the script's standard input. -EAGAIN when too much waits already, -E2BIG. */
int launch_send_request(int socket, const LaunchRequest *request, const Text *variables, int input);
/* The launcher's: how many bytes of variables came with it (they end with a NUL), or -ENOTCONN at
 * the end of file, -EAGAIN, -EBADMSG. `ret_input` is owned. */
ssize_t launch_receive_request(int socket, LaunchRequest *ret,
                               char ret_variables[static LAUNCH_VARIABLES_BYTES], int *ret_input);

/* The launcher's; waits until there is room. */
int launch_send_answer(int socket, const LaunchAnswer *answer, const char *output, size_t size);
/* The supervisor's: how many bytes of output came with it, or -ENOTCONN at the end of file,
 * -EAGAIN, -EBADMSG. */
ssize_t launch_receive_answer(int socket, LaunchAnswer *ret,
                              char ret_output[static LAUNCH_OUTPUT_BYTES]);
