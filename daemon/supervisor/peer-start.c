/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start: the options of Trace become a jail. */
#include <fcntl.h>
#include <string.h>

#include "dbus/bus-names.h"
#include "supervisor/broker-peer.h"
#include "supervisor/launchers.h"
#include "supervisor/process-facts.h"

/* Strings and descriptors are borrowed from the message. */
typedef struct StartOptions {
        uint64_t jail;
        int32_t pid;
        int attach;
        int stub_pidfd, stub_socket, log_ring, log, launcher;
        const char *rules, *rules_name, *default_action, *mode;
        char **argv, **overrides, **scripts; /* owned */
} StartOptions;

static void start_options_release(StartOptions *options)
{
        free(options->argv);
        free(options->overrides);
        free(options->scripts);
}

/* A list of borrowed strings. */
static int read_strings(sd_bus_message *message, char ***ret)
{
        _cleanup_free_ char **list = NULL;
        size_t count = 0;
        const char *string;
        int r = sd_bus_message_enter_container(message, 'a', "s");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_read_basic(message, 's', &string)) > 0) {
                char **more = reallocarray(list, count + 2, sizeof(*list));

                if (!more)
                        return -ENOMEM;
                list = more;
                list[count++] = (char *) string;
                list[count] = NULL;
        }
        if (r < 0)
                return r;
        free(*ret);
        *ret = TAKE_PTR(list);
        return sd_bus_message_exit_container(message);
}

typedef struct OptionField {
        const char *key;
        const char *type; /* of the variant */
        size_t offset;    /* in StartOptions */
} OptionField;

static int read_option(sd_bus_message *message, const char *key, StartOptions *options)
{
        static const OptionField fields[] = {
                {"jail", "t", offsetof(StartOptions, jail)},
                {"pid", "i", offsetof(StartOptions, pid)},
                {"attach", "b", offsetof(StartOptions, attach)},
                {"stub-pidfd", "h", offsetof(StartOptions, stub_pidfd)},
                {"stub-socket", "h", offsetof(StartOptions, stub_socket)},
                {"log-ring", "h", offsetof(StartOptions, log_ring)},
                {"log", "h", offsetof(StartOptions, log)},
                {"launcher", "h", offsetof(StartOptions, launcher)},
                {"rules", "s", offsetof(StartOptions, rules)},
                {"rules-name", "s", offsetof(StartOptions, rules_name)},
                {"default", "s", offsetof(StartOptions, default_action)},
                {"mode", "s", offsetof(StartOptions, mode)},
                {"argv", "as", offsetof(StartOptions, argv)},
                {"rule", "as", offsetof(StartOptions, overrides)},
                {"scripts", "as", offsetof(StartOptions, scripts)},
        };
        int r;

        for (size_t i = 0; i < ELEMENTS_OF(fields); i++) {
                void *field = (char *) options + fields[i].offset;

                if (!string_equal(key, fields[i].key))
                        continue;
                r = sd_bus_message_enter_container(message, 'v', fields[i].type);
                if (r < 0)
                        return r;
                if (fields[i].type[0] == 'a')
                        r = read_strings(message, field);
                else
                        r = sd_bus_message_read_basic(message, fields[i].type[0], field);
                return r < 0 ? r : sd_bus_message_exit_container(message);
        }
        return sd_bus_message_skip(message, "v"); /* a reader ignores keys that it does not know */
}

