/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/judged-view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/resolve-path.h"

/* The page at `address`, which is read when it is not known; NULL when it cannot be kept: what of
 * it is readable has to be found out byte by byte. */
static const JudgedPage *page_at(JudgedView *view, uint64_t address)
{
        JudgedPage *page;

        for (unsigned i = 0; i < view->page_count; i++)
                if (view->pages[i].address == address)
                        return &view->pages[i];
        if (view->page_count == JUDGED_PAGES_MAX)
                return NULL;
        page = &view->pages[view->page_count];
        page->address = address;
        if (tracee_read_memory(&view->tracee, address, page->bytes, sizeof(page->bytes)) !=
            sizeof(page->bytes))
                return NULL;
        view->page_count++;
        return page;
}

static bool is_overlaid(const TraceeView *tracee, uint64_t address)
{
        return tracee->overlay && address - tracee->overlay_address < tracee->overlay_size;
}

static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t size)
{
        JudgedView *view = context;
        size_t in_page = address % JUDGED_PAGE_BYTES;
        const JudgedPage *page = NULL;

        if (size <= JUDGED_PAGE_BYTES - in_page && !is_overlaid(&view->tracee, address))
                page = page_at(view, address - in_page);
        if (!page)
                return tracee_read_memory(&view->tracee, address, buffer, size);
        memcpy(buffer, page->bytes + in_page, size);
        return (ssize_t) size;
}

/* A descriptor and the path that is sought in it, which may be none, stand side by side. */
static int describe_fd(void *context, int fd, char **ret)
{
        JudgedView *view = context;
        CallerView live = tracee_view_caller(&view->tracee);
        JudgedDescriptor *last = &view->descriptor;
        int r;

        if (!last->name || last->fd != fd) {
                free(last->name);
                *last = (JudgedDescriptor){.fd = fd};
                r = live.describe_fd(live.context, fd, &last->name);
                if (r < 0)
                        return r;
        }
        *ret = strdup(last->name);
        return *ret ? 0 : -ENOMEM;
}

static int process_name(void *context, int pid, char **ret)
{
        JudgedView *view = context;
        CallerView live = tracee_view_caller(&view->tracee);

        return live.process_name(live.context, pid, ret);
}

static int copy_of(const char *resolved, char **ret)
{
        *ret = strdup(resolved);
        return *ret ? 0 : -ENOMEM;
}

static bool ends_with(const char *text, const char *end)
{
        size_t length = strlen(text), more = strlen(end);

        return length >= more && strcmp(text + length - more, end) == 0;
}

/* Whether a descriptor is called so because its file is, and the file is still there: not
 * "pipe:[71]", "/dev/null<char 1:3>", "/tmp/x (deleted)". */
static bool is_name_of_file(const char *name)
{
        return *name == '/' && !ends_with(name, ">") && !ends_with(name, " (deleted)");
}

/* Where a path starts from, by name. */
static int start_of_path(JudgedView *view, int dirfd, char **ret)
{
        _cleanup_free_ char *name = NULL;
        int r = dirfd == AT_FDCWD ? view->caller.resolve_path(view, AT_FDCWD, ".", 1, &name)
                                  : describe_fd(view, dirfd, &name);

        if (r < 0 || !is_name_of_file(name))
                return -EAGAIN;
        *ret = TAKE_PTR(name);
        return 0;
}

/* A path by the names of things only: no directory on the way is held, which nobody needs who does
 * not judge. -EAGAIN when names alone do not tell where it leads. */
static int name_path(JudgedView *view, int dirfd, const char *path, int follow, char **ret)
{
        _cleanup_free_ char *start = NULL, *name = NULL;
        int r;

        if (!view->for_record || !view->tracee.our_root || strcmp(path, ".") == 0)
                return -EAGAIN;
        if (*path != '/') {
                r = start_of_path(view, dirfd, &start);
                if (r < 0)
                        return r;
        }
        if (!*path)
                name = TAKE_PTR(start);
        else if (start)
                name = string_format("%s/%s", string_equal(start, "/") ? "" : start, path);
        else
                name = strdup(path);
        if (!name)
                return -ENOMEM;
        r = *path ? name_in_our_root(name, follow) : 0;
        if (r == 0)
                *ret = TAKE_PTR(name);
        return r;
}

static int resolve_anew(JudgedView *view, int dirfd, const char *path, int follow, char **ret)
{
        CallerView live = tracee_view_caller(&view->tracee);
        int r = name_path(view, dirfd, path, follow, ret);

        return r == -EAGAIN ? live.resolve_path(live.context, dirfd, path, follow, ret) : r;
}

static int resolve_once(void *context, int dirfd, const char *path, int follow, char **ret)
{
        JudgedView *view = context;
        char *resolved = NULL;
        int r;

        if (view->instead)
                return copy_of(view->instead, ret);
        if (known_paths_get(&view->paths, dirfd, path, follow, &r, ret))
                return r;
        r = resolve_anew(view, dirfd, path, follow, &resolved);
        if (view->paths.count == KNOWN_PATHS_MAX || r == -EINPROGRESS) {
                *ret = resolved;
                return r;
        }
        r = known_paths_add(&view->paths, dirfd, path, follow, r, resolved);
        if (r == 0)
                (void) known_paths_get(&view->paths, dirfd, path, follow, &r, ret);
        return r;
}

void judged_view_init(JudgedView *view, const Tracee *tracee)
{
        view->tracee = tracee_view(tracee);
        view->caller = (CallerView){
                .context = view,
                .read_memory = read_memory,
                .describe_fd = describe_fd,
                .resolve_path = resolve_once,
                .process_name = process_name,
        };
        view->paths.count = 0;
        view->instead = NULL;
        view->for_record = false;
        view->descriptor = (JudgedDescriptor){0};
        view->page_count = 0;
}

void judged_view_release(JudgedView *view)
{
        known_paths_release(&view->paths);
        free(view->descriptor.name);
        view->descriptor.name = NULL;
}

const char *judged_view_plain_path(const JudgedView *view)
{
        for (unsigned i = 0; i < view->paths.count; i++)
                if (string_equal(view->paths.list[i].path, view->paths.list[i].resolved))
                        return view->paths.list[i].path;
        return NULL;
}
