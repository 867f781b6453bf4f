/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/process-facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/number.h"
#include "supervisor/describe-fd.h"
#include "supervisor/errand.h"

#define STATUS_BYTES       4096u
#define COMMAND_LINE_BYTES (2u * 1024 * 1024)  /* of a command line, what is more is cut off */
#define COMMAND_LINE_USEC  200000u             /* … and is waited for so long */
#define COMMAND_LINES_MAX  4u                  /* that are waited for, dead ones included */
#define MAPS_BYTES         (16u * 1024 * 1024) /* of a memory map */
#define DESCRIPTORS_MAX    65536u              /* of a list for a person */

char **strv_free(char **strv)
{
        for (char **item = strv; item && *item; item++)
                free(*item);
        free(strv);
        return NULL;
}

DEFINE_CLEANUP(char **, strv_free)

/* A growing NULL-ended vector of owned strings. */
typedef struct StringVector {
        char **items;
        size_t count;
        size_t room;
} StringVector;

static void string_vector_release(StringVector *vector)
{
        strv_free(vector->items);
}

/* Takes `item`, also when it fails. -ENOMEM when there is no room or `item` is NULL. */
static int string_vector_add(StringVector *vector, char *item)
{
        if (!item)
                return -ENOMEM;
        if (vector->count + 1 >= vector->room) {
                size_t room = vector->room ? vector->room * 2 : 16;
                char **items = reallocarray(vector->items, room, sizeof(*items));

                if (!items) {
                        free(item);
                        return -ENOMEM;
                }
                vector->items = items;
                vector->room = room;
        }
        vector->items[vector->count++] = item;
        vector->items[vector->count] = NULL;
        return 0;
}

/* The vector's strings; an empty vector becomes an empty list. */
static int string_vector_take(StringVector *vector, char ***ret)
{
        if (!vector->items)
                vector->items = calloc(1, sizeof(*vector->items));
        if (!vector->items)
                return -ENOMEM;
        *ret = TAKE_PTR(vector->items);
        return 0;
}

/* A process that ends while it is read answers ESRCH or, once it is reaped, ENOENT. */
static int proc_error(int error)
{
        return error == ENOENT ? -ESRCH : -error;
}

