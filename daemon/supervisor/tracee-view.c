/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/tracee-view.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>

#include "base/text.h"
#include "supervisor/describe-fd.h"
#include "supervisor/known-paths.h"
#include "supervisor/path-lookup.h"
#include "supervisor/process-facts.h"
#include "supervisor/resolve-path.h"
#include "supervisor/served-memory.h"

/* How long memory is waited for that a server has to send. */
#define SERVED_LIMIT_USEC 200000u

#define PAGE_BYTES  4096u
#define BATCH_PAGES 64u /* pages that one process_vm_readv() is asked for */

/* Cuts [address, address + size) at page boundaries, so that the kernel counts each page that it
 * could copy. Answers how many bytes the pieces hold, at most BATCH_PAGES of them. */
static size_t cut_into_pages(uint64_t address, size_t size, struct iovec *pieces,
                             unsigned *ret_count)
{
        size_t total = 0;
        unsigned count = 0;

        while (total < size && count < BATCH_PAGES) {
                uint64_t at = address + total;
                size_t room = PAGE_BYTES - (size_t) (at % PAGE_BYTES);

                if (room > size - total)
                        room = size - total;
                pieces[count].iov_base = (void *) (uintptr_t) at; /* NOLINT: the tracee's address */
                pieces[count].iov_len = room;
                total += room;
                count++;
        }
        *ret_count = count;
        return total;
}

/* One batch by process_vm_readv(): the count that was copied, or negative errno. */
static ssize_t read_batch(pid_t tid, uint64_t address, void *buffer, size_t size)
{
        struct iovec remote[BATCH_PAGES], local;
        unsigned count;
        ssize_t n;

        local.iov_base = buffer;
        local.iov_len = cut_into_pages(address, size, remote, &count);
        n = process_vm_readv(tid, &local, 1, remote, count, 0);
        return n < 0 ? -errno : n;
}

/* One batch through /proc/PID/mem, which was opened when its opener still had the right to. The
 * kernel reads pages here that the program itself could not (FOLL_FORCE). */
static ssize_t read_batch_by_fd(int memory_fd, uint64_t address, void *buffer, size_t size)
{
        size_t most = (size_t) BATCH_PAGES * PAGE_BYTES;
        ssize_t n = pread(memory_fd, buffer, size < most ? size : most, (off_t) address);

        if (n > 0)
                return n;
        /* no bytes and no error: the address space is gone */
        if (n == 0)
                return -ESRCH;
        return errno == EIO || errno == EINVAL ? -EFAULT : -errno;
}

/* Reads real memory, batch by batch, up to the first byte that cannot be read. */
static ssize_t read_memory_itself(const TraceeView *view, uint64_t address, void *buffer,
                                  size_t size)
{
        bool by_fd = false;
        size_t done = 0;

        while (done < size) {
                char *to = (char *) buffer + done;
                ssize_t n;

                if (by_fd)
                        n = read_batch_by_fd(view->memory_fd, address + done, to, size - done);
                else
                        n = read_batch(view->tid, address + done, to, size - done);
                if (n == -EPERM && !by_fd && view->memory_fd >= 0) {
                        by_fd = true;
                        continue;
                }
                if (n == -EINTR)
                        continue;
                if (n == -ESRCH || (n < 0 && done == 0))
                        return n;
                if (n <= 0)
                        break;
                done += (size_t) n;
        }
        return (ssize_t) done;
}

/* How many bytes from `address` on lie before the overlay (*ret_before), and how many then in it
 * (*ret_inside). */
static void split_at_overlay(const TraceeView *view, uint64_t address, size_t size,
                             size_t *ret_before, size_t *ret_inside)
{
        uint64_t start = view->overlay_address, past, left;

        *ret_before = size;
        *ret_inside = 0;
        if (!view->overlay || view->overlay_size == 0)
                return;
        if (__builtin_add_overflow(start, view->overlay_size - 1, &past) || address > past)
                return;
        if (address < start) {
                if (start - address >= size)
                        return;
                *ret_before = (size_t) (start - address);
        } else {
                *ret_before = 0;
        }
        left = past - (address + *ret_before) + 1;
        *ret_inside = size - *ret_before;
        if (*ret_inside > left)
                *ret_inside = (size_t) left;
}

/* Bytes that can be asked for from `address` on without a wrap at the end of the address space. */
static size_t without_wrap(uint64_t address, size_t size)
{
        if (size > SSIZE_MAX)
                size = SSIZE_MAX;
        if (address != 0 && size > UINT64_MAX - address + 1)
                size = (size_t) (UINT64_MAX - address + 1);
        return size;
}

static bool may_wait(const TraceeView *view, uint64_t address, size_t size)
{
        return !view->patient && (view->memory_waits || served_memory_at(view->pid, address, size));
}

/* Memory that comes when a server sends it is asked for by somebody who need not wait for ever. */
static ssize_t read_real_memory(const TraceeView *view, uint64_t address, void *buffer, size_t size)
{
        ssize_t n;

        if (!may_wait(view, address, size))
                return read_memory_itself(view, address, buffer, size);
        n = tracee_read_memory_bounded(view, address, buffer, size, SERVED_LIMIT_USEC);
        return n == -ETIMEDOUT || n == -EBUSY ? -EFAULT : n;
}

