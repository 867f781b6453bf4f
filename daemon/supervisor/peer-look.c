/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/peer-look.h"

#include <string.h>

#include "dbus/bus-names.h"
#include "hook/landing-page.h"
#include "supervisor/answer-result.h"
#include "supervisor/broker-peer.h"
#include "supervisor/peer-messages.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"

/* Bytes of one ReadMemory; and how long it may take (userfaultfd, a dead FUSE server). */
#define READ_BYTES_MAX    (1024u * 1024u)
#define ACCESS_LIMIT_USEC 500000

/* How much is looked at for the end of a string. */
#define STRING_BYTES 4096u

#define READ_BYTES 256u

/* Frames of a stack. */
#define STACK_FRAMES_MAX 64

typedef struct MemoryRequest {
        uint64_t id; /* with argument; 0 for none */
        uint32_t argument;
        int32_t pid; /* with address */
        uint64_t address;
        uint64_t length;
        int string; /* up to the NUL */
} MemoryRequest;

static int read_request_key(sd_bus_message *message, const char *key, MemoryRequest *request)
{
        static const struct {
                const char *key, *type;
                size_t offset;
        } fields[] = {
                {"id", "t", offsetof(MemoryRequest, id)},
                {"argument", "u", offsetof(MemoryRequest, argument)},
                {"pid", "i", offsetof(MemoryRequest, pid)},
                {"address", "t", offsetof(MemoryRequest, address)},
                {"length", "t", offsetof(MemoryRequest, length)},
                {"string", "b", offsetof(MemoryRequest, string)},
        };

        for (size_t i = 0; i < ELEMENTS_OF(fields); i++)
                if (string_equal(key, fields[i].key))
                        return sd_bus_message_read(message, "v", fields[i].type,
                                                   (char *) request + fields[i].offset);
        return sd_bus_message_skip(message, "v");
}

static int read_request(sd_bus_message *message, MemoryRequest *ret)
{
        const char *key;
        int r = sd_bus_message_skip(message, "u"); /* the uid that asks */

        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0)
                        r = read_request_key(message, key, ret);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* Whose memory, and where. */
static int find_place(Supervisor *supervisor, MemoryRequest *request, Tracee **ret,
                      sd_bus_error *error)
{
        if (request->id) {
                PendingCall *pending = pending_calls_find(supervisor, request->id);

                if (!pending)
                        return sd_bus_error_set(error, SJ_ERROR_NO_SUCH_CALL,
                                                "that call is not held any more");
                if (request->argument >= SYSCALL_ARGUMENTS_MAX)
                        return sd_bus_error_setf(error, SJ_ERROR_INVALID_ARGUMENT,
                                                 "a call has arguments 0 to 5, not %u",
                                                 request->argument);
                request->address = pending->call->decoded.registers.arguments[request->argument];
                *ret = pending->tracee;
                return 0;
        }
        *ret = tracee_table_get(&supervisor->tracees, request->pid);
        if (!*ret)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_PROCESS,
                                         "process %d is not in this jail", request->pid);
        return 0;
}

static const char *why_not(int r)
{
        switch (r) {
        case -ETIMEDOUT:
                return "the page does not arrive";
        case -EBUSY:
                return "too many pages are waited for already";
        case -EFAULT:
                return "nothing is mapped there, or it is protected";
        default:
                return strerror(-r);
        }
}

/* The argument of a held call lies in the landing page, where nobody can write. */
static bool is_copy(const Tracee *tracee, const MemoryRequest *request)
{
        uint64_t landing = tracee->process->landing;

        return request->id && landing && request->address >= landing &&
               request->address < landing + LANDING_BYTES;
}

