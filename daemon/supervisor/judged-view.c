/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/judged-view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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

static int describe_fd(void *context, int fd, char **ret)
{
        JudgedView *view = context;
        CallerView live = tracee_view_caller(&view->tracee);

        return live.describe_fd(live.context, fd, ret);
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

static int resolve_path(void *context, int dirfd, const char *path, int follow, char **ret)
{
        JudgedView *view = context;
        CallerView live = tracee_view_caller(&view->tracee);
        char *resolved = NULL;
        int r;

        if (view->instead)
                return copy_of(view->instead, ret);
        if (known_paths_get(&view->paths, dirfd, path, follow, &r, ret))
                return r;
        r = live.resolve_path(live.context, dirfd, path, follow, &resolved);
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
                .resolve_path = resolve_path,
                .process_name = process_name,
        };
        view->paths.count = 0;
        view->instead = NULL;
        view->page_count = 0;
}

void judged_view_release(JudgedView *view)
{
        known_paths_release(&view->paths);
}

const char *judged_view_plain_path(const JudgedView *view)
{
        for (unsigned i = 0; i < view->paths.count; i++)
                if (string_equal(view->paths.list[i].path, view->paths.list[i].resolved))
                        return view->paths.list[i].path;
        return NULL;
}