static int read_options(sd_bus_message *message, StartOptions *ret)
{
        const char *key;
        int r = sd_bus_message_enter_container(message, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0)
                        r = read_option(message, key, ret);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static char **copy_strings(char *const *list)
{
        size_t count = 0;
        char **copy;

        while (list && list[count])
                count++;
        copy = calloc(count + 1, sizeof(*copy));
        for (size_t i = 0; copy && i < count; i++)
                copy[i] = strdup(list[i]);
        return copy;
}

static int open_log(Supervisor *supervisor, const StartOptions *options, Problem *problem)
{
        int r;

        if (options->log_ring < 0)
                return problem_set(problem, -EINVAL, "Start without a log ring");
        r = log_ring_open(options->log_ring, &supervisor->log.ring);
        if (r < 0)
                return problem_set(problem, r, "the log ring cannot be used: %s", strerror(-r));
        supervisor->log.jail = options->jail;
        if (options->log >= 0) {
                supervisor->log_file = fcntl(options->log, F_DUPFD_CLOEXEC, 3);
                if (supervisor->log_file < 0)
                        return problem_set(problem, -errno, "the log file cannot be kept open");
        }
        return 0;
}

static int take_launcher(Supervisor *supervisor, int launcher, char *const *scripts)
{
        int fd = fcntl(launcher, F_DUPFD_CLOEXEC, 3);

        return fd < 0 ? -errno : launchers_add(supervisor, fd, copy_strings(scripts));
}

int peer_add_launcher(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        _cleanup_free_ char **scripts = NULL;
        uint32_t uid;
        int launcher, r = sd_bus_message_read_basic(message, 'u', &uid);

        if (r >= 0)
                r = read_strings(message, &scripts);
        if (r >= 0)
                r = sd_bus_message_read_basic(message, 'h', &launcher);
        if (r < 0)
                return r;
        r = take_launcher(peer->supervisor, launcher, scripts);
        if (r < 0)
                return peer_error(
                        error, r,
                        &(Problem){.error = r,
                                   .text = (char *) "the jail has as many launchers of scripts as "
                                                    "it may; take rules with scripts away"});
        return sd_bus_reply_method_return(message, "");
}

static int start_jail(Supervisor *supervisor, uid_t uid, const StartOptions *options,
                      Problem *problem)
{
        const JailOptions rules = {
                .attaches = options->attach,
                .rules = options->rules,
                .default_action = options->default_action,
                .overrides = (const char *const *) options->overrides,
        };
        int r = open_log(supervisor, options, problem);

        if (r < 0)
                return r;
        supervisor->jail = options->jail;
        supervisor->uid = uid;
        supervisor->argv = copy_strings(options->argv);
        if (options->attach)
                (void) process_exe(options->pid, &supervisor->program);
        else if (options->argv && options->argv[0])
                supervisor->program = strdup(options->argv[0]);
        if (!supervisor->program)
                supervisor->program = strdup("?");
        supervisor->rules_name =
                strdup(options->rules_name ? options->rules_name : "ask-before-write");
        supervisor->mode = strdup(options->mode ? options->mode : "user");
        if (!supervisor->argv || !supervisor->program || !supervisor->rules_name ||
            !supervisor->mode)
                return -ENOMEM;
        r = supervisor_prepare(supervisor, &rules, problem);
        if (r == 0 && options->launcher >= 0)
                r = take_launcher(supervisor, options->launcher, options->scripts);
        if (r < 0)
                return r;
        if (options->attach && options->stub_pidfd >= 0 && options->pid > 0)
                return supervisor_attach(supervisor, options->pid, options->stub_pidfd, problem);
        if (options->stub_pidfd < 0 || options->stub_socket < 0 || options->pid <= 0)
                return problem_set(problem, -EINVAL, "Start without a waiting stub");
        return supervisor_start(supervisor, options->pid, options->stub_pidfd, options->stub_socket,
                                problem);
}

int peer_start(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        _cleanup_(start_options_release) StartOptions options = {
                .stub_pidfd = -1, .stub_socket = -1, .log_ring = -1, .log = -1, .launcher = -1};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        BrokerPeer *peer = userdata;
        uint32_t uid;
        int r;

        if (peer->start || peer->supervisor->state != JAIL_STARTING ||
            peer->supervisor->program_pid)
                return sd_bus_error_set(error, SJ_ERROR_FAILED,
                                        "this supervisor has its jail already");
        r = sd_bus_message_read_basic(message, 'u', &uid);
        if (r >= 0)
                r = read_options(message, &options);
        if (r < 0)
                return r;
        r = start_jail(peer->supervisor, uid, &options, &problem);
        if (r < 0) {
                peer->failed = true;
                if (r == -EINVAL || r == -EFBIG)
                        return sd_bus_error_set(error, SJ_ERROR_INVALID_RULES,
                                                problem_text(&problem));
                problem_set(&problem, r, "the jail could not be started: %s", strerror(-r));
                return sd_bus_error_set(error, SJ_ERROR_START_FAILED, problem_text(&problem));
        }
        peer->start = sd_bus_message_ref(message);
        return 1; /* answered when the program runs */
}
