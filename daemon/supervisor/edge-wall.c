/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/edge-wall.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "supervisor/kernel-features.h"

#define STACK_RED_ZONE 128

/* A domain always refuses changes of mounts, and guards what these open. */
bool edge_wall_is_wanted(const RuleSet *rules)
{
        static const char *const guards[] = {"ptrace", "process-memory", "mounts", "namespaces"};

        for (size_t i = 0; i < ELEMENTS_OF(guards); i++)
                if (rule_set_opens_guard(rules, guards[i]))
                        return false;
        return kernel_has(KERNEL_LANDLOCK);
}

/* What the calls read, below all that the image uses. A domain must handle something: moving files
 * between directories, which every domain refuses unless it is allowed. */
typedef struct WallImage {
        struct landlock_ruleset_attr ruleset;
        struct landlock_path_beneath_attr beneath; /* packed: 12 bytes */
        char root[4];
} WallImage;

#define RULESET_BYTES                                                                              \
        sizeof(uint64_t) /* handled_access_fs alone, whatever the headers have more                \
                          */

static uint64_t image_address(const RemoteCaller *caller)
{
        return (registers_stack_pointer(&caller->base) - STACK_RED_ZONE - sizeof(WallImage)) &
               ~UINT64_C(15);
}

static int put_image(Tracee *tracee, uint64_t address, int root_fd)
{
        const WallImage image = {
                .ruleset.handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
                .beneath = {.allowed_access = LANDLOCK_ACCESS_FS_REFER, .parent_fd = root_fd},
                .root = "/",
        };
        const TraceeView view = tracee_view(tracee);

        return tracee_write_memory(&view, address, &image, sizeof(image), false);
}

static int call(RemoteCaller *caller, int64_t *ret, CallRegisters registers)
{
        return remote_call(caller, &registers, ret);
}

/* `root` is the program's "/", `ruleset` a new set: both its descriptors. */
static int restrict_self(RemoteCaller *caller, Tracee *tracee, int64_t root, int64_t ruleset)
{
        uint64_t address = image_address(caller);
        int64_t result;
        int r = put_image(tracee, address, (int) root);

        if (r == 0)
                r = call(caller, &result,
                         (CallRegisters){.number = SYS_landlock_add_rule,
                                         .arguments = {(uint64_t) ruleset,
                                                       LANDLOCK_RULE_PATH_BENEATH,
                                                       address + offsetof(WallImage, beneath)}});
        if (r < 0 || result < 0)
                return r; /* without the rule moving files would be refused */
        return call(caller, &result,
                    (CallRegisters){.number = SYS_landlock_restrict_self,
                                    .arguments = {(uint64_t) ruleset}});
}

int edge_wall_put_up(RemoteCaller *caller, Tracee *tracee)
{
        uint64_t address = image_address(caller);
        int64_t root = -1, ruleset = -1, ignored;
        int r = put_image(tracee, address, -1);

        if (r == 0)
                r = call(caller, &root,
                         (CallRegisters){.number = SYS_open,
                                         .arguments = {address + offsetof(WallImage, root),
                                                       O_PATH | O_DIRECTORY | O_CLOEXEC}});
        if (r == 0 && root >= 0)
                r = call(caller, &ruleset,
                         (CallRegisters){.number = SYS_landlock_create_ruleset,
                                         .arguments = {address, RULESET_BYTES}});
        if (r == 0 && root >= 0 && ruleset >= 0)
                r = restrict_self(caller, tracee, root, ruleset);
        if (r == 0 && ruleset >= 0)
                r = call(caller, &ignored,
                         (CallRegisters){.number = SYS_close, .arguments = {(uint64_t) ruleset}});
        if (r == 0 && root >= 0)
                r = call(caller, &ignored,
                         (CallRegisters){.number = SYS_close, .arguments = {(uint64_t) root}});
        return r;
}
