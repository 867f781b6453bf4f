/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jail-supervisor: traces one jail for jaild, which comes to it over descriptor 3. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "link/launch-message.h"
#include "link/link.h"
#include "supervisor/broker-peer.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor.h"
#include "supervisor/launcher.h"
#include "supervisor/log-readers.h"
#include "supervisor/privileges.h"

/* After the jail has ended readers of its log are waited for as long as one goes on reading: so
 * often, so long each time, less than the broker's patience (TIMEOUT_LEAVE) in all. */
#define READERS_TURNS      5
#define READERS_PAUSE_USEC (5 * 1000000)

#ifdef __SANITIZE_ADDRESS__
/* The search for leaks at the end traces the process from a clone of it: not through these walls.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
        return "detect_leaks=0";
}
#endif

static int usage(void)
{
        fputs("jail-supervisor is started by jaild for each jail; it does nothing by itself.\n",
              stderr);
        return 2;
}

/* What this machine can do for a jail: the same program answers that will have to do it. */
static int doctor(bool json)
{
        int r = doctor_print(json, doctor_collect_attacks);

        if (r < 0)
                log_error("cannot find out what this machine can do: %s", strerror(-r));
        return r == 0 ? 0 : 1;
}

/* Every process of the jail costs a descriptor. */
static void raise_descriptor_limit(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &limit);
        }
}

static bool readers_have_finished(void *userdata)
{
        return log_readers_finish(userdata);
}

static void finish_readers(Supervisor *supervisor)
{
        for (unsigned turn = 0; turn < READERS_TURNS; turn++) {
                uint64_t before = log_readers_written(supervisor);

                supervisor_serve_until(supervisor, READERS_PAUSE_USEC, readers_have_finished,
                                       supervisor);
                if (log_readers_finish(supervisor) || log_readers_written(supervisor) == before)
                        return;
        }
}

/* A supervisor that cannot give up its rights ends, and the waiting program with it. */
static int put_walls_up(Supervisor *supervisor)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r = supervisor_drop_rights(supervisor, &problem);

        if (r < 0)
                log_error("%s", problem_text(&problem));
        return r;
}

static int supervise(sd_event *event)
{
        BrokerPeer peer = {0};
        int r = broker_peer_open(&peer, LINK_CONTROL, event);

        if (r < 0)
                return r;
        r = broker_peer_wait_start(&peer, event);
        if (r == 0) {
                /* not before: a non-dumpable process cannot seize its own children */
                r = put_walls_up(peer.supervisor);
                if (r == 0)
                        r = supervisor_run(peer.supervisor);
                finish_readers(peer.supervisor);
        }
        broker_peer_close(&peer);
        return r;
}

static int launch(void)
{
        int r;

        (void) privileges_close_inherited(LINK_CONTROL + 1);
        r = launcher_run(LINK_CONTROL);
        if (r < 0)
                log_error("cannot run scripts: %s", strerror(-r));
        return r < 0;
}

int main(int argc, char **argv)
{
        sd_event *event = NULL;
        int r;

        log_open("jail-supervisor");
        if (argc > 1 && string_equal(argv[1], LAUNCH_OPTION))
                return launch();
        if (argc > 1 && string_equal(argv[1], "--attack"))
                return attack_main(argc - 2, argv + 2);
        if (argc > 1)
                return string_equal(argv[1], "--doctor")
                               ? doctor(argc > 2 && string_equal(argv[2], "--json"))
                               : usage();
        signal(SIGPIPE, SIG_IGN);
        /* its threads take turns anyway: one heap is enough */
        (void) mallopt(M_ARENA_MAX, 1);
        (void) privileges_close_inherited(LINK_CONTROL + 1);
        /* libdw would ask the network for debugging information, in the jail's name */
        (void) unsetenv("DEBUGINFOD_URLS");
        raise_descriptor_limit();
        r = sd_event_new(&event);
        if (r >= 0)
                r = supervise(event);
        sd_event_unref(event);
        if (r < 0 && r != -ECANCELED) {
                log_error("cannot supervise: %s", strerror(-r));
                return 1;
        }
        return 0;
}
