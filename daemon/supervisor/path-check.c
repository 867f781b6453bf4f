/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/path-check.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/decision.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/remote-call.h"

/* Of the kernel's O_LARGEFILE, which the C library defines as 0 here. */
#define KERNEL_O_LARGEFILE 0100000
#define KERNEL_O_TMPFILE   020000000

/* What openat2 knows; open and openat ignore other bits. */
#define OPEN_FLAGS_KNOWN                                                                           \
        (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |      \
         O_ASYNC | O_DIRECT | KERNEL_O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |          \
         O_CLOEXEC | O_PATH | KERNEL_O_TMPFILE)

/* What open and openat keep beside O_PATH. */
#define O_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

/* The argument whose path was judged: the first one. */
static const DecodedArgument *judged_path(const OpenCall *call)
{
        for (unsigned i = 0; i < call->decoded.argument_count; i++)
                if (call->decoded.arguments[i].kind == ARGUMENT_KIND_PATH &&
                    call->decoded.arguments[i].resolved)
                        return &call->decoded.arguments[i];
        return NULL;
}

void path_check_mark(OpenCall *call)
{
        const SyscallEntry *entry = call->decoded.entry;

        if (!entry || !judged_path(call))
                return;
        call->check_path = true;
        if (entry->result == SYSCALL_RESULT_FD || call->verified != VERIFIED_YES)
                return;
        call->verified = VERIFIED_NO;
        free(call->unverified_reason);
        call->unverified_reason = strdup(
                "a directory on the way could be exchanged before the kernel looks; only what is "
                "opened is compared afterwards");
}

/* ---- before: opening that could change something ---- */

/* flags and mode of an opening call; false for any other. */
static bool open_arguments(const CallRegisters *call, uint64_t *ret_flags, uint64_t *ret_mode)
{
        switch (call->number) {
        case SYS_creat:
                *ret_flags = O_CREAT | O_WRONLY | O_TRUNC;
                *ret_mode = call->arguments[1];
                return true;
        case SYS_open:
                *ret_flags = call->arguments[1];
                *ret_mode = call->arguments[2];
                return true;
        case SYS_openat:
                *ret_flags = call->arguments[2];
                *ret_mode = call->arguments[3];
                return true;
        default:
                return false;
        }
}

static bool refused_for_ever(Supervisor *supervisor, const Tracee *tracee,
                             const CallRegisters *call)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        const RuleQuery query = {
                .registers = call, .view = &caller, .pid = tracee_pid(tracee), .peek = true};
        RuleOutcome outcome;

        return rule_set_match(supervisor->rules, &query, &outcome) == 0 &&
               outcome.action->kind == ACTION_ABORT_FOREVER;
}

/* As open and openat take their flags and mode, in openat2's words. */
static struct open_how plain_open_how(uint64_t flags, uint64_t mode)
{
        uint64_t known = flags & O_PATH ? O_PATH_FLAGS : OPEN_FLAGS_KNOWN;

        return (struct open_how){
                .flags = flags & known,
                .mode = flags & known & (O_CREAT | KERNEL_O_TMPFILE) ? mode & 07777 : 0,
                .resolve = RESOLVE_NO_SYMLINKS,
        };
}

/* An opening of `path`, which no link can lead elsewhere: written into the slot from `used` on. */
static bool open_held(Supervisor *supervisor, Tracee *tracee, const struct open_how *how,
                      const char *path, size_t used, CallRegisters *ret)
{
        size_t start = (used + 15) & ~(size_t) 15, size = strlen(path) + 1;
        CallRegisters safe = {.number = SYS_openat2};
        unsigned char *slot;
        uint64_t address;
        void *memory;

        if (path[0] != '/' || start + sizeof(*how) + size > LANDING_SLOT_ROOM ||
            pinned_slot(supervisor, tracee, &address, &memory) < 0)
                return false;
        slot = memory;
        memcpy(slot + start, how, sizeof(*how));
        memcpy(slot + start + sizeof(*how), path, size);
        safe.arguments[0] = (uint64_t) AT_FDCWD;
        safe.arguments[1] = address + start + sizeof(*how);
        safe.arguments[2] = address + start;
        safe.arguments[3] = sizeof(*how);
        if (refused_for_ever(supervisor, tracee, &safe))
                return false;
        *ret = safe;
        return true;
}

CallRegisters path_check_call(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;
        CallRegisters safe = call->decoded.registers;
        struct open_how how;
        uint64_t flags, mode;

        if (!call->check_path || !open_arguments(&safe, &flags, &mode) ||
            !(flags & (O_CREAT | O_TRUNC)))
                return safe;
        how = plain_open_how(flags, mode);
        /* else the descriptor is compared afterwards all the same */
        (void) open_held(supervisor, tracee, &how, judged_path(call)->resolved, call->pinned_bytes,
                         &safe);
        return safe;
}

