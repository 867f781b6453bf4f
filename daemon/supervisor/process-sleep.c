/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Since when a thread sleeps. No interface tells that; but the scheduler notes by the clock of a
 * processor when a task last left it, and the same clock is read by running there.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "base/text.h"
#include "supervisor/process-facts.h"

/* "se.exec_start : 14929184.631238", in milliseconds. */
static int read_left_at(const char *name, uint64_t *ret_ns)
{
        _cleanup_(fclosep) FILE *file = fopen(name, "re");
        unsigned long long ms, ns;
        char line[128];

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "se.exec_start : %llu.%6llu", &ms, &ns) == 2) {
                        *ret_ns = ms * 1000000 + ns;
                        return 0;
                }
        return -EOPNOTSUPP;
}

/* Field 39 of /proc/TID/stat; the name in it may hold anything. */
static int read_processor(pid_t tid, unsigned *ret)
{
        _cleanup_(fclosep) FILE *file = NULL;
        char name[40], line[1024];
        const char *at;

        snprintf(name, sizeof(name), "/proc/%d/stat", tid);
        file = fopen(name, "re");
        if (!file || !fgets(line, sizeof(line), file))
                return -ESRCH;
        at = strrchr(line, ')');
        for (unsigned field = 2; at && field < 39; field++) {
                at = strchr(at, ' ');
                at = at ? at + 1 : NULL;
        }
        return at && sscanf(at, "%u", ret) == 1 ? 0 : -EOPNOTSUPP;
}

/* The clock of the processor that the calling thread is on. */
static int read_clock_here(uint64_t *ret_ns)
{
        sched_yield(); /* what is on the processor has its note renewed */
        return read_left_at("/proc/thread-self/sched", ret_ns);
}

int process_slept_ns(pid_t tid, uint64_t *ret_ns)
{
        cpu_set_t own, there;
        uint64_t left, now;
        unsigned processor;
        char name[40];
        int r;

        snprintf(name, sizeof(name), "/proc/%d/sched", tid);
        r = read_processor(tid, &processor);
        if (r == 0)
                r = read_left_at(name, &left);
        if (r < 0)
                return r;
        CPU_ZERO(&there);
        CPU_SET(processor, &there);
        if (sched_getaffinity(0, sizeof(own), &own) < 0 ||
            sched_setaffinity(0, sizeof(there), &there) < 0)
                return -errno;
        r = read_clock_here(&now);
        if (sched_setaffinity(0, sizeof(own), &own) < 0 && r == 0)
                r = -errno;
        if (r == 0)
                *ret_ns = now > left ? now - left : 0;
        return r;
}
