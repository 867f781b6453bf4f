/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every kernel fact needs: children that are seized before their first step, stops that are
 * waited for and named, filters of a few instructions, and a check that says where it failed. A
 * fact that this kernel does not have ends in fact_skip(): "skip (kernel): why", exit status 77.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a supervisor asks for. */
#define FACT_OPTIONS                                                                               \
        (PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |     \
         PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD)

/* The kernel's own restart codes, which user space never sees. */
#define KERNEL_ERESTARTNOHAND 514

typedef void (*FactChild)(void *argument);

#define CHECK(condition) fact_check(condition, #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(left, right)                                                                   \
        fact_check_equal((long long) (left), (long long) (right), #left " == " #right, __FILE__,   \
                         __LINE__)

void fact_check(bool holds, const char *text, const char *file, int line);
void fact_check_equal(long long left, long long right, const char *text, const char *file,
                      int line);
_Noreturn void fact_skip(const char *why);

/* Forks a child that is seized with `options` before it runs body(argument) and ends with _exit(0).
 * It dies with the caller. */
pid_t fact_start_with(FactChild body, void *argument, long options);
pid_t fact_start(FactChild body, void *argument);
/* The same, not traced. */
pid_t fact_start_free(FactChild body, void *argument);

/* One waitpid(pid, __WALL): the status. */
int fact_wait(pid_t pid);
/* Waits for exactly this PTRACE_EVENT_*. */
void fact_expect_event(pid_t pid, int event);
/* Waits for an exit with this status. */
void fact_expect_exit(pid_t pid, int status);
/* True when the status is that event's stop. */
bool fact_is_event(int status, int event);
void fact_resume(pid_t pid, int request, int signal);
/* Kills and reaps. */
void fact_end(pid_t pid);

struct user_regs_struct fact_registers(pid_t pid);
void fact_set_registers(pid_t pid, const struct user_regs_struct *registers);

/* In the caller: no_new_privs, and `action` (SECCOMP_RET_…) for the one call, allow for the rest.
 */
void fact_filter(int call, uint32_t action);
/* The same with flags, answering what seccomp(2) does. */
int fact_filter_flags(int call, uint32_t action, unsigned int flags);

/* A number after "NAME:" in /proc/PID/status, -1 when the line is absent. */
long fact_status_number(pid_t pid, const char *name);
/* The state letter of /proc/PID/stat. */
char fact_state(pid_t pid);
/* Polls until the process is in that state; false after two seconds. */
bool fact_reaches_state(pid_t pid, char state);
