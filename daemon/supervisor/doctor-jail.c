/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The doctor's attacks (doctor-attack.h) in a throw-away jail: a real one, with the supervisor's
 * own code, filter, landing page and walls, on this very kernel.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/text.h"
#include "dbus/start-program.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-ground.h"
#include "supervisor/doctor.h"
#include "supervisor/kernel-features.h"
#include "supervisor/privileges.h"
#include "supervisor/supervisor.h"

#define NOBODY         65534u
#define LOG_BYTES      (1u << 20)
#define JAIL_SECONDS   60
#define ATTACKS_MAX    128
#define ANSWER_UNKNOWN (-1)

/* The directory's name has nothing in it that JSON would have to quote. */
static char *rules_of(const char *directory)
{
        return string_format(
                "{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": ["
                "{\"syscall\": [\"mkdir\", \"mkdirat\", \"time\"], \"action\": \"abort=EACCES\"},"
                "{\"syscall\": [\"open\", \"openat\", \"openat2\"],"
                " \"where\": {\"path\": \"%s/" ATTACK_SECRET "\"}, \"action\": \"abort=EACCES\"},"
                "{\"syscall\": [\"execve\", \"execveat\"],"
                " \"where\": {\"path\": \"%s/" ATTACK_REFUSED
                "\"}, \"action\": \"abort=EACCES\"}]}",
                directory, directory);
}

/* ---- nobody listens to what happens in this jail ---- */

static void on_event(void *userdata)
{
        (void) userdata;
}

static void on_start_failed(void *userdata, const char *why)
{
        (void) userdata;
        (void) why;
}

static void on_process(void *userdata, const Process *process)
{
        (void) userdata;
        (void) process;
}

static void on_process_end(void *userdata, const Process *process, bool exec)
{
        on_process(userdata, process);
        (void) exec;
}

static void on_pending(void *userdata, const PendingCall *pending)
{
        (void) userdata;
        (void) pending;
}

static void on_decided(void *userdata, const PendingCall *pending, bool gone)
{
        on_pending(userdata, pending);
        (void) gone;
}

static const SupervisorEvents events = {
        .started = on_event,
        .start_failed = on_start_failed,
        .process_started = on_process,
        .process_ended = on_process_end,
        .call_pending = on_pending,
        .call_decided = on_decided,
        .rules_changed = on_event,
        .ended = on_event,
};

/* ---- the jail: in a process of its own, which supervises ---- */

static int become_ordinary(void)
{
        if (getuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
                              setresuid(NOBODY, NOBODY, NOBODY) < 0))
                return -errno;
        /* what changed its user cannot be traced by the same user */
        return prctl(PR_SET_DUMPABLE, 1) < 0 ? -errno : 0;
}

static int prepare(Supervisor *supervisor, const char *directory, Problem *problem)
{
        _cleanup_free_ char *rules = rules_of(directory);
        const JailOptions options = {.rules = rules};
        int fd, r = rules ? log_ring_create(LOG_BYTES, &fd) : -ENOMEM;

        if (r < 0)
                return r;
        r = log_ring_open(fd, &supervisor->log.ring);
        close_fd(fd);
        if (r < 0)
                return r;
        supervisor->events = &events;
        supervisor->jail = 1;
        supervisor->uid = getuid();
        r = supervisor_prepare(supervisor, &options, problem);
        /* the program is a child of this process: to the kernel any thread of its parent may wait
         * for what another one traces */
        supervisor->hands_over = false;
        return r;
}

static int start(Supervisor *supervisor, const char *const *argv, Problem *problem)
{
        const ProgramStart start = {.argv = argv, .terminal = -1};
        ProgramStub stub;
        int r = program_stub_fork(&start, &stub);

        if (r < 0)
                return r;
        r = supervisor_start(supervisor, stub.pid, stub.pidfd, stub.socket, problem);
        if (r < 0) {
                program_stub_cancel(&stub);
                return r;
        }
        program_stub_release(&stub);
        return supervisor_drop_rights(supervisor, problem);
}

static int supervise(const char *directory, pid_t outsider, const int *flag, Problem *problem)
{
        _cleanup_free_ char *pid = string_format("%d", outsider);
        _cleanup_free_ char *address = string_format("%p", (const void *) flag);
        const char *const argv[] = {"/proc/self/exe", "--attack", directory, pid, address, NULL};
        sd_event *event = NULL;
        Supervisor *supervisor = NULL;
        int r = pid && address ? sd_event_new(&event) : -ENOMEM;

        if (r >= 0)
                r = supervisor_new(event, &supervisor);
        if (r >= 0)
                r = prepare(supervisor, directory, problem);
        if (r >= 0)
                r = start(supervisor, argv, problem);
        if (r >= 0)
                r = supervisor_run(supervisor);
        supervisor_free(supervisor);
        sd_event_unref(event);
        return r;
}

