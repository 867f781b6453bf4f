/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The call stack of a thread that this process has stopped. libdwfl reads the program's own ELF
 * files for it; only regular files are opened, and no debugger files are searched or downloaded.
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "supervisor/path-walk.h"
#include "supervisor/process-facts.h"
#include "supervisor/served-memory.h"
#include "supervisor/served-mounts.h"

typedef struct StackWalk {
        Dwfl *dwfl;
        char **lines; /* NULL-ended, owned */
        unsigned count;
        unsigned max;
        int error;
} StackWalk;

static void dwfl_endp(Dwfl **dwfl)
{
        if (*dwfl)
                dwfl_end(*dwfl);
}

/* Opens a mapped file by its name, if a regular file is there: the program may have put anything in
 * its place, and opening a FIFO would wait for ever. */
static int open_mapped_file(const char *name)
{
        _cleanup_close_ int fd = open(name, O_PATH | O_CLOEXEC);
        char again[32];
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return -1;
        snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
        return open(again, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* Also when that cannot be told without asking. */
static bool is_served(const char *name)
{
        _cleanup_close_ int fd = -1;

        if (!served_mounts_hold_files())
                return false;
        fd = place_open_held(AT_FDCWD, name, 0, RESOLVE_CACHED);
        return fd < 0 || place_is_served(fd);
}

static int find_elf(Dwfl_Module *module, void **user_data, const char *module_name, Dwarf_Addr base,
                    char **ret_name, Elf **ret_elf)
{
        /* [vdso] and what was deleted: from the memory of the process */
        if (module_name[0] != '/' || strstr(module_name, " (deleted)"))
                return dwfl_linux_proc_find_elf(module, user_data, module_name, base, ret_name,
                                                ret_elf);
        *ret_elf = NULL;
        *ret_name = NULL;
        return is_served(module_name) ? -1 : open_mapped_file(module_name);
}

static int find_no_debug_file(Dwfl_Module *module, void **user_data, const char *module_name,
                              Dwarf_Addr base, const char *file_name, const char *debuglink_file,
                              GElf_Word debuglink_crc, char **ret_name)
{
        (void) module, (void) user_data, (void) module_name, (void) base, (void) file_name,
                (void) debuglink_file, (void) debuglink_crc, (void) ret_name;
        return -1;
}

static const char *last_component(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* "libc.so.6 __mkdir+0xb", "program+0x1139" without a symbol, "0x7f12…" without a file. */
static char *describe_frame(Dwfl *dwfl, Dwarf_Addr pc, bool activation)
{
        /* a return address lies behind the call: the call itself tells which function it is in */
        Dwarf_Addr within = activation || pc == 0 ? pc : pc - 1;
        Dwfl_Module *module = dwfl_addrmodule(dwfl, within);
        const char *file, *symbol;
        Dwarf_Addr start = 0;
        GElf_Off offset = 0;
        GElf_Sym sym;

        if (!module)
                return string_format("0x%lx", pc);
        file = dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
        symbol = dwfl_module_addrinfo(module, within, &offset, &sym, NULL, NULL, NULL);
        if (symbol)
                return string_format("%s %s+0x%lx", last_component(file ? file : "?"), symbol,
                                     offset + (pc - within));
        return string_format("%s+0x%lx", last_component(file ? file : "?"), pc - start);
}

static int take_frame(Dwfl_Frame *frame, void *context)
{
        StackWalk *walk = context;
        bool activation;
        Dwarf_Addr pc;

        if (walk->count == walk->max || !dwfl_frame_pc(frame, &pc, &activation))
                return DWARF_CB_ABORT;
        walk->lines[walk->count] = describe_frame(walk->dwfl, pc, activation);
        if (!walk->lines[walk->count]) {
                walk->error = -ENOMEM;
                return DWARF_CB_ABORT;
        }
        walk->count++;
        return DWARF_CB_OK;
}

/* Where the thread is, when its stack cannot be walked: /proc says it of a stopped thread. */
static int take_position(StackWalk *walk, pid_t tid)
{
        _cleanup_(fclosep) FILE *file = NULL;
        unsigned long pc;
        char name[48], line[256];
        const char *last;

        snprintf(name, sizeof(name), "/proc/%d/syscall", tid);
        file = fopen(name, "re");
        if (!file)
                return errno == ENOENT ? -ESRCH : -errno;
        if (!fgets(line, sizeof(line), file))
                return -ESRCH;
        last = strrchr(line, ' ');
        if (!last)
                return -EBUSY;
        pc = strtoul(last + 1, NULL, 16);
        walk->lines[0] = describe_frame(walk->dwfl, pc, true);
        if (!walk->lines[0])
                return -ENOMEM;
        walk->count = 1;
        return 0;
}

int process_stack(pid_t tid, bool memory_waits, unsigned max, char ***ret_lines)
{
        static const Dwfl_Callbacks callbacks = {
                .find_elf = find_elf,
                .find_debuginfo = find_no_debug_file,
        };
        _cleanup_(dwfl_endp) Dwfl *dwfl = dwfl_begin(&callbacks);
        StackWalk walk = {.dwfl = dwfl, .max = max};
        pid_t pid;
        int r = process_thread_group(tid, &pid);

        if (r < 0)
                return r;
        if (!dwfl || max == 0)
                return dwfl ? -EINVAL : -ENOMEM;
        walk.lines = calloc((size_t) max + 1, sizeof(*walk.lines));
        if (!walk.lines)
                return -ENOMEM;
        /* the unwinder reads wherever the program's registers lead it, and waits for what it reads
         */
        if (dwfl_linux_proc_report(dwfl, pid) == 0 && dwfl_report_end(dwfl, NULL, NULL) == 0 &&
            !memory_waits && !served_memory_at(pid, 0, SIZE_MAX) &&
            dwfl_linux_proc_attach(dwfl, pid, true) == 0)
                dwfl_getthread_frames(dwfl, tid, take_frame, &walk);
        r = walk.error;
        if (r == 0 && walk.count == 0)
                r = take_position(&walk, tid);
        if (r < 0) {
                strv_free(walk.lines);
                return r;
        }
        *ret_lines = walk.lines;
        return 0;
}