int peer_read_memory(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        MemoryRequest request = {0};
        _cleanup_free_ unsigned char *bytes = NULL;
        sd_bus_message *reply = NULL;
        TraceeView view;
        Tracee *tracee;
        ssize_t n;
        int r = read_request(message, &request);

        if (r >= 0)
                r = find_place(peer->supervisor, &request, &tracee, error);
        if (r < 0)
                return r;
        if (request.length == 0)
                request.length = request.string ? STRING_BYTES : READ_BYTES;
        if (request.length > READ_BYTES_MAX)
                return sd_bus_error_setf(error, SJ_ERROR_LIMIT,
                                         "at most %u bytes at a time, not %llu", READ_BYTES_MAX,
                                         (unsigned long long) request.length);
        bytes = malloc(request.length + 1);
        if (!bytes)
                return -ENOMEM;
        view = tracee_view(tracee);
        n = tracee_read_memory_bounded(&view, request.address, bytes, request.length,
                                       ACCESS_LIMIT_USEC);
        if (n < 0)
                return sd_bus_error_setf(error, SJ_ERROR_UNREADABLE,
                                         "memory at 0x%llx of process %d cannot be read: %s",
                                         (unsigned long long) request.address, tracee_pid(tracee),
                                         why_not((int) n));
        if (request.string && memchr(bytes, 0, (size_t) n))
                n = (unsigned char *) memchr(bytes, 0, (size_t) n) - bytes;
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_append_array(reply, 'y', bytes, (size_t) n);
        if (r >= 0)
                r = sd_bus_message_append(reply, "a{sv}", 2, "address", "t", request.address,
                                          "length", "t", (uint64_t) n);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 1;
}

int peer_write_memory(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        MemoryRequest request = {0};
        const void *bytes;
        TraceeView view;
        Tracee *tracee;
        size_t size;
        int r = read_request(message, &request);

        if (r >= 0)
                r = sd_bus_message_read_array(message, 'y', &bytes, &size);
        if (r >= 0)
                r = find_place(peer->supervisor, &request, &tracee, error);
        if (r < 0)
                return r;
        if (is_copy(tracee, &request))
                return sd_bus_error_setf(error, SJ_ERROR_INVALID_ARGUMENT,
                                         "argument %u is a sealed copy that the kernel will read; "
                                         "change it with the answer (decide --write or --arg)",
                                         request.argument);
        view = tracee_view(tracee);
        r = tracee_write_memory_bounded(&view, request.address, bytes, size, ACCESS_LIMIT_USEC);
        if (r < 0)
                return sd_bus_error_setf(error, SJ_ERROR_UNREADABLE,
                                         "%zu bytes at 0x%llx of process %d cannot be written: %s",
                                         size, (unsigned long long) request.address,
                                         tracee_pid(tracee), why_not(r));
        return sd_bus_reply_method_return(message, "t", (uint64_t) size);
}

/* ---- Inspect ---- */

static int add_list(sd_bus_message *reply, const char *key, int (*list)(pid_t pid, char ***ret),
                    pid_t pid)
{
        char **lines = NULL;
        int r = list(pid, &lines);

        if (r < 0)
                return 0;
        r = message_add_strings(reply, key, lines);
        strv_free(lines);
        return r;
}

static int add_link(sd_bus_message *reply, const char *key, int (*read_link)(pid_t pid, char **ret),
                    pid_t pid)
{
        _cleanup_free_ char *name = NULL;
        _cleanup_text_ Text text = TEXT_INIT;

        if (read_link(pid, &name) < 0)
                return 0;
        text_append_escaped(&text, name, strlen(name));
        return message_add_string(reply, key, text_get(&text));
}

static bool is_stopped(const Tracee *tracee)
{
        return (tracee->state == TRACEE_HELD || tracee->state == TRACEE_DELAYED) &&
               !tracee->injection;
}

static int add_registers(sd_bus_message *reply, const Tracee *tracee)
{
        Registers registers;
        const char *name;
        uint64_t value;
        int r;

        if (!is_stopped(tracee) || tracee_get_registers(tracee_tid(tracee), &registers) < 0)
                return 0;
        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "registers");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "a{st}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{st}");
        for (unsigned i = 0; r >= 0 && (name = registers_name(&registers, i, &value)); i++)
                r = sd_bus_message_append(reply, "{st}", name, value);
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(reply);
        return r;
}

typedef struct StackLook {
        pid_t tid;
        bool memory_waits;
        char **lines;
        int r;
} StackLook;

static void look_at_stack(void *argument)
{
        StackLook *look = argument;

        look->r = process_stack(look->tid, look->memory_waits, STACK_FRAMES_MAX, &look->lines);
}

