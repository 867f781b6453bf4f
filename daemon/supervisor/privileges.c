/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/privileges.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "supervisor/own-filter.h"

/* Private memory; thousands of processes with held calls need a tenth of it. */
#define DATA_BYTES_MAX (UINT64_C(1) << 30)

#define PTRACE_BIT (UINT64_C(1) << CAP_SYS_PTRACE)

typedef struct CapabilitySets {
        uint64_t effective, permitted, inheritable;
} CapabilitySets;

int privileges_close_inherited(int first)
{
        return close_range((unsigned) first, ~0u, 0) < 0 ? -errno : 0;
}

static int get_capabilities(CapabilitySets *ret)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2];

        if (syscall(SYS_capget, &header, data) < 0)
                return -errno;
        ret->effective = data[0].effective | (uint64_t) data[1].effective << 32;
        ret->permitted = data[0].permitted | (uint64_t) data[1].permitted << 32;
        ret->inheritable = data[0].inheritable | (uint64_t) data[1].inheritable << 32;
        return 0;
}

static int set_capabilities(const CapabilitySets *sets)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        const struct __user_cap_data_struct data[2] = {
                {.effective = (uint32_t) sets->effective,
                 .permitted = (uint32_t) sets->permitted,
                 .inheritable = (uint32_t) sets->inheritable},
                {.effective = (uint32_t) (sets->effective >> 32),
                 .permitted = (uint32_t) (sets->permitted >> 32),
                 .inheritable = (uint32_t) (sets->inheritable >> 32)},
        };

        return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

bool privileges_have_ptrace(void)
{
        CapabilitySets own;

        return get_capabilities(&own) == 0 && (own.permitted & PTRACE_BIT);
}

int privileges_use_ptrace(bool use)
{
        CapabilitySets own;
        int r = get_capabilities(&own);

        if (r < 0)
                return r;
        own.effective = use ? own.effective | PTRACE_BIT : own.effective & ~PTRACE_BIT;
        return set_capabilities(&own);
}

/* Leaves `keep` at most. The bounding set can be made smaller only by who has CAP_SETPCAP; for
 * anybody else no_new_privs makes it meaningless. */
static int limit_capabilities(uint64_t keep)
{
        CapabilitySets own;
        int r = get_capabilities(&own);

        if (r < 0)
                return r;
        if (own.effective & (UINT64_C(1) << CAP_SETPCAP))
                for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
                        if (!(keep & (UINT64_C(1) << i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
                                return -errno;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
                return -errno;
        own = (CapabilitySets){.effective = own.permitted & keep,
                               .permitted = own.permitted & keep};
        return set_capabilities(&own);
}

int privileges_drop_thread(void)
{
        return limit_capabilities(0);
}

/* What the program may use: CapPrm of its status. */
static int capabilities_of(pid_t pid, uint64_t *ret)
{
        _cleanup_free_ char *path = string_format("/proc/%d/status", pid);
        _cleanup_(fclosep) FILE *file = path ? fopen(path, "re") : NULL;
        char line[256];

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "CapPrm: %" SCNx64, ret) == 1)
                        return 0;
        return -ESRCH;
}

static int limit_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
        return 0; /* its shadow is larger than any bound */
#else
        const struct rlimit data = {DATA_BYTES_MAX, DATA_BYTES_MAX};

        return setrlimit(RLIMIT_DATA, &data) < 0 ? -errno : 0;
#endif
}

static int hide_memory(void)
{
        const struct rlimit none = {0, 0};

        /* setrlimit first: a core file is not written for a process that is not dumpable either,
         * but a core_pattern pipe may be */
        if (setrlimit(RLIMIT_CORE, &none) < 0)
                return -errno;
        return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int keep_step(const void *keep)
{
        int r = limit_capabilities(*(const uint64_t *) keep);

        return r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : r;
}

int privileges_drop(pid_t program, const OtherThreads *others, Problem *problem)
{
        uint64_t keep;
        int r = capabilities_of(program, &keep);

        if (r == 0)
                r = hide_memory();
        if (r == 0)
                r = limit_memory();
        if (r == 0)
                r = !others ? 0 : others->run(others->userdata, keep_step, &keep);
        if (r == 0)
                r = keep_step(&keep);
        if (r == 0)
                r = own_filter_install();
        if (r < 0)
                return problem_set(problem, r, "the supervisor cannot give up its rights: %s",
                                   strerror(-r));
        return 0;
}
