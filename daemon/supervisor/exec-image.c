/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/exec-image.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "supervisor/errand.h"
#include "supervisor/resolve-path.h"
#include "supervisor/rule-asking.h"

/* What execve(2) looks at for "#!" (BINPRM_BUF_SIZE), and how many scripts it lets lead to another.
 */
#define HEAD_BYTES   256
#define SCRIPTS_DEEP 5

/* A server may have to be asked for a file. */
#define HEAD_USEC 1000000u
#define HEADS_MAX 4u

/* The beginning of a plain file, once it has been read. */
typedef struct Head {
        char *name; /* owned */
        int error;
        char text[HEAD_BYTES + 1];
} Head;

static void read_head(void *data)
{
        Head *head = data;
        _cleanup_close_ int fd =
                open(head->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0)
                head->error = -errno;
        else if (!S_ISREG(status.st_mode))
                head->error = -EACCES;
        else if (pread(fd, head->text, HEAD_BYTES, 0) < 0)
                head->error = -errno;
}

static void head_free(void *data)
{
        Head *head = data;

        free(head->name);
        free(head);
}

/* Seen from the thread's root, where it has no link on its way any more. */
static int get_head(const Tracee *tracee, const char *path, char text[static HEAD_BYTES + 1])
{
        static ErrandKind heads = {.run = read_head, .release = head_free, .limit = HEADS_MAX};
        Head *head = calloc(1, sizeof(*head));
        Errand *errand;
        int r;

        if (!head)
                return -ENOMEM;
        head->name = string_format("/proc/%d/root%s", tracee_tid(tracee), path);
        r = head->name ? errand_start(&heads, head, -1, &errand) : -ENOMEM;
        if (r < 0) {
                head_free(head);
                return r;
        }
        r = errand_wait(errand, HEAD_USEC);
        if (r == 0)
                r = head->error;
        if (r == 0)
                memcpy(text, head->text, sizeof(head->text));
        errand_leave(errand);
        return r;
}

/* The file that a script's first line has the kernel run, by its real name. NULL when the file is
 * no script, or nothing that can be read. */
static char *interpreter_of(const Tracee *tracee, const char *script)
{
        static const char blank[] = " \t";
        char head[HEAD_BYTES + 1], *name, *resolved = NULL;

        if (script[0] != '/' || get_head(tracee, script, head) < 0 ||
            !string_starts_with(head, "#!"))
                return NULL;
        name = head + 2 + strspn(head + 2, blank);
        name[strcspn(name, " \t\n")] = '\0';
        if (!*name ||
            resolve_path(tracee_pid(tracee), tracee_tid(tracee), AT_FDCWD, name, 1, &resolved) < 0)
                return NULL;
        return resolved;
}

static bool leads_to(const Tracee *tracee, const char *judged, const char *image)
{
        _cleanup_free_ char *at = strdup(judged);

        for (unsigned i = 0; at && i < SCRIPTS_DEEP; i++) {
                char *next = interpreter_of(tracee, at);

                free(at);
                at = next;
                if (string_equal(at, image))
                        return at != NULL;
        }
        return false;
}

bool exec_image_may_run(Supervisor *supervisor, Tracee *tracee, const char *judged)
{
        const CallRegisters *call = &tracee->call->decoded.registers;
        const char *image = tracee->process->exe;
        RuleOutcome outcome;
        ActionKind kind;

        if (!image || rule_asking_judge_opening(supervisor, tracee, call, image, &outcome) < 0)
                return false;
        kind = outcome.action->kind;
        if (tracee->call->by == BY_RULE && (kind == ACTION_ALLOW || kind == ACTION_ALLOW_FOREVER))
                return true;
        if (outcome.number > 0 && (kind == ACTION_ABORT || kind == ACTION_ABORT_FOREVER) &&
            tracee->call->by == BY_RULE)
                return false;
        return leads_to(tracee, judged, image);
}
