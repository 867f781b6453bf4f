/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/launcher-process.h"

#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "broker/supervisor-process.h"
#include "link/launch-message.h"
#include "rules/script-names.h"

/* One on its way. */
typedef struct Launching {
        sd_event *event;
        char **scripts; /* owned */
        LauncherStarted answer;
        void *userdata;
} Launching;

static void launching_free(Launching *launching)
{
        script_names_free(launching->scripts);
        free(launching);
}

/* Of user mode, whose launchers are children of ours. */
static int on_end(sd_event_source *source, int fd _unused_, uint32_t events _unused_,
                  void *userdata)
{
        waitpid((pid_t) (intptr_t) userdata, NULL, WNOHANG);
        sd_event_source_set_floating(source, 0); /* gives it back, and its pidfd with it */
        return 0;
}

/* It goes by itself when the supervisor does; takes the pidfd. */
static int watch(sd_event *event, SupervisorProcess *process)
{
        sd_event_source *source = NULL;
        int r = sd_event_add_io(event, &source, process->pidfd, EPOLLIN, on_end,
                                (void *) (intptr_t) process->pid);

        if (r >= 0)
                r = sd_event_source_set_io_fd_own(source, 1);
        if (r >= 0) {
                process->pidfd = -1;
                r = sd_event_source_set_floating(source, 1);
        }
        sd_event_source_unref(source);
        return r;
}

static void on_started(SupervisorProcess *process, const Problem *failure, void *userdata)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Launching *launching = userdata;
        int r = failure ? failure->error : 0;

        if (r >= 0)
                r = launch_send_scripts(process->control, launching->scripts);
        if (r >= 0)
                r = watch(launching->event, process);
        if (r >= 0) {
                launching->answer(TAKE_FD(process->control), NULL, launching->userdata);
        } else {
                if (!failure)
                        problem_set(&problem, r, "a launcher of scripts cannot be used: %s",
                                    strerror(-r));
                if (process)
                        supervisor_process_end(process);
                launching->answer(-1, failure ? failure : &problem, launching->userdata);
        }
        launching_free(launching);
}

static int copy_names(char *const *names, char ***ret)
{
        size_t count = 0;
        char **copy;

        while (names[count])
                count++;
        copy = calloc(count + 1, sizeof(*copy));
        if (!copy)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                copy[i] = strdup(names[i]);
                if (!copy[i]) {
                        script_names_free(copy);
                        return -ENOMEM;
                }
        }
        *ret = copy;
        return 0;
}

int launcher_start(Broker *broker, const Identity *identity, char *const *scripts,
                   LauncherStarted answer, void *userdata, Problem *problem)
{
        Launching *launching = calloc(1, sizeof(*launching));
        SupervisorStart start = {.event = broker->event,
                                 .program = broker->supervisor_program,
                                 .identity = identity,
                                 .answer = on_started,
                                 .userdata = launching};
        int r;

        if (!launching)
                return -ENOMEM;
        *launching = (Launching){.event = broker->event, .answer = answer, .userdata = userdata};
        r = copy_names(scripts, &launching->scripts);
        if (r >= 0)
                r = supervisor_process_start_launcher(&start, problem);
        if (r < 0)
                launching_free(launching);
        return r;
}