static int open_proc(pid_t pid, const char *file)
{
        char name[64];
        int fd;

        snprintf(name, sizeof(name), "/proc/%d/%s", pid, file);
        fd = open(name, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? proc_error(errno) : fd;
}

/* Reads /proc/PID/FILE to its end, at most `max` bytes. */
static int read_proc(pid_t pid, const char *file, size_t max, Text *text)
{
        _cleanup_close_ int fd = open_proc(pid, file);

        if (fd < 0)
                return fd;
        while (text->length < max) {
                int r = text_reserve(text, STATUS_BYTES);
                ssize_t n;

                if (r < 0)
                        return r;
                n = read(fd, text->data + text->length, text->capacity - text->length - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return proc_error(errno);
                if (n == 0)
                        return 0;
                text->length += (size_t) n;
                text->data[text->length] = '\0';
        }
        return 0;
}

/* /proc/PID/status in one read; a process in very many groups needs more. */
static int read_status(pid_t pid, Text *text)
{
        _cleanup_close_ int fd = open_proc(pid, "status");
        ssize_t n;
        int r;

        if (fd < 0)
                return fd;
        r = text_reserve(text, STATUS_BYTES);
        if (r < 0)
                return r;
        n = read(fd, text->data, text->capacity - 1);
        if (n < 0)
                return proc_error(errno);
        if ((size_t) n == text->capacity - 1)
                return read_proc(pid, "status", SIZE_MAX, text);
        text->length = (size_t) n;
        text->data[n] = '\0';
        return 0;
}

/* The value behind "\nKEY:\t"; -EBADMSG when this kernel has no such line. The program's own name,
 * the one line that it chooses, is escaped by the kernel. */
static int find_value(const Text *status, const char *key, const char **ret)
{
        size_t length = strlen(key);
        const char *line = text_get(status);

        while (line) {
                if (strncmp(line, key, length) == 0 && line[length] == ':') {
                        *ret = line + length + 1;
                        *ret += strspn(*ret, " \t");
                        return 0;
                }
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
        return -EBADMSG;
}

/* The first number behind `key` in /proc/PID/status. */
static int status_number(pid_t pid, const char *key, int base, uint64_t *ret)
{
        _cleanup_text_ Text status = TEXT_INIT;
        const char *value;
        int r = read_status(pid, &status);

        if (r == 0)
                r = find_value(&status, key, &value);
        if (r < 0)
                return r;
        *ret = strtoull(value, NULL, base);
        return 0;
}

/* One that is a pid, a uid or a count. */
static int status_small_number(pid_t pid, const char *key, unsigned *ret)
{
        uint64_t value;
        int r = status_number(pid, key, 10, &value);

        if (r == 0)
                *ret = (unsigned) value;
        return r;
}

static int read_process_link(pid_t pid, const char *link, char **ret)
{
        char name[64], path[PATH_MAX];
        ssize_t n;

        snprintf(name, sizeof(name), "/proc/%d/%s", pid, link);
        n = readlink(name, path, sizeof(path));
        if (n < 0)
                return proc_error(errno);
        if (n == sizeof(path))
                return -ENAMETOOLONG;
        *ret = strndup(path, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

static void closedirp(DIR **directory)
{
        if (*directory)
                closedir(*directory);
}

/* A thread of the process that still has its memory and files: the first one may have ended before
 * the others, and then shows nothing. `pid` itself when there is no other. */
static pid_t live_thread(pid_t pid)
{
        _cleanup_(closedirp) DIR *directory = NULL;
        const struct dirent *entry;
        char name[64];

        snprintf(name, sizeof(name), "/proc/%d/task", pid);
        directory = opendir(name);
        while (directory && (entry = readdir(directory))) {
                pid_t tid = (pid_t) strtol(entry->d_name, NULL, 10);
                char byte;

                snprintf(name, sizeof(name), "/proc/%d/exe", tid);
                if (tid > 0 && readlink(name, &byte, 1) > 0)
                        return tid;
        }
        return pid;
}

static int read_link_of_any(pid_t pid, const char *link, char **ret)
{
        int r = read_process_link(pid, link, ret);
        pid_t other;

        if (r != -ESRCH)
                return r;
        other = live_thread(pid);
        return other == pid ? r : read_process_link(other, link, ret);
}

int process_exe(pid_t pid, char **ret)
{
        return read_link_of_any(pid, "exe", ret);
}

int process_cwd(pid_t pid, char **ret)
{
        return read_link_of_any(pid, "cwd", ret);
}

int process_comm(pid_t tid, char **ret)
{
        _cleanup_close_ int fd = open_proc(tid, "comm");
        char name[80];
        ssize_t n;

        if (fd < 0)
                return fd;
        n = read(fd, name, sizeof(name));
        if (n < 0)
                return proc_error(errno);
        if (n > 0 && name[n - 1] == '\n')
                n--;
        *ret = strndup(name, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

int process_thread_group(pid_t tid, pid_t *ret_pid)
{
        return status_small_number(tid, "Tgid", (unsigned *) ret_pid);
}

int process_state(pid_t tid, char *ret_state)
{
        _cleanup_text_ Text status = TEXT_INIT;
        const char *value;
        int r = read_status(tid, &status);

        if (r == 0)
                r = find_value(&status, "State", &value);
        if (r == 0)
                *ret_state = *value;
        return r;
}

int process_parent(pid_t pid, pid_t *ret_parent)
{
        return status_small_number(pid, "PPid", (unsigned *) ret_parent);
}

int process_tracer(pid_t tid, pid_t *ret_tracer)
{
        return status_small_number(tid, "TracerPid", (unsigned *) ret_tracer);
}

int process_uid(pid_t pid, uid_t *ret_uid)
{
        return status_small_number(pid, "Uid", ret_uid);
}

int process_seccomp_filters(pid_t tid, unsigned *ret_count)
{
        return status_small_number(tid, "Seccomp_filters", ret_count);
}

int process_no_new_privs(pid_t tid, unsigned *ret)
{
        return status_small_number(tid, "NoNewPrivs", ret);
}

/* Real, effective, saved and file system id. */
static bool is_one_id(const char *line, unsigned *ret)
{
        unsigned ids[4];

        if (sscanf(line, "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) != 4)
                return false;
        *ret = ids[0];
        return ids[1] == ids[0] && ids[2] == ids[0] && ids[3] == ids[0];
}

/* The files in /proc of a process that is not dumpable are root's (proc(5)). */
static int is_dumpable(pid_t tid, uid_t uid, bool *ret)
{
        _cleanup_close_ int fd = open_proc(tid, "status");
        struct stat st;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return proc_error(errno);
        *ret = st.st_uid == uid;
        return 0;
}

int process_is_plain(pid_t tid, uid_t uid, bool *ret)
{
        _cleanup_text_ Text status = TEXT_INIT;
        const char *uids, *gids, *permitted, *ambient;
        unsigned own, group;
        bool dumpable;
        int r = is_dumpable(tid, uid, &dumpable);

        if (r == 0)
                r = read_status(tid, &status);
        if (r == 0)
                r = find_value(&status, "Uid", &uids);
        if (r == 0)
                r = find_value(&status, "Gid", &gids);
        if (r == 0)
                r = find_value(&status, "CapPrm", &permitted);
        if (r == 0)
                r = find_value(&status, "CapAmb", &ambient);
        if (r < 0)
                return r;
        /* An ambient capability was handed down by whoever opened the session. */
        *ret = dumpable && is_one_id(uids, &own) && own == uid && is_one_id(gids, &group) &&
               (strtoull(permitted, NULL, 16) & ~strtoull(ambient, NULL, 16)) == 0;
        return 0;
}

int process_waiting_call(pid_t tid, CallRegisters *ret)
{
        _cleanup_text_ Text text = TEXT_INIT;
        unsigned long long arguments[6];
        CallRegisters call = {0};
        int r = read_proc(tid, "syscall", STATUS_BYTES, &text);

        if (r < 0)
                return r;
        /* "running", "-1 SP PC", "NUMBER A0 … A5 SP PC" */
        if (sscanf(text_get(&text), "%d %llx %llx %llx %llx %llx %llx", &call.number, &arguments[0],
                   &arguments[1], &arguments[2], &arguments[3], &arguments[4],
                   &arguments[5]) != 7 ||
            call.number < 0)
                return 0;
        for (unsigned i = 0; i < 6; i++)
                call.arguments[i] = arguments[i];
        *ret = call;
        return 1;
}

int process_pending_signals(pid_t tid, uint64_t *ret_set)
{
        _cleanup_text_ Text status = TEXT_INIT;
        const char *thread, *shared;
        int r = read_status(tid, &status);

        if (r == 0)
                r = find_value(&status, "SigPnd", &thread);
        if (r == 0)
                r = find_value(&status, "ShdPnd", &shared);
        if (r < 0)
                return r;
        *ret_set = strtoull(thread, NULL, 16) | strtoull(shared, NULL, 16);
        return 0;
}

int process_caught_signals(pid_t tid, uint64_t *ret_set)
{
        return status_number(tid, "SigCgt", 16, ret_set);
}

/* Cuts bytes into strings, each ended by `end`; the last may lack it. */
static int split(const char *bytes, size_t size, char end, char ***ret)
{
        _cleanup_(string_vector_release) StringVector vector = {0};

        while (size > 0) {
                const char *stop = memchr(bytes, end, size);
                size_t length = stop ? (size_t) (stop - bytes) : size;
                size_t step = stop ? length + 1 : length;
                int r = string_vector_add(&vector, strndup(bytes, length));

                if (r < 0)
                        return r;
                bytes += step;
                size -= step;
        }
        return string_vector_take(&vector, ret);
}

/* It is memory of the program, which may be a page that another program serves. */
typedef struct CommandLine {
        pid_t pid;
        int r;
        Text text;
} CommandLine;

static void command_line_read(void *data)
{
        CommandLine *line = data;

        line->r = read_proc(line->pid, "cmdline", COMMAND_LINE_BYTES, &line->text);
}

static void command_line_free(void *data)
{
        CommandLine *line = data;

        text_release(&line->text);
        free(line);
}

static ErrandKind command_lines = {
        .run = command_line_read, .release = command_line_free, .limit = COMMAND_LINES_MAX};

int process_command_line(pid_t pid, char ***ret_argv)
{
        CommandLine *line = calloc(1, sizeof(*line));
        Errand *errand;
        int r;

        if (!line)
                return -ENOMEM;
        *line = (CommandLine){.pid = live_thread(pid), .r = -EBUSY, .text = TEXT_INIT};
        r = errand_start(&command_lines, line, -1, &errand);
        if (r < 0) {
                command_line_free(line);
                return r;
        }
        r = errand_wait(errand, COMMAND_LINE_USEC);
        if (r == 0)
                r = line->r;
        if (r == 0)
                r = split(text_get(&line->text), line->text.length, '\0', ret_argv);
        errand_leave(errand);
        return r;
}

int process_maps(pid_t pid, char ***ret_lines)
{
        _cleanup_text_ Text maps = TEXT_INIT;
        int r = read_proc(live_thread(pid), "maps", MAPS_BYTES, &maps);

        if (r < 0)
                return r;
        return split(text_get(&maps), maps.length, '\n', ret_lines);
}

bool process_mapping_is_sealed(pid_t pid, uint64_t start)
{
        _cleanup_(strv_freep) char **lines = NULL;
        _cleanup_text_ Text text = TEXT_INIT;
        bool inside = false;
        int r = read_proc(live_thread(pid), "smaps", MAPS_BYTES, &text);

        if (r == 0)
                r = split(text_get(&text), text.length, '\n', &lines);
        for (char **line = lines; r == 0 && *line; line++) {
                unsigned long long first, behind;

                if (sscanf(*line, "%llx-%llx ", &first, &behind) == 2)
                        inside = first == start;
                else if (inside && string_starts_with(*line, "VmFlags:"))
                        return strstr(*line, " sl") != NULL;
        }
        return false;
}

static int compare_numbers(const void *a, const void *b)
{
        int first = *(const int *) a, second = *(const int *) b;

        return (first > second) - (first < second);
}

/* The numbers of the open descriptors in order. */
static int list_descriptors(pid_t pid, int **ret, size_t *ret_count)
{
        _cleanup_(closedirp) DIR *directory = NULL;
        _cleanup_free_ int *numbers = NULL;
        size_t count = 0, room = 0;
        const struct dirent *entry;
        char name[32];

        snprintf(name, sizeof(name), "/proc/%d/fd", pid);
        directory = opendir(name);
        if (!directory)
                return proc_error(errno);
        while (count < DESCRIPTORS_MAX && (entry = readdir(directory))) {
                uint64_t number;

                if (number_parse_unsigned(entry->d_name, &number) < 0)
                        continue;
                if (count == room) {
                        int *more = reallocarray(numbers, room ? room * 2 : 64, sizeof(*more));

                        if (!more)
                                return -ENOMEM;
                        numbers = more;
                        room = room ? room * 2 : 64;
                }
                numbers[count++] = (int) number;
        }
        if (count > 0)
                qsort(numbers, count, sizeof(*numbers), compare_numbers);
        *ret = TAKE_PTR(numbers);
        *ret_count = count;
        return 0;
}

bool process_has_userfaultfd(pid_t pid)
{
        _cleanup_free_ int *numbers = NULL;
        size_t count;

        if (list_descriptors(pid, &numbers, &count) < 0 || count == DESCRIPTORS_MAX)
                return true;
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *what = NULL;
                char name[32];

                snprintf(name, sizeof(name), "fd/%d", numbers[i]);
                if (read_process_link(pid, name, &what) == 0 &&
                    strcmp(what, "anon_inode:[userfaultfd]") == 0)
                        return true;
        }
        return false;
}

int process_descriptors(pid_t pid, char ***ret_lines)
{
        _cleanup_(socket_names_freep) SocketNames *sockets = socket_names_new();
        _cleanup_(string_vector_release) StringVector vector = {0};
        _cleanup_free_ int *numbers = NULL;
        pid_t tid = live_thread(pid);
        size_t count;
        int r = list_descriptors(tid, &numbers, &count);

        if (r < 0)
                return r;
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *what = NULL;

                r = describe_fd(tid, numbers[i], sockets, &what);
                /* closed since the list was made */
                if (r == -EBADF)
                        continue;
                if (r == 0)
                        r = string_vector_add(&vector, string_format("%d: %s", numbers[i], what));
                if (r < 0)
                        return r;
        }
        return string_vector_take(&vector, ret_lines);
}
