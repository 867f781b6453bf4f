/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void identity_release(Identity *identity)
{
        free(identity->groups);
        *identity = (Identity){0};
}

int identity_of_user(uid_t uid, Identity *ret)
{
        Identity identity = {.uid = uid, .gid = uid};
        struct passwd *user = getpwuid(uid);
        int count = IDENTITY_GROUPS_MAX;

        if (user) {
                identity.gid = user->pw_gid;
                identity.groups = calloc(IDENTITY_GROUPS_MAX, sizeof(gid_t));
                if (!identity.groups)
                        return -ENOMEM;
                if (getgrouplist(user->pw_name, user->pw_gid, identity.groups, &count) < 0)
                        count = IDENTITY_GROUPS_MAX;
                identity.group_count = count;
        }
        *ret = identity;
        return 0;
}

bool identity_take_group(Identity *identity, gid_t gid)
{
        for (int i = 0; i < identity->group_count; i++)
                if (identity->groups[i] == gid) {
                        identity->gid = gid;
                        return true;
                }
        return false;
}

static _Noreturn void child_fail(const Child *child)
{
        int error = -errno;

        if (write(child->status, &error, sizeof(error)) < 0) {
                /* the parent is gone */
        }
        _exit(126);
}

static int set_capabilities(uint64_t set)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2] = {
                {(uint32_t) set, (uint32_t) set, (uint32_t) set},
                {(uint32_t) (set >> 32), (uint32_t) (set >> 32), (uint32_t) (set >> 32)},
        };

        return (int) syscall(SYS_capset, &header, data);
}

/* capabilities(7): an ambient capability goes through an exec of a plain file. */
static void child_become(const Child *child)
{
        const Identity *identity = child->identity;

        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
            setgroups((size_t) identity->group_count, identity->groups) < 0 ||
            setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
            setresuid(identity->uid, identity->uid, identity->uid) < 0)
                child_fail(child);
        if (!child->keep_ptrace || identity->uid == 0) {
                if (identity->uid != 0 && set_capabilities(0) < 0)
                        child_fail(child);
                return;
        }
        if (set_capabilities(1ull << CAP_SYS_PTRACE) < 0 ||
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_PTRACE, 0, 0) < 0)
                child_fail(child);
}

static void child_arrange_descriptors(Child *child)
{
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int top = child->keep_as + 1;

        /* All above what is being filled first, so that nothing is overwritten. */
        child->status = fcntl(child->status, F_DUPFD_CLOEXEC, top);
        child->keep = fcntl(child->keep, F_DUPFD_CLOEXEC, top);
        null = fcntl(null, F_DUPFD_CLOEXEC, top);
        if (null < 0 || child->keep < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(child->keep, child->keep_as) < 0)
                child_fail(child);
        if (close_range((unsigned) (child->keep_as < 3 ? 3 : child->keep_as + 1), ~0u,
                        CLOSE_RANGE_CLOEXEC) < 0)
                child_fail(child);
}

void child_run(Child *child)
{
        sigset_t none;

        sigemptyset(&none);
        for (int signal = 1; signal < NSIG; signal++)
                if (signal != SIGKILL && signal != SIGSTOP)
                        sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        /* What systemd has started leads a session already. */
        if ((setsid() < 0 && errno != EPERM) || chdir("/") < 0)
                child_fail(child);
        child_arrange_descriptors(child);
        if (child->identity)
                child_become(child);
        /* Not before: a change of identity takes it back. */
        if (child->parent && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                child_fail(child);
        if (child->parent && getppid() != child->parent)
                _exit(126);
        execv(child->program, (char *const *) child->arguments);
        child_fail(child);
}
