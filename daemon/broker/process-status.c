/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/process-status.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

/* The value after "\nKEY:\t", or NULL. */
static const char *find_line(const char *text, const char *key)
{
        size_t length = strlen(key);

        for (const char *line = text; line; line = strchr(line, '\n')) {
                if (*line == '\n')
                        line++;
                if (strncmp(line, key, length) == 0 && line[length] == ':')
                        return line + length + 1 + strspn(line + length + 1, "\t ");
        }
        return NULL;
}

/* All that can be blocked: SIGKILL and SIGSTOP cannot. */
#define EVERY_SIGNAL UINT64_C(0xfffffffffffbfeff)

static bool is_parked(const char *text, const ProcessStatus *status)
{
        const char *blocked = find_line(text, "SigBlk");
        uint64_t set;

        return status->tracer == 0 && status->filtered && blocked &&
               sscanf(blocked, "%" SCNx64, &set) == 1 && set == EVERY_SIGNAL;
}

int process_status_parse(const char *text, ProcessStatus *ret)
{
        const char *name = find_line(text, "Name"), *parent = find_line(text, "PPid");
        const char *tracer = find_line(text, "TracerPid"), *uids = find_line(text, "Uid");
        const char *gids = find_line(text, "Gid");
        const char *group = find_line(text, "Tgid"), *seccomp = find_line(text, "Seccomp");
        ProcessStatus status = {0};
        size_t length;

        if (!name || !parent || !tracer || !uids || !gids)
                return -EBADMSG;
        length = strcspn(name, "\n");
        if (length >= sizeof(status.name))
                length = sizeof(status.name) - 1;
        memcpy(status.name, name, length);
        if (sscanf(parent, "%d", &status.parent) != 1 || sscanf(tracer, "%d", &status.tracer) != 1)
                return -EBADMSG;
        if (!group || sscanf(group, "%d", &status.group) != 1)
                return -EBADMSG;
        status.filtered = !seccomp || *seccomp != '0';
        status.parked = is_parked(text, &status);
        if (sscanf(uids, "%u %u %u %u", &status.uids[0], &status.uids[1], &status.uids[2],
                   &status.uids[3]) != 4)
                return -EBADMSG;
        if (sscanf(gids, "%u %u %u %u", &status.gids[0], &status.gids[1], &status.gids[2],
                   &status.gids[3]) != 4)
                return -EBADMSG;
        *ret = status;
        return 0;
}

/* 0 and the text, cut to what fits. */
static int read_proc(const char *path, char *buffer, size_t size)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        size_t length = 0;
        ssize_t n;

        if (fd < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        while (length < size - 1) {
                n = read(fd, buffer + length, size - 1 - length);
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t) n;
        }
        buffer[length] = '\0';
        return 0;
}

int process_status_read(pid_t pid, ProcessStatus *ret)
{
        char path[48], text[8192];
        int r;

        if (pid <= 0)
                return -ESRCH;
        snprintf(path, sizeof(path), "/proc/%d/status", pid);
        r = read_proc(path, text, sizeof(text));
        return r < 0 ? r : process_status_parse(text, ret);
}

/* The lines of one look are not of one moment: two that agree are, since nothing is handed over
 * twice in the time of two looks. What has no filter, a line further down, is in no jail and is
 * handed over by nobody. */
#define LOOKS_THAT_AGREE 2
#define LOOKS_MAX        200
#define LOOK_AGAIN_NSEC  1000000

int process_status_read_settled(pid_t pid, ProcessStatus *ret)
{
        unsigned agree = 0;

        for (unsigned i = 0; i < LOOKS_MAX; i++) {
                const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NSEC};
                int r = process_status_read(pid, ret);

                if (r < 0 || ret->tracer > 0 || !ret->filtered)
                        return r;
                agree = ret->parked ? 0 : agree + 1;
                if (agree == LOOKS_THAT_AGREE)
                        return 0;
                if (ret->parked)
                        (void) nanosleep(&pause, NULL);
        }
        return -EAGAIN;
}

bool process_status_is_of(const ProcessStatus *status, uid_t uid)
{
        for (size_t i = 0; i < ELEMENTS_OF(status->uids); i++)
                if (status->uids[i] != uid)
                        return false;
        return true;
}

int process_of_pidfd(int pidfd, pid_t *ret)
{
        char path[48], text[1024];
        const char *line;
        pid_t pid;
        int r;

        snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
        r = read_proc(path, text, sizeof(text));
        if (r < 0)
                return r == -ESRCH ? -EBADF : r;
        line = find_line(text, "Pid");
        if (!line || sscanf(line, "%d", &pid) != 1)
                return -EBADF;
        if (pid <= 0)
                return -ESRCH;
        *ret = pid;
        return 0;
}