ssize_t tracee_read_memory(const TraceeView *view, uint64_t address, void *buffer, size_t size)
{
        size_t done = 0;

        size = without_wrap(address, size);
        while (done < size) {
                size_t before, inside;

                split_at_overlay(view, address + done, size - done, &before, &inside);
                if (before > 0) {
                        ssize_t n = read_real_memory(view, address + done, (char *) buffer + done,
                                                     before);

                        if (n == -ESRCH || (n < 0 && done == 0))
                                return n;
                        done += n > 0 ? (size_t) n : 0;
                        if (n < (ssize_t) before)
                                break;
                }
                if (inside > 0) {
                        uint64_t from = address + done - view->overlay_address;

                        memcpy((char *) buffer + done, (const char *) view->overlay + from, inside);
                        done += inside;
                }
        }
        return (ssize_t) done;
}

/* Writes with the program's own right to write, page by page. The count, or negative errno. */
static ssize_t write_as_the_program(pid_t tid, uint64_t address, const void *bytes, size_t size)
{
        size_t done = 0;

        while (done < size) {
                struct iovec remote[BATCH_PAGES], local;
                unsigned count;
                ssize_t n;

                local.iov_base =
                        (char *) bytes + done; /* only read from: the interface has no const */
                local.iov_len = cut_into_pages(address + done, size - done, remote, &count);
                n = process_vm_writev(tid, &local, 1, remote, count, 0);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && (done == 0 || errno == ESRCH))
                        return -errno;
                if (n <= 0)
                        break;
                done += (size_t) n;
        }
        return (ssize_t) done;
}

/* Writes over whatever protection the page has. The count, or negative errno. */
static ssize_t write_by_force(const TraceeView *view, uint64_t address, const void *bytes,
                              size_t size)
{
        _cleanup_close_ int own = -1;
        char name[sizeof("/proc/-2147483648/mem")];
        size_t done = 0;
        int fd;

        snprintf(name, sizeof(name), "/proc/%d/mem", view->tid);
        own = open(name, O_RDWR | O_CLOEXEC);
        if (own < 0 && (errno == ENOENT || errno == ESRCH))
                return -ESRCH;
        fd = own >= 0 ? own : view->memory_fd;
        if (fd < 0)
                return -errno;
        while (done < size) {
                ssize_t n = pwrite(fd, (const char *) bytes + done, size - done,
                                   (off_t) (address + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && done == 0)
                        return errno == EIO || errno == EINVAL ? -EFAULT : -errno;
                if (n == 0 && done == 0)
                        return -ESRCH;
                if (n <= 0)
                        break;
                done += (size_t) n;
        }
        return (ssize_t) done;
}

int tracee_write_memory(const TraceeView *view, uint64_t address, const void *bytes, size_t size,
                        int force)
{
        TraceeView bare = *view;
        _cleanup_free_ char *before = NULL;
        ssize_t n;

        if (size == 0)
                return 0;
        if (without_wrap(address, size) < size)
                return -EFAULT;
        if (!force && may_wait(view, address, size)) {
                int r = tracee_write_memory_bounded(view, address, bytes, size, SERVED_LIMIT_USEC);

                return r == -ETIMEDOUT || r == -EBUSY ? -EFAULT : r;
        }
        before = malloc(size);
        if (!before)
                return -ENOMEM;

        /* what is there now, to be put back when the write stops half way */
        bare.overlay = NULL;
        n = tracee_read_memory(&bare, address, before, size);
        if (n < 0)
                return (int) n;
        if ((size_t) n < size)
                return -EFAULT;
        if (force)
                n = write_by_force(view, address, bytes, size);
        else
                n = write_as_the_program(view->tid, address, bytes, size);
        if (n < 0)
                return (int) n;
        if ((size_t) n == size)
                return 0;
        if (n > 0 && force)
                write_by_force(view, address, before, (size_t) n);
        else if (n > 0)
                write_as_the_program(view->tid, address, before, (size_t) n);
        return -EFAULT;
}

static ssize_t view_read_memory(void *context, uint64_t address, void *buffer, size_t size)
{
        return tracee_read_memory(context, address, buffer, size);
}

static int view_describe_fd(void *context, int fd, char **ret)
{
        const TraceeView *view = context;

        return describe_fd(view->tid, fd, view->sockets, ret);
}

/* A server is asked by somebody whom only one call waits for, or for a short time. */
static int resolve_slowly(const TraceeView *view, int dirfd, const char *path, int follow,
                          char **ret)
{
        const PathQuestion question = {.pid = view->pid,
                                       .tid = view->tid,
                                       .dirfd = dirfd,
                                       .follow = follow,
                                       .path = (char *) path};

        if (view->path_usec)
                return path_lookup_bounded(&question, view->path_usec, ret);
        if (view->wish && !view->wish->path) {
                *view->wish = question;
                view->wish->path = strdup(path);
                if (!view->wish->path)
                        return -ENOMEM;
        }
        return -EINPROGRESS;
}

static int view_resolve_path(void *context, int dirfd, const char *path, int follow, char **ret)
{
        const TraceeView *view = context;
        int r;

        if (view->known && known_paths_get(view->known, dirfd, path, follow, &r, ret))
                return r;
        r = resolve_path_at_hand(view->pid, view->tid, view->our_root, dirfd, path, follow, ret);
        return r == -EINPROGRESS ? resolve_slowly(view, dirfd, path, follow, ret) : r;
}

static int view_process_name(void *context, int pid, char **ret)
{
        (void) context;
        return pid > 0 ? process_comm(pid, ret) : -ESRCH;
}

CallerView tracee_view_caller(TraceeView *view)
{
        return (CallerView){
                .context = view,
                .read_memory = view_read_memory,
                .describe_fd = view_describe_fd,
                .resolve_path = view_resolve_path,
                .process_name = view_process_name,
        };
}
