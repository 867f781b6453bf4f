/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jail-supervisor-start: systemd runs it as root for each supervisor that jaild asks for; it
 * becomes the user and runs jail-supervisor. Standard input is the connection that jaild has
 * opened. */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "broker/start-request.h"

int main(void)
{
        StartStorage storage = {0};
        Child child = {.program = SJ_LIBEXECDIR "/jail-supervisor"};
        int r;

        log_open("jail-supervisor-start");
        r = start_request_take(STDIN_FILENO, &child, &storage);
        if (r < 0) {
                log_error("standard input is no request of jaild: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        child_run(&child);
}
