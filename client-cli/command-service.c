/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jailctl service: what ExecStart= of a unit runs. This process becomes the program itself, under
 * its own number and in its own jail, so that systemd has the real main process: its exit status,
 * its notifications and its watchdog are the program's. A child of root's speaks with the daemon
 * for it, and leaves once the program runs.
 */
#include "client-cli/command.h"

#include <getopt.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/service-file.h"
#include "client-cli/verdict.h"

/* How long systemd may take to read what it was told. */
#define NOTIFY_USEC (5u * 1000u * 1000u)

typedef struct Service {
        Session *session;
        JailOptions options;
        const char *config; /* --config; NULL when the command line says it all */
        const char *as;     /* --as, or the file's user and group; NULL to stay */
        bool check;         /* only look at the file */
        const char *stop;   /* the main process of a service that is to end; NULL */
        char *account;      /* owned: "user:group" of the file */
        ServiceFile file;
        char *const *argv;
} Service;

/* Both ends of what binds this process, which is the stub, to the child that speaks for it. */
typedef struct Wiring {
        ProgramStub stub;   /* the speaker's ends */
        int socket, status; /* the stub's */
        int changed[2];     /* the stub's uid comes through once it is who it shall be */
} Wiring;

static void service_release(Service *service)
{
        jail_options_release(&service->options);
        service_file_release(&service->file);
        free(service->account);
}

/* ---- the command line ---- */

enum { OPTION_CONFIG = OPTION_OWN, OPTION_AS, OPTION_CHECK, OPTION_STOP };

static int take_option(void *userdata, int option)
{
        Service *service = userdata;

        switch (option) {
        case OPTION_CONFIG:
                service->config = optarg;
                return 0;
        case OPTION_AS:
                service->as = optarg;
                return 0;
        case OPTION_CHECK:
                service->check = true;
                return 0;
        case OPTION_STOP:
                service->stop = optarg;
                return 0;
        default:
                return jail_options_take(&service->options, service->session, option, optarg);
        }
}

static bool read_command_line(Service *service, int argc, char **argv, int *ret_status)
{
        static const struct option options[] = {
                JAIL_OPTION_NAMES,
                {"config", required_argument, NULL, OPTION_CONFIG},
                {"as", required_argument, NULL, OPTION_AS},
                {"check", no_argument, NULL, OPTION_CHECK},
                {"stop", required_argument, NULL, OPTION_STOP},
                {0},
        };
        OptionReader reader = {.session = service->session,
                               .argc = argc,
                               .argv = argv,
                               .options = options,
                               .stop_at_operand = true};

        if (!option_read(&reader, take_option, service, ret_status))
                return false;
        service->argv = argv + optind;
        if (!service->config && !service->stop)
                return option_count_operands(service->session, argc, 1, INT32_MAX, ret_status);
        return option_count_operands(service->session, argc, 0, 0, ret_status);
}

static int load_file(Service *service)
{
        ServiceFile *file = &service->file;
        int r = service_file_read(service->session, service->config, file);

        if (r < 0)
                return r;
        service->argv = file->argv;
        service->options.rules = file->rules;
        service->options.default_action = file->default_action;
        service->options.timeout = file->timeout;
        service->options.log_path = file->log;
        if (!file->user)
                return 0;
        service->account = string_format("%s:%s", file->user, file->group ? file->group : "");
        service->as = service->account;
        return service->account ? 0 : -ENOMEM;
}

/* ---- who the program shall be ---- */

static const struct passwd *find_user(const char *name)
{
        const struct passwd *user = getpwnam(name);
        uint64_t number;

        if (!user && number_parse_unsigned(name, &number) == 0)
                user = getpwuid((uid_t) number);
        return user;
}

static int find_group(const char *name, gid_t *ret)
{
        const struct group *group = getgrnam(name);
        uint64_t number;

        if (group)
                *ret = group->gr_gid;
        else if (number_parse_unsigned(name, &number) == 0 && number < UINT32_MAX)
                *ret = (gid_t) number;
        else
                return -ESRCH;
        return 0;
}

