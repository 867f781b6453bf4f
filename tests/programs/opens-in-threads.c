/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files are opened in every manner while another thread has the same descriptors. */
#include <pthread.h>
#include <sys/stat.h>

#include "program.h"

static void try(const char *what, int fd)
{
        struct stat status = {0};

        if (fd < 0) {
                SAY("%s: %s\n", what, strerror(errno));
                return;
        }
        MUST(fstat(fd, &status) == 0);
        SAY("%s: mode %o size %ld flags %o\n", what, status.st_mode, (long) status.st_size,
            fcntl(fd, F_GETFL) & ~O_ACCMODE);
        close(fd);
}

static void open_plainly(int directory)
{
        try("relative", open("file", O_RDONLY));
        try("by directory", openat(directory, "file", O_RDONLY | O_CLOEXEC));
        try("upwards", openat(directory, "sub/../file", O_RDWR | O_APPEND));
        try("link", open("link", O_RDONLY));
        try("link, not followed", open("link", O_RDONLY | O_NOFOLLOW));
        try("link as a place", open("link", O_PATH | O_NOFOLLOW));
        try("dangling link", open("dangling", O_RDONLY));
        try("dangling link, made", open("dangling", O_RDWR | O_CREAT, 0600));
        try("dangling link, exclusively", open("far", O_RDWR | O_CREAT | O_EXCL, 0600));
        try("nothing", open("nothing", O_RDONLY));
        try("behind a file", open("file/x", O_RDONLY));
        try("a file with a slash", open("file/", O_RDONLY));
        try("as a directory", open("file", O_RDONLY | O_DIRECTORY));
        try("a directory", open(".", O_RDONLY | O_DIRECTORY));
        try("a directory to write", open("sub", O_WRONLY));
        try("unnamed", open(".", O_RDWR | O_TMPFILE, 0600));
        try("made", open("made", O_RDWR | O_CREAT | O_EXCL, 0640));
        try("made again", open("made", O_RDWR | O_CREAT | O_EXCL, 0640));
        try("cut", open("file", O_WRONLY | O_TRUNC));
        try("created", creat("created", 0604));
        try("empty path", open("", O_RDONLY));
        try("no path", (int) syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY, 0));
        try("no directory", openat(77, "file", O_RDONLY));
        try("unknown bits", (int) syscall(SYS_openat, AT_FDCWD, "file", 0x40000000, 07777));
}

/* Things that have no name to be opened by. */
static void open_by_reference(void)
{
        char path[64];
        int ends[2], fd = open("gone", O_RDWR | O_CREAT, 0600);

        MUST(fd >= 0 && write(fd, "deleted", 7) == 7 && unlink("gone") == 0 && pipe(ends) == 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        try("deleted", open(path, O_RDWR));
        MUST(symlink(path, "to-deleted") == 0);
        try("link to what is deleted", open("to-deleted", O_RDONLY));
        snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
        try("pipe", open(path, O_RDONLY | O_NONBLOCK));
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), ends[1]);
        try("pipe by number", open(path, O_WRONLY | O_NONBLOCK));
        try("standard input", open("/dev/stdin", O_RDONLY));
        try("null", open("/dev/null", O_RDWR));
        try("own image", open("/proc/self/exe", O_PATH));
        try("own name", open("/proc/thread-self/comm", O_RDONLY));
}

static void *wait_for_the_end(void *unused)
{
        pause();
        return unused;
}

int main(void)
{
        char directory[] = "/tmp/program-XXXXXX", command[64];
        pthread_t thread;
        int fd;

        MUST(mkdtemp(directory) && chdir(directory) == 0);
        MUST(pthread_create(&thread, NULL, wait_for_the_end, NULL) == 0);
        fd = open("file", O_RDWR | O_CREAT, 0640);
        MUST(fd >= 0 && write(fd, "content", 7) == 7 && mkdir("sub", 0700) == 0);
        MUST(symlink("file", "link") == 0 && symlink("new", "dangling") == 0 &&
             symlink("newer", "far") == 0);
        fd = open(directory, O_RDONLY | O_DIRECTORY);
        MUST(fd >= 0);
        open_plainly(fd);
        open_by_reference();
        snprintf(command, sizeof(command), "rm -r %s", directory);
        return system(command) == 0 ? 0 : 1;
}
