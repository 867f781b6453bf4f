/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/remote-call.h"

#include <signal.h>
#include <string.h>

#include "base/cleanup.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/tracer.h"

int stop_queue_push(StopQueue *queue, const Stop *stop)
{
        if (queue->count == queue->capacity) {
                size_t capacity = queue->capacity ? queue->capacity * 2 : 8;
                Stop *list = reallocarray(queue->list, capacity, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                queue->list = list;
                queue->capacity = capacity;
        }
        queue->list[queue->count++] = *stop;
        return 0;
}

int stop_queue_pop(StopQueue *queue, Stop *ret)
{
        if (queue->count == 0)
                return 0;
        *ret = queue->list[0];
        queue->count--;
        memmove(queue->list, queue->list + 1, queue->count * sizeof(*queue->list));
        return 1;
}

void stop_queue_release(StopQueue *queue)
{
        free(queue->list);
        *queue = (StopQueue){0};
}

int remote_wait(pid_t tid, StopQueue *later, Stop *ret)
{
        int status, r = tracer_wait(tid, &status);

        if (r < 0)
                return r == -ECHILD ? TRACEE_GONE : r;
        *ret = stop_classify(tid, status);
        if (ret->kind == STOP_EXITED || ret->kind == STOP_KILLED) {
                r = stop_queue_push(later, ret);
                return r < 0 ? r : TRACEE_GONE;
        }
        return 0;
}

static int begin(RemoteCaller *caller, const CallRegisters *call)
{
        Registers registers = caller->base;
        int r;

        registers_prepare_call(&registers, caller->pad, call);
        r = tracee_set_registers(caller->tid, &registers);
        return r < 0 ? r : tracee_resume(caller->tid, TRACEE_STEP, 0);
}

static void serve(RemoteCaller *caller)
{
        if (!caller->serve)
                return;
        caller->served = caller->serve(caller->serve_context);
        if (caller->served != -EPROTO)
                caller->serve = NULL;
}

/* 1 and the result when the call was made, 0 when the thread is still before it. Elsewhere the
 * program has had it sent, by a restartable sequence (rseq(2)) that counts the pad in: no call was
 * made. */
static int take_result(const RemoteCaller *caller, int64_t *ret_result)
{
        Registers registers;
        uint64_t place;
        int r = tracee_get_registers(caller->tid, &registers);

        if (r < 0)
                return r;
        place = registers_instruction_pointer(&registers);
        if (place == caller->pad)
                return 0;
        *ret_result = registers_result(&registers);
        return place == caller->pad + SYSCALL_INSTRUCTION_BYTES ? 1 : -EFAULT;
}

int remote_call(RemoteCaller *caller, const CallRegisters *call, int64_t *ret_result)
{
        int r = begin(caller, call);

        while (r == 0) {
                Stop stop;

                serve(caller);
                r = remote_wait(caller->tid, caller->later, &stop);
                if (r < 0)
                        return r;
                if (stop.kind == STOP_SIGNAL && stop.value == SIGTRAP) {
                        r = take_result(caller, ret_result);
                        if (r != 0)
                                return r < 0 ? r : 0;
                        stop.value = 0;
                }
                if (stop.kind == STOP_SIGNAL && stop.value && stop.value != SIGSTOP)
                        return -EFAULT;
                if (stop.kind == STOP_GROUP || (stop.kind == STOP_SIGNAL && stop.value))
                        caller->group_signal = stop.value;
                /* A SIGSTOP is delivered, so that the kernel itself orders it against a SIGCONT;
                 * the thread goes on out of the group-stop and joins it again afterwards. A call
                 * that was waiting is made again. */
                r = tracee_resume(caller->tid, TRACEE_STEP,
                                  stop.kind == STOP_SIGNAL ? stop.value : 0);
        }
        return r;
}