static _Noreturn void jail_process(int output, const char *directory, pid_t outsider,
                                   const int *flag)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setsid();
        alarm(JAIL_SECONDS); /* and EXITKILL ends what is in the jail */
        if (dup2(output, STDOUT_FILENO) < 0)
                _exit(1);
        r = supervise(directory, outsider, flag, &problem);
        if (r < 0)
                dprintf(STDERR_FILENO, "doctor: the throw-away jail: %s\n",
                        problem.error ? problem_text(&problem) : strerror(-r));
        _exit(r < 0);
}

/* ---- outside ---- */

static pid_t start_outsider(void)
{
        pid_t pid = fork();

        if (pid != 0)
                return pid;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
                pause();
}

/* Lines "INDEX ERRNO" until the end of the output. */
static int read_answers(int fd, int answers[ATTACKS_MAX])
{
        _cleanup_(fclosep) FILE *file = fdopen(fd, "re");
        unsigned index;
        int error;

        if (!file) {
                close_fd(fd);
                return -ENOMEM;
        }
        while (fscanf(file, "%u %d", &index, &error) == 2)
                if (index < ATTACKS_MAX && error >= 0)
                        answers[index] = error;
        return 0;
}

static void end(pid_t pid)
{
        if (pid <= 0)
                return;
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
}

static int run_jail(const char *directory, int answers[ATTACKS_MAX])
{
        static int flag; /* only its address counts: every fork of us has it there */
        _cleanup_close_ int read_end = -1, write_end = -1;
        pid_t outsider, jail;
        int pipe[2], r;

        outsider = start_outsider(); /* before the pipe: it must not hold an end */
        if (outsider < 0)
                return -errno;
        if (pipe2(pipe, O_CLOEXEC) < 0) {
                r = -errno;
                end(outsider);
                return r;
        }
        read_end = pipe[0];
        write_end = pipe[1];
        jail = fork();
        if (jail == 0)
                jail_process(write_end, directory, outsider, &flag);
        write_end = close_fd(write_end);
        r = jail < 0 ? -errno : read_answers(TAKE_FD(read_end), answers);
        end(jail);
        end(outsider);
        return r;
}

/* Who is known to have closed it by the errno; any other errno is the kernel's own. */
static const char *wall_of(const Attack *attack, int answer)
{
        if (answer != attack->expected)
                return "kernel";
        if (attack->wall_without_mseal && !kernel_has(KERNEL_MSEAL))
                return attack->wall_without_mseal;
        return attack->wall;
}

static int add_row(DoctorReport *report, const Attack *attack, int answer)
{
        const DoctorCheck *check;

        if (answer == ANSWER_UNKNOWN)
                check = doctor_report_add(report, attack->name, DOCTOR_OPEN, "",
                                          "%s: could not be tried in a jail here", attack->detail);
        else if (answer == 0)
                check = doctor_report_add(report, attack->name, DOCTOR_OPEN, "",
                                          "%s: it worked in a jail on this kernel", attack->detail);
        else
                check = doctor_report_add(report, attack->name, DOCTOR_CLOSED,
                                          wall_of(attack, answer), "%s: %s", attack->detail,
                                          answer == ECANCELED ? "it was ended" : strerror(answer));
        return check ? 0 : -ENOMEM;
}

/* The rights of root are given up for good: the directory is made and removed without them. */
int doctor_collect_attacks(DoctorReport *report)
{
        _cleanup_free_ char *directory = NULL;
        int answers[ATTACKS_MAX];
        const Attack *attack;
        int r = become_ordinary();

        for (size_t i = 0; i < ATTACKS_MAX; i++)
                answers[i] = ANSWER_UNKNOWN;
        if (r >= 0)
                r = doctor_ground_make(&directory);
        if (r >= 0)
                r = run_jail(directory, answers);
        doctor_ground_remove(directory);
        if (r < 0)
                dprintf(STDERR_FILENO, "doctor: no throw-away jail: %s\n", strerror(-r));
        r = 0;
        for (size_t i = 0; r == 0 && i < ATTACKS_MAX && (attack = attack_get(i)); i++)
                r = add_row(report, attack, answers[i]);
        return r;
}
