/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that a stopped tracee makes at once, while everybody waits: only for calls that the kernel
 * answers without waiting itself, in an image that was just exec'ed and has one thread. What can
 * block is injected by injection.h.
 */
#pragma once

#include "supervisor/ptrace-stop.h"
#include "supervisor/registers.h"

/* Stops that were seen while waiting for something else, for the loop to act on. */
typedef struct StopQueue {
        Stop *list;
        size_t count, capacity;
} StopQueue;

int stop_queue_push(StopQueue *queue, const Stop *stop);
/* False when it is empty. */
int stop_queue_pop(StopQueue *queue, Stop *ret);
void stop_queue_release(StopQueue *queue);

typedef struct RemoteCaller {
        pid_t tid;
        Registers base;              /* the registers to start each call from */
        uint64_t pad;                /* address of a system-call instruction in the tracee */
        StopQueue *later;            /* where a death goes that was seen here; borrowed */
        int (*serve)(void *context); /* what the call waits for: done each time that it is under
                                        way, until it answers something else than -EPROTO (the
                                        thread stopped first) */
        void *serve_context;
        int served;       /* what it answered */
        int group_signal; /* a group-stop was seen: to be taken up again afterwards; 0 for none */
} RemoteCaller;

/* 0 and the raw result; TRACEE_GONE; -EFAULT when the tracee trapped elsewhere. */
int remote_call(RemoteCaller *caller, const CallRegisters *call, int64_t *ret_result);

/* Waits for the next stop of this tracee alone; a death goes to `later` and answers TRACEE_GONE. */
int remote_wait(pid_t tid, StopQueue *later, Stop *ret);