/* Only a call that leads to a path and answers a descriptor is looked at afterwards. */
static bool needs_check(const CallRegisters *call)
{
        const SyscallEntry *entry = syscall_by_number(call->number);

        for (unsigned i = 0; entry && i < entry->argument_count; i++)
                if (entry->arguments[i].kind == ARGUMENT_KIND_PATH)
                        return entry->result == SYSCALL_RESULT_FD;
        return !entry;
}

bool path_check_is_spared(Supervisor *supervisor, Tracee *tracee, const PinnedCall *pinned,
                          const JudgedView *view, CallRegisters *ret)
{
        const char *path = judged_view_plain_path(view);
        struct open_how how;
        uint64_t flags, mode;

        *ret = pinned->call;
        if (!needs_check(&pinned->call))
                return true;
        if (!path || tracee->process->own_filters || !open_arguments(&pinned->call, &flags, &mode))
                return false;
        how = plain_open_how(flags, mode);
        return open_held(supervisor, tracee, &how, path, pinned->bytes, ret);
}

/* ---- after ---- */

/* An unlinked file has " (deleted)" behind its name; an unnamed one lies in the directory that was
 * judged. */
static bool same_name(const char *opened, const char *judged)
{
        static const char deleted[] = " (deleted)";
        size_t length = strlen(judged);

        if (strncmp(opened, judged, length) != 0)
                return false;
        return !opened[length] || strcmp(opened + length, deleted) == 0 ||
               strncmp(opened + length, "/#", 2) == 0;
}

/* By name, as the rules and the person know it. What a rule has allowed may also be another file
 * that it allows. */
static bool opened_what_was_judged(Supervisor *supervisor, Tracee *tracee, int fd,
                                   const char *judged)
{
        _cleanup_free_ char *link = string_format("/proc/%d/fd/%d", tracee_pid(tracee), fd);
        char opened[PATH_MAX];
        ssize_t n = link ? readlink(link, opened, sizeof(opened) - 1) : -1;

        if (n < 0)
                return false;
        opened[n] = '\0';
        if (same_name(opened, judged))
                return true;
        return tracee->call->by == BY_RULE && decision_allows_opened(supervisor, tracee, opened);
}

/* The program never gets to use it: the descriptor is closed before the call returns. */
static int close_in_tracee(Supervisor *supervisor, Tracee *tracee, int fd)
{
        RemoteCaller caller = {.tid = tracee_tid(tracee),
                               .pad = tracee->process->landing + LANDING_PAD_OFFSET,
                               .later = &supervisor->later};
        const CallRegisters close_call = {.number = SYS_close, .arguments = {(uint64_t) fd}};
        int64_t result = -EIO;
        uint64_t mask;
        int r = tracee_get_registers(caller.tid, &caller.base);

        if (r == 0)
                r = tracee_get_signal_mask(caller.tid, &mask);
        if (r == 0)
                r = tracee_set_signal_mask(caller.tid, UINT64_MAX);
        if (r == 0)
                r = remote_call(&caller, &close_call, &result);
        if (r == 0)
                r = tracee_set_registers(caller.tid, &caller.base);
        if (r == 0)
                r = tracee_set_signal_mask(caller.tid, mask);
        if (r == 0 && caller.group_signal)
                r = tracee_interrupt(caller.tid);
        return r < 0 ? r : (int) result;
}

int64_t path_check_exit(Supervisor *supervisor, Tracee *tracee, int64_t result)
{
        OpenCall *call = tracee->call;
        const DecodedArgument *path = judged_path(call);

        if (!call->check_path || !path || !call->decoded.entry ||
            call->decoded.entry->result != SYSCALL_RESULT_FD)
                return result;
        if (result == -ELOOP)
                call->verified = VERIFIED_CHANGED; /* a link where there was none */
        if (result < 0 || opened_what_was_judged(supervisor, tracee, (int) result, path->resolved))
                return result;
        call->verified = VERIFIED_CHANGED;
        if (close_in_tracee(supervisor, tracee, (int) result) < 0)
                kill(tracee_pid(tracee), SIGKILL); /* it must not have the descriptor */
        (void) tracee_set_result(tracee_tid(tracee), -EACCES);
        return -EACCES;
}

void path_check_exec(Tracee *tracee)
{
        OpenCall *call = tracee->call;
        const DecodedArgument *path = call ? judged_path(call) : NULL;

        if (!path || !call->check_path)
                return;
        free(call->unverified_reason);
        call->unverified_reason = NULL;
        if (string_equal(tracee->process->exe, path->resolved)) {
                call->verified = VERIFIED_YES;
                return;
        }
        call->verified = VERIFIED_NO;
        call->unverified_reason = strdup("the image that runs is another file: the interpreter of "
                                         "a script, or the file was exchanged");
}
