/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/doctor.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/text.h"

#define PROBE_SECONDS 5u

static const DoctorCollector collectors[] = {
        doctor_collect_kernel,
        doctor_collect_machine,
};

static void doctor_check_release(DoctorCheck *check)
{
        free(check->name);
        free(check->wall);
        free(check->detail);
}

void doctor_report_release(DoctorReport *report)
{
        for (size_t i = 0; i < report->count; i++)
                doctor_check_release(&report->checks[i]);
        free(report->checks);
        *report = DOCTOR_REPORT_INIT;
}

static int make_room(DoctorReport *report)
{
        size_t room = report->room ? report->room * 2 : 32;
        DoctorCheck *checks;

        if (report->count < report->room)
                return 0;
        checks = reallocarray(report->checks, room, sizeof(*checks));
        if (!checks)
                return -ENOMEM;
        report->checks = checks;
        report->room = room;
        return 0;
}

DoctorCheck *doctor_report_add(DoctorReport *report, const char *name, DoctorState state,
                               const char *wall, const char *format, ...)
{
        _cleanup_text_ Text detail = TEXT_INIT;
        DoctorCheck check = {.state = state};
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&detail, format, arguments);
        va_end(arguments);
        check.name = strdup(name);
        check.wall = strdup(wall);
        check.detail = text_take(&detail);
        if (!check.name || !check.wall || !check.detail || make_room(report) < 0) {
                doctor_check_release(&check);
                return NULL;
        }
        report->checks[report->count] = check;
        return &report->checks[report->count++];
}

const char *doctor_state_name(DoctorState state)
{
        static const char *const names[] = {
                [DOCTOR_OK] = "ok",
                [DOCTOR_CLOSED] = "closed",
                [DOCTOR_OPEN] = "open",
                [DOCTOR_MISSING] = "missing",
        };

        return names[state];
}

bool doctor_report_is_bad(const DoctorReport *report)
{
        for (size_t i = 0; i < report->count; i++) {
                const DoctorCheck *check = &report->checks[i];

                if (check->state == DOCTOR_OPEN ||
                    (check->state == DOCTOR_MISSING && check->required))
                        return true;
        }
        return false;
}

int doctor_collect(DoctorReport *report)
{
        for (size_t i = 0; i < ELEMENTS_OF(collectors); i++) {
                int r = collectors[i](report);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The child's part of a probe: its answer becomes the exit status. */
static _Noreturn void probe_child(int (*probe)(void))
{
        struct rlimit no_core = {0, 0};
        sigset_t none;
        int r;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setrlimit(RLIMIT_CORE, &no_core);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        signal(SIGALRM, SIG_DFL);
        signal(SIGSYS, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        alarm(PROBE_SECONDS);
        r = probe();
        _exit(r < 0 && r > -255 ? -r : 0);
}

int doctor_probe(int (*probe)(void))
{
        int status;
        pid_t pid = fork();

        if (pid < 0)
                return -errno;
        if (pid == 0)
                probe_child(probe);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        if (WIFEXITED(status))
                return -WEXITSTATUS(status);
        if (WTERMSIG(status) == SIGALRM)
                return -ETIMEDOUT;
        return WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGKILL ? -ENOSYS : -EFAULT;
}

static void append_member(Text *text, const char *name, const char *value)
{
        text_append_json(text, name, strlen(name));
        text_append(text, ": ");
        text_append_json(text, value, strlen(value));
}

static void append_json_line(Text *text, const DoctorCheck *check)
{
        text_append_char(text, '{');
        append_member(text, "name", check->name);
        text_append(text, ", ");
        append_member(text, "state", doctor_state_name(check->state));
        text_append(text, ", ");
        append_member(text, "wall", check->wall);
        text_append(text, ", ");
        append_member(text, "detail", check->detail);
        text_append(text, "}\n");
}

int doctor_print(bool json, DoctorCollector more)
{
        _cleanup_doctor_report_ DoctorReport report = DOCTOR_REPORT_INIT;
        _cleanup_text_ Text text = TEXT_INIT;
        int r = doctor_collect(&report);

        if (r >= 0 && more)
                r = more(&report);
        if (r < 0)
                return r;
        for (size_t i = 0; i < report.count; i++) {
                const DoctorCheck *check = &report.checks[i];

                if (json)
                        append_json_line(&text, check);
                else
                        text_append_format(&text, "%-28s %-8s %-26s %s\n", check->name,
                                           doctor_state_name(check->state), check->wall,
                                           check->detail);
        }
        if (text_error(&text) < 0)
                return text_error(&text);
        if (fputs(text_get(&text), stdout) < 0 || fflush(stdout) < 0)
                return -errno;
        return doctor_report_is_bad(&report);
}
