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

static int copy_of(const char *resolved, int error, char **ret)
{
        if (!resolved)
                return error;
        *ret = strdup(resolved);
        return *ret ? 0 : -ENOMEM;
}

static const JudgedPath *find(const JudgedView *view, int dirfd, const char *path, int follow)
{
        for (unsigned i = 0; i < view->count; i++) {
                const JudgedPath *judged = &view->paths[i];

                if (judged->dirfd == dirfd && judged->follow == follow &&
                    strcmp(judged->path, path) == 0)
                        return judged;
        }
        return NULL;
}

static int resolve_path(void *context, int dirfd, const char *path, int follow, char **ret)
{
        JudgedView *view = context;
        CallerView live = tracee_view_caller(&view->tracee);
        const JudgedPath *known = find(view, dirfd, path, follow);
        JudgedPath *judged;

        if (view->instead)
                return copy_of(view->instead, 0, ret);
        if (known)
                return copy_of(known->resolved, known->error, ret);
        if (view->count == JUDGED_PATHS_MAX)
                return live.resolve_path(live.context, dirfd, path, follow, ret);
        judged = &view->paths[view->count];
        *judged = (JudgedPath){.dirfd = dirfd, .follow = follow, .path = strdup(path)};
        if (!judged->path)
                return -ENOMEM;
        judged->error = live.resolve_path(live.context, dirfd, path, follow, &judged->resolved);
        view->count++;
        return copy_of(judged->resolved, judged->error, ret);
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
        view->count = 0;
        view->instead = NULL;
        view->page_count = 0;
}

void judged_view_release(JudgedView *view)
{
        for (unsigned i = 0; i < view->count; i++) {
                free(view->paths[i].path);
                free(view->paths[i].resolved);
        }
        view->count = 0;
}

const char *judged_view_plain_path(const JudgedView *view)
{
        for (unsigned i = 0; i < view->count; i++)
                if (string_equal(view->paths[i].path, view->paths[i].resolved))
                        return view->paths[i].path;
        return NULL;
}
