/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/start-request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptor-message.h"
#include "base/text.h"

#define START_SOCKET "/run/seccomp-jail/start"
#define MESSAGE_MAX  (64u * 1024)

/* The head of the message; the groups and the arguments, each with its NUL, follow. The descriptors
 * are `keep` and `status`. */
typedef struct Head {
        uid_t uid;
        gid_t gid;
        uint32_t group_count, argument_count;
        int32_t keep_as;
        uint32_t keep_ptrace;
} Head;

/* ---- jaild's end ---- */

static int connect_start(Problem *problem)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = START_SOCKET};
        int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (connection < 0)
                return problem_set(problem, -errno, "cannot make a socket: %m");
        if (connect(connection, (struct sockaddr *) &address, sizeof(address)) == 0)
                return connection;
        problem_set(problem, -errno,
                    "systemd cannot be asked for a supervisor: " START_SOCKET
                    ": %m; 'systemctl start jail-supervisor.socket' makes it");
        close(connection);
        return -ECONNREFUSED;
}

static int send_request(int connection, const Child *child)
{
        const Identity *identity = child->identity;
        Head head = {.uid = identity->uid,
                     .gid = identity->gid,
                     .group_count = (uint32_t) identity->group_count,
                     .keep_as = child->keep_as,
                     .keep_ptrace = child->keep_ptrace};
        _cleanup_text_ Text words = TEXT_INIT;
        struct iovec parts[3] = {{&head, sizeof(head)},
                                 {identity->groups, head.group_count * sizeof(gid_t)}};
        int descriptors[] = {child->keep, child->status};

        for (const char *const *word = child->arguments; *word; word++, head.argument_count++)
                text_append_bytes(&words, *word, strlen(*word) + 1);
        if (text_error(&words) < 0)
                return text_error(&words);
        parts[2] = (struct iovec){words.data, words.length};
        return descriptor_message_send(connection, parts, 3, descriptors, 2);
}

int start_request_send(const Child *child, int *ret_connection, Problem *problem)
{
        _cleanup_close_ int connection = connect_start(problem);
        int r;

        if (connection < 0)
                return connection;
        r = send_request(connection, child);
        if (r < 0)
                return problem_set(problem, r, "systemd cannot be asked for a supervisor: %s",
                                   strerror(-r));
        *ret_connection = TAKE_FD(connection);
        return 0;
}

int start_request_answer(int connection, int *ret_pidfd)
{
        char byte;
        ssize_t n = descriptor_message_receive(connection, &byte, 1, ret_pidfd, 1);

        if (n == 0)
                return -ECONNRESET;
        return n < 0 ? (int) n : 0;
}

/* ---- the started end ---- */

static int read_groups(const Head *head, const char *bytes, Identity *ret)
{
        *ret = (Identity){.uid = head->uid,
                          .gid = head->gid,
                          .groups = calloc(head->group_count + 1, sizeof(gid_t)),
                          .group_count = (int) head->group_count};
        if (!ret->groups)
                return -ENOMEM;
        memcpy(ret->groups, bytes, head->group_count * sizeof(gid_t));
        return 0;
}

static int read_arguments(const Head *head, char *bytes, size_t size, char ***ret)
{
        char **words = calloc(head->argument_count + 1, sizeof(char *));
        char *end = bytes + size;

        if (!words)
                return -ENOMEM;
        for (uint32_t i = 0; i < head->argument_count; i++) {
                char *stop = memchr(bytes, '\0', (size_t) (end - bytes));

                if (!stop) {
                        free(words);
                        return -EBADMSG;
                }
                words[i] = bytes;
                bytes = stop + 1;
        }
        *ret = words;
        return 0;
}

static int read_message(char *message, size_t size, Child *ret, StartStorage *storage)
{
        size_t groups;
        Head head;
        int r;

        if (size < sizeof(head))
                return -EBADMSG;
        memcpy(&head, message, sizeof(head));
        groups = (size_t) head.group_count * sizeof(gid_t);
        if (head.group_count > IDENTITY_GROUPS_MAX || size - sizeof(head) < groups ||
            head.argument_count == 0 || head.argument_count > size || head.keep_as < 0)
                return -EBADMSG;
        r = read_groups(&head, message + sizeof(head), &storage->identity);
        if (r >= 0)
                r = read_arguments(&head, message + sizeof(head) + groups,
                                   size - sizeof(head) - groups, &storage->arguments);
        if (r < 0)
                return r;
        ret->identity = &storage->identity;
        ret->arguments = (const char *const *) storage->arguments;
        ret->keep_as = head.keep_as;
        ret->keep_ptrace = head.keep_ptrace;
        return 0;
}

static int answer_who(int connection)
{
        _cleanup_close_ int self = pidfd_open(getpid(), 0);
        char byte = 0;
        struct iovec part = {&byte, 1};

        return self < 0 ? -errno : descriptor_message_send(connection, &part, 1, &self, 1);
}

int start_request_take(int connection, Child *ret, StartStorage *ret_storage)
{
        int descriptors[2];
        ssize_t n;
        int r;

        ret_storage->message = malloc(MESSAGE_MAX);
        if (!ret_storage->message)
                return -ENOMEM;
        n = descriptor_message_receive(connection, ret_storage->message, MESSAGE_MAX, descriptors,
                                       2);
        if (n <= 0)
                return n == 0 ? -ECONNRESET : (int) n;
        r = read_message(ret_storage->message, (size_t) n, ret, ret_storage);
        if (r >= 0)
                r = answer_who(connection);
        for (size_t i = 0; r < 0 && i < ELEMENTS_OF(descriptors); i++)
                descriptors[i] = close_fd(descriptors[i]);
        ret->keep = descriptors[0];
        ret->status = descriptors[1];
        return r;
}
