/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/seize.h"

#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "dbus/stub-protocol.h"
#include "supervisor/privileges.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"

/* A stub answers at once; one that does not is not ours. */
#define STUB_ANSWER_SECONDS 5

static int handshake(int socket, Problem *problem)
{
        const struct timeval limit = {.tv_sec = STUB_ANSWER_SECONDS};
        const StubTracer tracer = {.magic = STUB_MAGIC, .pid = getpid()};
        char answer = 0;
        ssize_t n;

        if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
                return problem_set(problem, -errno, "the stub's socket is no socket");
        if (send(socket, &tracer, sizeof(tracer), MSG_NOSIGNAL) != sizeof(tracer))
                return problem_set(problem, -EPIPE, "the waiting stub is gone");
        n = recv(socket, &answer, 1, 0);
        if (n != 1 || answer != STUB_READY)
                return problem_set(problem, -EPROTO, "the waiting stub did not answer");
        return 0;
}

int seize_check(pid_t tid)
{
        bool plain;
        int r = process_is_plain(tid, getuid(), &plain);

        return r < 0 ? r : plain ? 0 : -EPERM;
}

int seize_thread(pid_t tid, bool exit_kill, bool *ret_forced)
{
        int r, back;

        *ret_forced = false;
        if (getuid() == 0 || !privileges_have_ptrace())
                return tracee_seize(tid, exit_kill);
        r = privileges_use_ptrace(false);
        if (r < 0)
                return r;
        r = tracee_seize(tid, exit_kill);
        back = privileges_use_ptrace(true);
        if (back < 0 || r != -EPERM)
                return back < 0 ? back : r;
        r = seize_check(tid);
        if (r < 0)
                return r;
        *ret_forced = true;
        return tracee_seize(tid, exit_kill);
}

/* A stub has given up gaining anything, so that its exec gives it nothing either. */
static int check_stub(pid_t pid, bool forced, Problem *problem)
{
        unsigned no_new_privs = 0;
        int r = process_no_new_privs(pid, &no_new_privs);

        if (r == 0 && forced)
                r = seize_check(pid);
        if (r < 0)
                return problem_set(problem, r, "cannot trace process %d: %s", pid, strerror(-r));
        if (no_new_privs != 1)
                return problem_set(problem, -EPROTO,
                                   "the waiting stub has not set no_new_privs (prctl(2))");
        return 0;
}

int seize_stub(pid_t pid, int pidfd, int socket, Problem *problem)
{
        bool forced;
        int r = handshake(socket, problem);

        if (r < 0)
                return r;
        r = seize_thread(pid, true, &forced);
        if (r == -EPERM)
                return problem_set(problem, r,
                                   "cannot trace process %d: it is traced already, is another "
                                   "user's, runs with other rights, or Yama forbids it "
                                   "(/proc/sys/kernel/yama/ptrace_scope)",
                                   pid);
        if (r < 0)
                return problem_set(problem, r, "cannot trace process %d: %s", pid, strerror(-r));
        if (pidfd_send_signal(pidfd, 0, NULL, 0) < 0)
                return problem_set(problem, -ESRCH, "the process to trace is gone");
        return check_stub(pid, forced, problem);
}

int seize_go(int socket, Problem *problem)
{
        const char go = STUB_GO;

        if (send(socket, &go, 1, MSG_NOSIGNAL) != 1)
                return problem_set(problem, -EPIPE, "the waiting stub is gone");
        return 0;
}