static int add_stack(sd_bus_message *reply, const Tracee *tracee)
{
        StackLook look = {.tid = tracee_tid(tracee), .memory_waits = tracee->process->memory_waits};
        int r;

        if (!is_stopped(tracee))
                return 0;
        tracer_run(tracee->tracer, look_at_stack, &look); /* the unwinder asks ptrace(2) itself */
        if (look.r < 0)
                return 0;
        r = message_add_strings(reply, "stack", look.lines);
        strv_free(look.lines);
        return r;
}

/* "3: /etc/passwd" as the pair that it is. */
static int append_descriptor(sd_bus_message *reply, char *line)
{
        char *target = strstr(line, ": ");

        if (!target)
                return 0;
        *target = '\0';
        return sd_bus_message_append(reply, "{ss}", line, target + strlen(": "));
}

static int add_descriptors(sd_bus_message *reply, pid_t pid)
{
        char **lines = NULL;
        int r;

        if (process_descriptors(pid, &lines) < 0)
                return 0;
        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "descriptors");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "a{ss}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{ss}");
        for (size_t i = 0; r >= 0 && lines[i]; i++)
                r = append_descriptor(reply, lines[i]);
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(reply);
        strv_free(lines);
        return r;
}

/* What Inspect is asked for, as bits. */
enum {
        LOOK_REGISTERS = 1 << 0,
        LOOK_STACK = 1 << 1,
        LOOK_MAPS = 1 << 2,
        LOOK_DESCRIPTORS = 1 << 3,
        LOOK_SIGNALS = 1 << 4,
        LOOK_ALL = (1 << 5) - 1,
};

static int read_what(sd_bus_message *message, unsigned *ret, sd_bus_error *error)
{
        static const char *const names[] = {"registers", "stack", "maps", "descriptors", "signals"};
        const char *name;
        int r = sd_bus_message_enter_container(message, 'v', "as");

        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "s");
        *ret = 0;
        while (r >= 0 && (r = sd_bus_message_read_basic(message, 's', &name)) > 0) {
                size_t i = 0;

                while (i < ELEMENTS_OF(names) && !string_equal(name, names[i]))
                        i++;
                if (i == ELEMENTS_OF(names))
                        return sd_bus_error_setf(error, SJ_ERROR_INVALID_ARGUMENT,
                                                 "what '%s': there are registers, stack, maps, "
                                                 "descriptors and signals",
                                                 name);
                *ret |= 1u << i;
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_look(sd_bus_message *message, unsigned *ret, sd_bus_error *error)
{
        const char *key;
        int r = sd_bus_message_enter_container(message, 'a', "{sv}");

        *ret = LOOK_ALL;
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(message, 's', &key);
                if (r >= 0)
                        r = string_equal(key, "what") ? read_what(message, ret, error)
                                                      : sd_bus_message_skip(message, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int add_facts(sd_bus_message *reply, const Tracee *tracee, unsigned what)
{
        pid_t pid = tracee_pid(tracee);
        int r = add_link(reply, "exe", process_exe, pid);

        if (r >= 0)
                r = add_link(reply, "cwd", process_cwd, pid);
        if (r >= 0)
                r = add_list(reply, "args", process_command_line, pid);
        if (r >= 0 && what & LOOK_MAPS)
                r = add_list(reply, "maps", process_maps, pid);
        if (r >= 0 && what & LOOK_DESCRIPTORS)
                r = add_descriptors(reply, pid);
        if (r >= 0 && what & LOOK_SIGNALS)
                r = message_add_waiting_signals(reply, tracee_tid(tracee));
        if (r >= 0 && what & LOOK_REGISTERS)
                r = add_registers(reply, tracee);
        return r < 0 || !(what & LOOK_STACK) ? r : add_stack(reply, tracee);
}

int peer_inspect(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        sd_bus_message *reply = NULL;
        unsigned what;
        Tracee *tracee;
        uint32_t uid;
        int32_t tid;
        int r = sd_bus_message_read(message, "ui", &uid, &tid);

        if (r >= 0)
                r = read_look(message, &what, error);
        if (r < 0)
                return r;
        tracee = tracee_table_get(&peer->supervisor->tracees, tid);
        if (!tracee)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_PROCESS,
                                         "process %d is not in this jail", tid);
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = add_facts(reply, tracee, what);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 1;
}