static int report_account(Service *service, const char *why)
{
        return report_error(service->session, SJ_ERROR_START_FAILED,
                            _("cannot become %s: %s; a unit's ExecStart= begins with '!' where "
                              "User= is set"),
                            service->as, why);
}

static int change_user(Service *service, const struct passwd *user, gid_t group)
{
        if (user->pw_uid == getuid() && group == getgid())
                return 0;
        if (initgroups(user->pw_name, group) < 0 || setgid(group) < 0 || setuid(user->pw_uid) < 0)
                return report_account(service, strerror(errno));
        setenv("HOME", user->pw_dir, 1);
        setenv("SHELL", user->pw_shell, 1);
        setenv("USER", user->pw_name, 1);
        setenv("LOGNAME", user->pw_name, 1);
        return 0;
}

static int become_account(Service *service)
{
        _cleanup_free_ char *name = NULL;
        const struct passwd *user;
        char *colon;
        gid_t group;

        if (!service->as)
                return 0;
        name = strdup(service->as);
        if (!name)
                return -ENOMEM;
        colon = strchr(name, ':');
        if (colon)
                *colon = '\0';
        user = find_user(name);
        if (!user)
                return report_account(service, _("there is no such user"));
        group = user->pw_gid;
        if (colon && colon[1] && find_group(colon + 1, &group) < 0)
                return report_account(service, _("there is no such group"));
        return change_user(service, user, group);
}

static void set_environment(const Service *service)
{
        char number[24];

        for (char **variable = service->file.environment; variable && *variable; variable++)
                putenv(*variable);
        if (service->file.watchdog_usec == 0)
                return;
        snprintf(number, sizeof(number), "%" PRIu64, service->file.watchdog_usec);
        setenv("WATCHDOG_USEC", number, 1);
        snprintf(number, sizeof(number), "%d", getpid());
        setenv("WATCHDOG_PID", number, 1);
}

/* ---- the child that speaks for it ---- */

/* It waits for systemd to have read it: a process that is gone belongs to no unit. */
static void tell_systemd(const Service *service, uint64_t jail)
{
        _cleanup_text_ Text text = TEXT_INIT;

        text_append_format(&text, "STATUS=jail %" PRIu64 "%s%s", jail,
                           service->options.name ? ", rules " : "",
                           service->options.name ? service->options.name : "");
        if (service->file.watchdog_usec > 0)
                text_append_format(&text, "\nWATCHDOG_USEC=%" PRIu64, service->file.watchdog_usec);
        if (service->config && !service->file.notify)
                text_append(&text, "\nREADY=1");
        if (sd_notify(0, text_get(&text)) > 0)
                sd_notify_barrier(0, NOTIFY_USEC);
}

static int start(Service *service, Wiring *wiring)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        Session *session = service->session;
        uint64_t jail = 0;
        uid_t uid;
        int r, started;

        if (read(wiring->changed[0], &uid, sizeof(uid)) != sizeof(uid))
                return -ECANCELED; /* it has said why */
        if (session_open(session) < 0 || jail_options_load(&service->options, session) < 0)
                return -EINVAL;
        r = jail_options_trace(&service->options, session, service->argv, &wiring->stub,
                               uid != getuid(), &error, &jail);
        if (r < 0 && !sd_bus_error_has_name(&error, SJ_ERROR_START_FAILED))
                return report_bus_error(session, service->argv[0], r, &error);
        started = program_stub_wait(&wiring->stub);
        if (started < 0 && started != -ECANCELED)
                return report_error(session, SJ_ERROR_START_FAILED,
                                    _("%s: it cannot be executed: %s"), service->argv[0],
                                    strerror(-started));
        if (r < 0 || started < 0)
                return report_bus_error(session, service->argv[0], r < 0 ? r : started, &error);
        tell_systemd(service, jail);
        return 0;
}

/* ---- becoming it ---- */

