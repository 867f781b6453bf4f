/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/file-names.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "supervisor/path-check.h"
#include "supervisor/path-walk.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/resolve-path.h"
#include "supervisor/rule-asking.h"
#include "supervisor/served-mounts.h"
#include "syscalls/decode.h"

/* Files below a directory that gets another name. */
#define FILES_MAX 20000u

/* Where a call has its paths, as indices of arguments. */
typedef struct NamePlaces {
        int number;
        int old, fresh; /* fresh: -1 when there is no new name */
        int flags;      /* of renameat2, -1 */
} NamePlaces;

static const NamePlaces name_places[] = {
        {SYS_link, 0, 1, -1},     {SYS_linkat, 1, 3, -1},   {SYS_rename, 0, 1, -1},
        {SYS_renameat, 1, 3, -1}, {SYS_renameat2, 1, 3, 4}, {SYS_open_tree, 1, -1, -1},
};

static const NamePlaces *places_of(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(name_places); i++)
                if (name_places[i].number == number)
                        return &name_places[i];
        return NULL;
}

bool file_names_concern(const Supervisor *supervisor, int number)
{
        static const int opening[] = {SYS_open, SYS_creat, SYS_openat, SYS_openat2};

        if (!places_of(number) || rule_set_opens_guard(supervisor->rules, "file-names"))
                return false;
        for (size_t i = 0; i < ELEMENTS_OF(opening); i++)
                if (rule_set_judges_memory(supervisor->rules, opening[i]))
                        return true;
        return false;
}

static bool takes_directory_away(const CallRegisters *call)
{
        return call->number == SYS_rmdir ||
               (call->number == SYS_unlinkat && call->arguments[2] & AT_REMOVEDIR);
}

bool file_names_take_turns(const Supervisor *supervisor, const CallRegisters *call)
{
        if (takes_directory_away(call))
                return file_names_concern(supervisor, SYS_rename);
        return call->number != SYS_open_tree && file_names_concern(supervisor, call->number);
}

/* One renaming on its way. */
typedef struct Naming {
        Supervisor *supervisor;
        Tracee *tracee;
        uint64_t readable;  /* address of some path */
        unsigned looked_at; /* files below a directory */
        RuleOutcome *ret;
} Naming;

static bool is_allowed(const RuleOutcome *outcome)
{
        return !outcome->judged_memory || outcome->action->kind == ACTION_ALLOW ||
               outcome->action->kind == ACTION_ALLOW_FOREVER;
}

/* What opening `path` would come to, to read or to write: the first that is not allowed. 1 or 0. */
static int judge_opening(const Naming *naming, const char *path, RuleOutcome *ret)
{
        const CallRegisters calls[] = {
                {SYS_openat, {(uint64_t) AT_FDCWD, naming->readable, O_RDONLY}},
                {SYS_openat, {(uint64_t) AT_FDCWD, naming->readable, O_RDWR}},
                {SYS_open, {naming->readable, O_RDONLY}},
                {SYS_open, {naming->readable, O_RDWR}},
        };

        for (size_t i = 0; i < ELEMENTS_OF(calls); i++) {
                int r = rule_asking_judge_opening(naming->supervisor, naming->tracee, &calls[i],
                                                  path, ret);

                if (r < 0)
                        return r;
                if (!is_allowed(ret))
                        return 1;
        }
        return 0;
}

/* A file that stays under the rule it is under may be called what it likes. */
static int judge_name(Naming *naming, const char *old, const char *fresh)
{
        RuleOutcome before, after;
        int r = judge_opening(naming, old, &before), stays = 0;

        if (r <= 0)
                return r;
        if (fresh)
                stays = judge_opening(naming, fresh, &after);
        if (stays < 0)
                return stays;
        /* a name that could not be judged is under no rule */
        if (stays && !after.unreadable && after.number == before.number)
                return 0;
        *naming->ret = before;
        return 1;
}

/* To be listed, from a directory that no server has to be asked for. -EREMOTE when this one's
 * would have to be, which nobody waits for here. */
