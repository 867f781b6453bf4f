/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A descriptor of /proc/PID/mem opened while a program was dumpable keeps working after it set
 * PR_SET_DUMPABLE to 0, for a tracer without privilege too: so it is opened at every exec.
 */
#include "harness.h"

#include <sys/socket.h>

static const char secret[] = "readable";

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        syscall(SYS_getppid);
        CHECK_EQUAL(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), 0);
        syscall(SYS_getppid);
}

int main(void)
{
        char path[64];
        char text[sizeof(secret)] = "";
        int memory;
        pid_t pid;

        if (getuid() == 0) {
                CHECK_EQUAL(setresgid(65534, 65534, 65534), 0);
                CHECK_EQUAL(setresuid(65534, 65534, 65534), 0);
                CHECK_EQUAL(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
        }
        pid = fact_start(child, NULL);
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        snprintf(path, sizeof(path), "/proc/%d/mem", pid);
        memory = open(path, O_RDONLY | O_CLOEXEC);
        CHECK(memory >= 0);
        fact_resume(pid, PTRACE_CONT, 0);

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(open(path, O_RDONLY | O_CLOEXEC), -1);
        CHECK_EQUAL(errno, EACCES);
        CHECK_EQUAL(pread(memory, text, sizeof(text), (off_t) (uintptr_t) secret), sizeof(text));
        CHECK_EQUAL(strcmp(text, secret), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
