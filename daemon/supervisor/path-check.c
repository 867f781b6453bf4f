/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/path-check.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/exec-image.h"
#include "supervisor/fail-closed.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/remote-call.h"
#include "supervisor/resolve-path.h"
#include "supervisor/rule-asking.h"

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

/* The name of a socket in the file system is a path as well; nothing tells afterwards which one it
 * was. An abstract name is none. */
static bool names_socket_file(const OpenCall *call)
{
        for (unsigned i = 0; i < call->decoded.argument_count; i++) {
                const DecodedArgument *argument = &call->decoded.arguments[i];

                if ((argument->kind == ARGUMENT_KIND_SOCKET_ADDRESS ||
                     argument->kind == ARGUMENT_KIND_MSGHDR) &&
                    strstr(argument->text, "sun_path=\""))
                        return true;
        }
        return false;
}

void path_check_mark(OpenCall *call)
{
        const SyscallEntry *entry = call->decoded.entry;

        if (!entry || !(judged_path(call) || names_socket_file(call)))
                return;
        call->check_path = judged_path(call);
        if (entry->result == SYSCALL_RESULT_FD || call->verified != VERIFIED_YES)
                return;
        call->verified = VERIFIED_NO;
        free(call->unverified_reason);
        call->unverified_reason = strdup(
                "a directory on the way could be exchanged before the kernel looks; only what is "
                "opened is compared afterwards");
}

/* ---- before: opening that could change something, or be seen by others at once ---- */

/* What openat2 can forbid on the way, and what a resolved path would say otherwise. */
#define RESOLVE_RESTRICTIONS                                                                       \
        (RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT)

/* The copy of `size` bytes that an argument leads to; NULL when it is none of the slot's. */
static const void *copy_at(const Supervisor *supervisor, const Tracee *tracee, uint64_t address,
                           size_t size)
{
        uint64_t slot;

        if (tracee->slot < 0)
                return NULL;
        slot = landing_slot_address(tracee->process->landing, tracee->slot);
        if (address < slot || address - slot > LANDING_SLOT_ROOM - size)
                return NULL;
        return (const char *) landing_memory_slot(supervisor->landing, tracee->slot) +
               (address - slot);
}

/* The arguments of openat2 are in memory. */
static bool read_open_how(const Supervisor *supervisor, const Tracee *tracee, struct open_how *ret)
{
        const CallRegisters *own = &tracee->call->decoded.registers;
        const void *copy = own->number != SYS_openat2 || own->arguments[3] < sizeof(*ret)
                                   ? NULL
                                   : copy_at(supervisor, tracee, own->arguments[2], sizeof(*ret));

        if (copy)
                memcpy(ret, copy, sizeof(*ret));
        return copy;
}

/* As open and openat take their flags and mode: they ignore what makes no sense, which openat2
 * refuses, and they take large files. */
static struct open_how plain_open_how(uint64_t flags, uint64_t mode)
{
        uint64_t known = flags & O_PATH ? flags & O_PATH_FLAGS
                                        : (flags & OPEN_FLAGS_KNOWN) | KERNEL_O_LARGEFILE;

        return (struct open_how){
                .flags = known,
                .mode = known & (O_CREAT | KERNEL_O_TMPFILE) ? mode & 07777 : 0,
        };
}

/* How an opening call opens, in openat2's words; false for any other. */
static bool open_arguments(const CallRegisters *call, struct open_how *ret)
{
        switch (call->number) {
        case SYS_creat:
                *ret = plain_open_how(O_CREAT | O_WRONLY | O_TRUNC, call->arguments[1]);
                return true;
        case SYS_open:
                *ret = plain_open_how(call->arguments[1], call->arguments[2]);
                return true;
        case SYS_openat:
                *ret = plain_open_how(call->arguments[2], call->arguments[3]);
                return true;
        default:
                return false;
        }
}

/* Another thread could take the descriptor before we have looked at what it is open on. */
static bool shares_descriptors(const Tracee *tracee)
{
        return tracee->process->threads > 1 || tracee->process->shares_files;
}

/* An opening of `path`, which no link can lead elsewhere: written into the slot from `used` on.
 * False when there is no room. */
static bool open_held(Supervisor *supervisor, Tracee *tracee, const struct open_how *wanted,
                      const char *path, size_t used, CallRegisters *ret)
{
        size_t start = (used + 15) & ~(size_t) 15, size = strlen(path) + 1;
        struct open_how how = *wanted;
        CallRegisters safe = {.number = SYS_openat2};
        unsigned char *slot;
        uint64_t address;
        void *memory;

        if (path[0] != '/' || start + sizeof(how) + size > LANDING_SLOT_ROOM ||
            pinned_slot(supervisor, tracee, &address, &memory) < 0)
                return false;
        how.resolve |= RESOLVE_NO_SYMLINKS;
        slot = memory;
        memcpy(slot + start, &how, sizeof(how));
        memcpy(slot + start + sizeof(how), path, size);
        safe.arguments[0] = (uint64_t) AT_FDCWD;
        safe.arguments[1] = address + start + sizeof(how);
        safe.arguments[2] = address + start;
        safe.arguments[3] = sizeof(how);
        *ret = safe;
        return true;
}

