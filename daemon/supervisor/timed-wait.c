/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/timed-wait.h"

#include <string.h>
#include <sys/syscall.h>

#include "supervisor/pinned-arguments.h"
#include "supervisor/process-facts.h"

#define NS_OF_MS  UINT64_C(1000000)
#define NS_OF_SEC UINT64_C(1000000000)

/* Where a call has its timeout. */
typedef struct TimeoutPlace {
        int number;
        int argument;
        bool pointer; /* to a timespec; else milliseconds of an int */
} TimeoutPlace;

static const TimeoutPlace places[] = {
        {SYS_epoll_wait, 3, false},     {SYS_epoll_pwait, 3, false}, {SYS_epoll_pwait2, 3, true},
        {SYS_rt_sigtimedwait, 2, true}, {SYS_semtimedop, 3, true},   {SYS_io_getevents, 4, true},
};

static const TimeoutPlace *find_place(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(places); i++)
                if (places[i].number == number)
                        return &places[i];
        return NULL;
}

/* The timeout in nanoseconds; false when there is none, or when the kernel refuses it. */
static bool read_timeout(const Tracee *tracee, const TimeoutPlace *place, const CallRegisters *call,
                         uint64_t *ret_ns)
{
        uint64_t value = call->arguments[place->argument];
        TraceeView view = tracee_view(tracee);
        struct timespec time;

        if (!place->pointer) {
                *ret_ns = (uint64_t) (int32_t) value * NS_OF_MS;
                return (int32_t) value > 0;
        }
        if (value == 0 ||
            tracee_read_memory(&view, value, &time, sizeof(time)) != (ssize_t) sizeof(time))
                return false;
        if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= (long) NS_OF_SEC ||
            (uint64_t) time.tv_sec > UINT64_MAX / NS_OF_SEC - 1)
                return false;
        *ret_ns = (uint64_t) time.tv_sec * NS_OF_SEC + (uint64_t) time.tv_nsec;
        return *ret_ns > 0;
}

bool timed_wait_may_go_on(const OpenCall *call, int64_t result)
{
        return result == -EINTR && registers_ends_with_eintr(call->original.number);
}

void timed_wait_goes_on(Tracee *tracee, int signal)
{
        BrokenCall *broken = &tracee->broken;
        uint64_t caught;

        if (!broken->call || !broken->unless_handled)
                return;
        broken->valid = !broken->call->edited_from;
        if (signal && (process_caught_signals(tracee_tid(tracee), &caught) < 0 ||
                       caught & UINT64_C(1) << (signal - 1)))
                broken->valid = false; /* the program sees EINTR */
}

/* ---- the call that goes on ---- */

/* A timespec for the kernel to read, behind what the thread's slot holds. */
static int place_timespec(Supervisor *supervisor, Tracee *tracee, uint64_t ns,
                          uint64_t *ret_address)
{
        const struct timespec time = {.tv_sec = (time_t) (ns / NS_OF_SEC),
                                      .tv_nsec = (long) (ns % NS_OF_SEC)};
        size_t start = (tracee->call->pinned_bytes + 15) & ~(size_t) 15;
        uint64_t address;
        void *memory;
        int r = pinned_slot(supervisor, tracee, &address, &memory);

        if (r < 0)
                return r;
        if (start > LANDING_SLOT_BYTES - sizeof(time))
                return -ENOSPC;
        memcpy((char *) memory + start, &time, sizeof(time));
        tracee->call->pinned_bytes = start + sizeof(time);
        *ret_address = address + start;
        return 0;
}

bool timed_wait_shorten(Supervisor *supervisor, Tracee *tracee, CallRegisters *call)
{
        const TimeoutPlace *place = find_place(call->number);
        uint64_t since = tracee->call->waits_since_ns, timeout, gone, left;

        if (!place || !since || !read_timeout(tracee, place, call, &timeout))
                return false;
        gone = monotonic_ns() - since;
        left = timeout > gone ? timeout - gone : 0;
        if (place->pointer)
                return place_timespec(supervisor, tracee, left,
                                      &call->arguments[place->argument]) == 0;
        call->arguments[place->argument] = (left + NS_OF_MS - 1) / NS_OF_MS;
        return true;
}

bool timed_wait_begins_anew(const Tracee *tracee, const Registers *registers)
{
        CallRegisters call = registers_call(registers);
        const TimeoutPlace *place = find_place(call.number);
        uint64_t timeout;

        if (registers_result(registers) != -EINTR || !registers_ends_with_eintr(call.number))
                return false;
        if (!place) /* a socket's own timeout, which the call does not carry */
                return call.number != SYS_semop;
        /* one that is followed goes on with what is left */
        if (tracee->broken.unless_handled && tracee->broken.registers.number == call.number &&
            memcmp(tracee->broken.registers.arguments, call.arguments, sizeof(call.arguments)) == 0)
                return false;
        return read_timeout(tracee, place, &call, &timeout);
}