static int wire(Wiring *wiring)
{
        int pair[2], r;

        *wiring = (Wiring){.stub = PROGRAM_STUB_INIT};
        wiring->stub.pid = getpid();
        wiring->stub.pidfd = pidfd_open(getpid(), 0);
        if (wiring->stub.pidfd < 0 ||
            socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        wiring->stub.socket = pair[0];
        wiring->socket = pair[1];
        r = program_status_open(&wiring->changed[0], &wiring->changed[1]);
        return r < 0 ? r : program_status_open(&wiring->stub.exec_status, &wiring->status);
}

/* Twice forked: the program never sees a child that it did not make. 1 in the speaker, 0 here. */
static int fork_speaker(Wiring *wiring)
{
        pid_t pid = fork();

        if (pid < 0)
                return -errno;
        if (pid > 0) {
                while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                        ;
                program_stub_release(&wiring->stub);
                wiring->changed[0] = close_fd(wiring->changed[0]);
                return 0;
        }
        pid = fork();
        if (pid != 0)
                _exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        wiring->socket = close_fd(wiring->socket);
        wiring->status = close_fd(wiring->status);
        wiring->changed[1] = close_fd(wiring->changed[1]);
        return 1;
}

static int become(Service *service, Wiring *wiring)
{
        ProgramStart how = {.argv = (const char *const *) service->argv,
                            .directory = service->file.directory,
                            .terminal = -1};
        uid_t uid;

        if (become_account(service) < 0)
                return EXIT_RUN_FAILED;
        set_environment(service);
        uid = getuid();
        if (send(wiring->changed[1], &uid, sizeof(uid), MSG_NOSIGNAL) != sizeof(uid))
                return EXIT_RUN_FAILED;
        wiring->changed[1] = close_fd(wiring->changed[1]);
        program_stub_become(&how, wiring->socket, wiring->status);
}

static int run(Service *service)
{
        Wiring wiring;
        int r = wire(&wiring);

        if (r >= 0)
                r = fork_speaker(&wiring);
        if (r == 0)
                return become(service, &wiring);
        if (r == 1)
                return start(service, &wiring) < 0 ? EXIT_RUN_FAILED : EXIT_SUCCESS;
        report_error(service->session, SJ_ERROR_FAILED, _("%s: it cannot be started: %s"),
                     service->argv[0], strerror(-r));
        return EXIT_RUN_FAILED;
}

/* The description, and the rules that it names. */
static int check(Service *service)
{
        service->options.log_path = NULL;
        if (session_open(service->session) < 0 ||
            jail_options_load(&service->options, service->session) < 0)
                return EXIT_FAILURE;
        printf(_("%s: no mistakes\n"), service->config);
        return EXIT_SUCCESS;
}

/* ---- its end ---- */

/* The signal waits behind the held call and is what the program sees when that ends. */
static bool end_process(pid_t pid, void *userdata)
{
        (void) userdata;
        return kill(pid, SIGTERM) == 0;
}

/* What systemd does next, SIGTERM for the unit's processes, does not reach one whose call is held.
 */
static int stop(Session *session, const char *word)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *jail;
        pid_t pid;

        if (session_pid(session, word, &pid) < 0 ||
            session_ask_value(session, word, "ListJails", &jails, "a{sv}", 1, "all", "b", 1) < 0)
                return EXIT_FAILURE;
        cJSON_ArrayForEach(jail, jails)
        {
                if (string_equal(json_string(jail, "state"), "ended") ||
                    json_signed(jail, "pid") != pid)
                        continue;
                if (verdict_interrupt(session, json_unsigned(jail, "id"), end_process, NULL) < 0)
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}

int command_service(Session *session, int argc, char **argv)
{
        _cleanup_(service_release)
                Service service = {.session = session, .options = JAIL_OPTIONS_INIT};
        int status;

        if (!read_command_line(&service, argc, argv, &status))
                return status;
        if (session->host)
                return report_usage(session, _("a service runs on the machine of its systemd"));
        if (service.config && load_file(&service) < 0)
                return EXIT_FAILURE;
        if (service.check)
                return service.config ? check(&service)
                                      : report_usage(session, _("--check needs --config"));
        /* A daemon of the caller's own would be part of the service that it watches. */
        if (session->mode == JAIL_CLIENT_AUTO)
                session->mode = JAIL_CLIENT_SYSTEM;
        return service.stop ? stop(session, service.stop) : run(&service);
}