bool path_check_is_deleted(const char *path)
{
        static const char mark[] = " (deleted)";
        size_t length = strlen(path);

        return length >= sizeof(mark) && strcmp(path + length - (sizeof(mark) - 1), mark) == 0;
}

/* A thing without a name (a pipe, a deleted file) is opened through the link of /proc that refers
 * to it. NULL when the path does not end so. */
static char *reference_of(Tracee *tracee, const DecodedArgument *path, const char *copy)
{
        const CallRegisters *own = &tracee->call->decoded.registers;
        bool at = own->number == SYS_openat || own->number == SYS_openat2;
        char *reference = NULL;

        if (path->resolved[0] == '/' && !path_check_is_deleted(path->resolved))
                return NULL;
        if (resolve_path_reference(tracee_pid(tracee), tracee_tid(tracee),
                                   at ? (int) own->arguments[0] : AT_FDCWD, copy, &reference) < 0)
                return NULL;
        return reference;
}

/* The same call by that link, which is absolute, and which nobody can exchange: it is not the
 * program's. False when there is no room. */
static bool open_reference(Supervisor *supervisor, Tracee *tracee, const char *reference,
                           CallRegisters *ret)
{
        OpenCall *call = tracee->call;
        bool at = ret->number == SYS_openat || ret->number == SYS_openat2;
        size_t start = (call->pinned_bytes + 15) & ~(size_t) 15, size = strlen(reference) + 1;
        uint64_t address;
        void *memory;

        if (start + size > LANDING_SLOT_ROOM ||
            pinned_slot(supervisor, tracee, &address, &memory) < 0)
                return false;
        memcpy((char *) memory + start, reference, size);
        ret->arguments[at] = address + start;
        return true;
}

/* In a form in which nobody can exchange a link, a working directory or a descriptor on the way. A
 * slash at the end of the program's path says that it has to be a directory. A restriction of
 * openat2's own would mean another thing for a resolved path: there the program sees a kernel
 * without openat2, which it has to know how to do without. */
static CallRegisters open_unexchanged(Supervisor *supervisor, Tracee *tracee, const char *copy,
                                      const struct open_how *how)
{
        static const CallRegisters absent = {.number = -1}; /* ENOSYS */
        CallRegisters safe = tracee->call->decoded.registers;
        const DecodedArgument *path = judged_path(tracee->call);
        _cleanup_free_ char *reference = reference_of(tracee, path, copy), *resolved = NULL;

        if (how->resolve & RESOLVE_RESTRICTIONS)
                return absent;
        if (reference)
                return open_reference(supervisor, tracee, reference, &safe) ? safe : absent;
        resolved = string_format("%s%s", path->resolved, copy[strlen(copy) - 1] == '/' ? "/" : "");
        return resolved && open_held(supervisor, tracee, how, resolved, tracee->call->pinned_bytes,
                                     &safe)
                       ? safe
                       : absent;
}

CallRegisters path_check_call(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;
        const CallRegisters *own = &call->decoded.registers;
        bool shared = shares_descriptors(tracee);
        const char *copy;
        struct open_how how;

        if (!call->check_path ||
            !(open_arguments(own, &how) || read_open_how(supervisor, tracee, &how)))
                return *own;
        if (!shared && (!(how.flags & (O_CREAT | O_TRUNC)) || own->number == SYS_openat2))
                return *own; /* the descriptor is compared before anybody can use it */
        copy = copy_at(supervisor, tracee, judged_path(call)->value, 1);
        if (!copy || !*copy)
                return *own; /* the kernel says what is wrong with it */
        return open_unexchanged(supervisor, tracee, copy, &how);
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

        *ret = pinned->call;
        if (!needs_check(&pinned->call))
                return true;
        if (!path || tracee->process->own_filters || !open_arguments(&pinned->call, &how))
                return false;
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
 * that it allows. What cannot be known was not judged. */
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
        return tracee->call->by == BY_RULE && rule_asking_allows_opened(supervisor, tracee, opened);
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
                fail_closed_process(supervisor, tracee_pid(tracee),
                                    "a descriptor of another file than the judged one cannot be "
                                    "closed");
        (void) tracee_set_result(tracee_tid(tracee), -EACCES);
        return -EACCES;
}

bool path_check_exec(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;
        const DecodedArgument *path = call ? judged_path(call) : NULL;

        if (!path || !call->check_path)
                return true;
        free(call->unverified_reason);
        call->unverified_reason = NULL;
        if (string_equal(tracee->process->exe, path->resolved)) {
                call->verified = VERIFIED_YES;
                return true;
        }
        call->verified = VERIFIED_NO;
        call->unverified_reason = strdup("the image that runs is another file: the interpreter of "
                                         "a script, or the file was exchanged");
        return exec_image_may_run(supervisor, tracee, path->resolved);
}