static int open_directory(int from, const char *name)
{
        _cleanup_close_ int place = -1;
        int fd;

        if (served_mounts_hold_paths()) {
                place = openat(from, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                if (place < 0)
                        return -errno;
                if (place_is_served(place))
                        return -EREMOTE;
                from = place;
                name = ".";
        }
        fd = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

/* It is no directory (any more), or one that the program may not read either. */
static bool holds_nothing(int error)
{
        return error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -EACCES ||
               error == -EPERM;
}

static int judge_below(Naming *naming, int directory, const char *old, const char *fresh);

static int judge_entry(Naming *naming, int directory, const struct dirent *entry, const char *old,
                       const char *fresh)
{
        _cleanup_free_ char *from = string_format("%s/%s", old, entry->d_name);
        _cleanup_free_ char *to = fresh ? string_format("%s/%s", fresh, entry->d_name) : NULL;
        int fd, r;

        if (!from || (fresh && !to))
                return -ENOMEM;
        if (++naming->looked_at > FILES_MAX)
                return -E2BIG;
        r = judge_name(naming, from, to);
        if (r != 0 || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
                return r;
        fd = open_directory(directory, entry->d_name);
        if (fd < 0)
                return holds_nothing(fd) ? 0 : fd;
        return judge_below(naming, fd, from, to);
}

static void closedirp(DIR **directory)
{
        if (*directory)
                closedir(*directory);
}

/* Takes the descriptor. */
static int judge_below(Naming *naming, int directory, const char *old, const char *fresh)
{
        _cleanup_(closedirp) DIR *stream = fdopendir(directory);
        const struct dirent *entry;
        int r = 0;

        if (!stream) {
                close_fd(directory);
                return -ENOMEM;
        }
        while (r == 0 && (entry = readdir(stream)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        r = judge_entry(naming, directory, entry, old, fresh);
        return r;
}

/* The name of a directory that was looked up before. */
static bool may_be_served(const Tracee *tracee, const char *path)
{
        _cleanup_free_ char *again = NULL;

        return served_mounts_hold_paths() &&
               resolve_path_at_hand(tracee_pid(tracee), tracee_tid(tracee),
                                    tracee->process->our_root, AT_FDCWD, path, 0,
                                    &again) == -EINPROGRESS;
}

/* With all that lies below it, if rules reach there. What we may not read the program may not. */
static int judge_tree(Naming *naming, const char *old, const char *fresh)
{
        _cleanup_free_ char *path = NULL;
        int r = judge_name(naming, old, fresh), fd;

        if (r != 0 || !rule_set_paths_reach_below(naming->supervisor->rules, old))
                return r;
        if (may_be_served(naming->tracee, old))
                return -EREMOTE;
        path = string_format("/proc/%d/root%s", tracee_tid(naming->tracee), old);
        if (!path)
                return -ENOMEM;
        fd = open_directory(AT_FDCWD, path);
        if (fd < 0)
                return holds_nothing(fd) ? 0 : fd;
        return judge_below(naming, fd, old, fresh);
}

/* A path that may lead nowhere, as the kernel will say; any other that is not known stops the
 * judgement. */
static int look_up(const CallRegisters *call, int index, const CallerView *view, char **ret)
{
        int r = caller_resolve_argument(call, (unsigned) index, view, ret);

        switch (-r) {
        case 0:
                return 1;
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
        case ENAMETOOLONG:
        case EACCES:
        case EFAULT:
        case EBADF:
                return 0;
        default:
                return r;
        }
}

void file_names_look_up(const CallRegisters *call, const CallerView *view)
{
        const NamePlaces *places = places_of(call->number);
        _cleanup_free_ char *old = NULL, *fresh = NULL;

        if (look_up(call, places->old, view, &old) >= 0 && places->fresh >= 0)
                (void) look_up(call, places->fresh, view, &fresh);
}

int file_names_judge(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                     const CallerView *view, RuleOutcome *ret)
{
        Naming naming = {.supervisor = supervisor, .tracee = tracee, .ret = ret};
        const NamePlaces *places = places_of(call->number);
        _cleanup_free_ char *old = NULL, *fresh = NULL;
        bool exchange;
        int r;

        naming.readable = call->arguments[places->old];
        r = look_up(call, places->old, view, &old);
        if (r > 0 && places->fresh >= 0)
                r = look_up(call, places->fresh, view, &fresh);
        if (r <= 0)
                return r;
        exchange = places->flags >= 0 && call->arguments[places->flags] & RENAME_EXCHANGE;
        r = judge_tree(&naming, old, fresh);
        return r == 0 && exchange ? judge_tree(&naming, fresh, old) : r;
}

/* ---- about to run ---- */

/* A place in a slot for the names that the call shall run by. */
typedef struct Room {
        char *memory;
        uint64_t address; /* of the slot in the program */
        size_t used;
} Room;

/* The program's own path, of which the slot has a copy. */
static const char *copy_of(const Room *room, uint64_t address)
{
        return address - room->address < LANDING_SLOT_ROOM
                       ? room->memory + (address - room->address)
                       : NULL;
}

/* The kernel makes no name of "", "." and "..", and takes none away, wherever that is. */
static bool ends_in_no_name(const char *path)
{
        size_t end = strlen(path), start;

        while (end > 0 && path[end - 1] == '/')
                end--;
        for (start = end; start > 0 && path[start - 1] != '/';)
                start--;
        return end == start || (end - start <= 2 && strncmp(path + start, "..", end - start) == 0);
}

/* Where argument `index` leads, as it was judged; with `anew` also whether it still does. */
static int name_again(Tracee *tracee, const CallRegisters *call, int index, bool anew, char **ret)
{
        const DecodedCall *decoded = &tracee->call->decoded;
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        const char *judged =
                index < (int) decoded->argument_count ? decoded->arguments[index].resolved : NULL;
        _cleanup_free_ char *now = NULL;
        int r = 0;

        if (anew || !judged)
                r = caller_resolve_argument(call, (unsigned) index, &caller, &now);
        if (r < 0)
                return r;
        if (!judged) /* it led to nothing when it was judged */
                return -ENOENT;
        if (anew && strcmp(now, judged) != 0)
                return -EBADMSG;
        *ret = strdup(judged);
        return *ret ? 0 : -ENOMEM;
}

/* A file without a name is named by the link of /proc to it. */
static int name_by_reference(Tracee *tracee, int dirfd, const char *path, char **name)
{
        char *reference = NULL;

        if (**name == '/' && !path_check_is_deleted(*name))
                return 0;
        if (resolve_path_reference(tracee_pid(tracee), tracee_tid(tracee), dirfd, path,
                                   &reference) < 0)
                return 0;
        free(*name);
        *name = reference;
        return 1;
}

static int put_name(Room *room, const char *name, bool slash, uint64_t *argument)
{
        size_t length = strlen(name);

        slash = slash && name[length - 1] != '/';
        if (length + slash >= PATH_MAX || room->used + length + slash + 1 > LANDING_SLOT_ROOM)
                return -ENAMETOOLONG;
        *argument = room->address + room->used;
        memcpy(room->memory + room->used, name, length + 1);
        if (slash)
                memcpy(room->memory + room->used + length, "/", 2);
        room->used += length + slash + 1;
        return 0;
}

/* What renames takes the link itself even where a slash says that it has to be a directory, and
 * says that it is none. */
static int find_link_before_slash(Tracee *tracee, const CallRegisters *call, int index,
                                  const char *path, const char *judged)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        int directory = call->number == SYS_rename ? AT_FDCWD : (int) call->arguments[index - 1];
        _cleanup_free_ char *plain = strdup(path), *resolved = NULL;
        size_t length = strlen(path);
        int r;

        if (!plain)
                return -ENOMEM;
        while (length > 1 && plain[length - 1] == '/')
                plain[--length] = '\0';
        r = caller.resolve_path(caller.context, directory, plain, 0, &resolved);
        if (r == -EINPROGRESS) /* a server would have to be asked: what was judged is taken */
                return 0;
        if (r < 0)
                return r;
        return strcmp(resolved, judged) == 0 ? 0 : -ENOTDIR;
}

static bool is_link(int number)
{
        return number == SYS_link || number == SYS_linkat;
}

/* One path of it. A link at the end of linkat's was followed already. */
static int hold_path(Room *room, Tracee *tracee, int index, bool anew, CallRegisters *call)
{
        const CallRegisters own = *call;
        const char *path = copy_of(room, own.arguments[index]);
        bool follows =
                own.number == SYS_linkat && index == 1 && own.arguments[4] & AT_SYMLINK_FOLLOW;
        _cleanup_free_ char *name = NULL;
        int r = name_again(tracee, &own, index, anew, &name);
        bool slash;

        if (r < 0)
                return r;
        if (!path)
                return -ENOSPC;
        slash = path[strlen(path) - 1] == '/';
        if (slash && !is_link(own.number))
                r = find_link_before_slash(tracee, &own, index, path, name);
        if (r < 0)
                return r;
        if (follows && !name_by_reference(tracee, (int) own.arguments[0], path, &name))
                call->arguments[4] &= ~(uint64_t) AT_SYMLINK_FOLLOW;
        return put_name(room, name, slash, &call->arguments[index]);
}

int file_names_hold(Supervisor *supervisor, Tracee *tracee, bool anew, CallRegisters *call)
{
        const NamePlaces *places = places_of(call->number);
        OpenCall *open = tracee->call;
        Room room = {.used = open->pinned_bytes};
        CallRegisters held = *call;
        const char *old, *fresh;
        void *memory;
        int r;

        if (!places)
                return 0;
        r = pinned_slot(supervisor, tracee, &room.address, &memory);
        if (r < 0)
                return r;
        room.memory = memory;
        old = copy_of(&room, call->arguments[places->old]);
        fresh = copy_of(&room, call->arguments[places->fresh]);
        if (old && fresh && (ends_in_no_name(old) || ends_in_no_name(fresh)))
                return 0;
        r = hold_path(&room, tracee, places->old, anew, &held);
        if (r == 0)
                r = hold_path(&room, tracee, places->fresh, anew, &held);
        if (r < 0)
                return r;
        *call = held;
        open->pinned = true;
        if (open->check_path && open->verified == VERIFIED_NO) {
                open->verified = VERIFIED_YES;
                free(open->unverified_reason);
                open->unverified_reason = NULL;
        }
        return 0;
}
