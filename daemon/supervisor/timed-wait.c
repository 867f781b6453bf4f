/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/timed-wait.h"

#include <string.h>
#include <sys/syscall.h>

#include "supervisor/carry-out.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/way-back.h"

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

static bool is_handled(const Tracee *tracee, int signal)
{
        uint64_t caught;

        return signal && (process_caught_signals(tracee_tid(tracee), &caught) < 0 ||
                          caught & UINT64_C(1) << (signal - 1));
}

void timed_wait_goes_on(Supervisor *supervisor, Tracee *tracee, int signal)
{
        BrokenCall *broken = &tracee->broken;
        bool again;

        if (!broken->call || !broken->unless_handled)
                return;
        again = !is_handled(tracee, signal); /* else the program sees EINTR */
        broken->valid = again && !broken->call->edited_from;
        carry_out_settle(supervisor, tracee, again);
}

/* ---- the call that goes on ---- */

/* A timespec for the kernel to read, behind what the thread's slot holds for the call. */
static int place_timespec(Supervisor *supervisor, Tracee *tracee, uint64_t ns,
                          uint64_t *ret_address)
{
        const struct timespec time = {.tv_sec = (time_t) (ns / NS_OF_SEC),
                                      .tv_nsec = (long) (ns % NS_OF_SEC)};
        size_t start = tracee->call ? (tracee->call->pinned_bytes + 15) & ~(size_t) 15 : 0;
        uint64_t address;
        void *memory;
        int r = pinned_slot(supervisor, tracee, &address, &memory);

        if (r < 0)
                return r;
        if (start > LANDING_SLOT_BYTES - sizeof(time))
                return -ENOSPC;
        memcpy((char *) memory + start, &time, sizeof(time));
        if (tracee->call)
                tracee->call->pinned_bytes = start + sizeof(time);
        *ret_address = address + start;
        return 0;
}

/* Puts what is left, of a wait that began at `since`, into the call. */
static bool shorten(Supervisor *supervisor, Tracee *tracee, uint64_t since, CallRegisters *call)
{
        const TimeoutPlace *place = find_place(call->number);
        uint64_t timeout, gone, left;

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

bool timed_wait_shorten(Supervisor *supervisor, Tracee *tracee, CallRegisters *call)
{
        return shorten(supervisor, tracee, tracee->call->waits_since_ns, call);
}

/* ---- one that nobody follows ---- */

/* The thread waits with the rest of a timeout that it was given at its last interruption. */
static bool waits_for_the_rest(const Tracee *tracee, const CallRegisters *call,
                               const TimeoutPlace *place)
{
        const CallRegisters *own = &tracee->way_back.own;

        if (!tracee->way_back.resume || !tracee->unseen_wait_since_ns ||
            own->number != call->number)
                return false;
        for (int i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                if ((own->arguments[i] == call->arguments[i]) == (i == place->argument))
                        return false;
        return true;
}

void timed_wait_note(Tracee *tracee)
{
        bool waits;
        const TimeoutPlace *place;
        CallRegisters call;
        uint64_t slept;

        waits = !tracee->call && process_waiting_call(tracee_tid(tracee), &call) > 0;
        place = waits ? find_place(call.number) : NULL;
        if (place && waits_for_the_rest(tracee, &call, place))
                return;
        tracee->unseen_wait_since_ns = 0;
        if (!place || process_slept_ns(tracee_tid(tracee), &slept) < 0)
                return;
        tracee->unseen_wait = call;
        tracee->unseen_wait_since_ns = monotonic_ns() - slept;
}

void timed_wait_repeats(Tracee *tracee, uint64_t instruction_pointer, uint64_t stack_pointer)
{
        if (!tracee->unseen_wait_since_ns || tracee->broken.call)
                return;
        tracee->broken = (BrokenCall){.valid = true,
                                      .since_ns = tracee->unseen_wait_since_ns,
                                      .registers = tracee->unseen_wait,
                                      .instruction_pointer = instruction_pointer,
                                      .stack_pointer = stack_pointer};
        tracee->unseen_wait_since_ns = 0;
}

static bool is_unseen_wait(const Tracee *tracee, const Registers *registers)
{
        const CallRegisters call = registers_call(registers), *noted = &tracee->unseen_wait;

        return tracee->unseen_wait_since_ns && registers_will_be_made_again(registers) &&
               call.number == noted->number &&
               memcmp(call.arguments, noted->arguments, sizeof(call.arguments)) == 0;
}

void timed_wait_resume(Supervisor *supervisor, Tracee *tracee)
{
        Registers registers;
        CallRegisters call;
        uint64_t address;
        void *memory;

        if (!tracee->unseen_wait_since_ns || tracee->call)
                return;
        if (tracee_get_registers(tracee_tid(tracee), &registers) < 0)
                return;
        call = registers_call(&registers);
        if (!is_unseen_wait(tracee, &registers) ||
            pinned_slot(supervisor, tracee, &address, &memory) < 0 ||
            !way_back_suits(supervisor, tracee, call.number) ||
            !shorten(supervisor, tracee, tracee->unseen_wait_since_ns, &call)) {
                tracee->unseen_wait_since_ns = 0;
                return;
        }
        /* gone: waitpid() reports it */
        (void) way_back_take(supervisor, tracee, &registers, &call);
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
        if (tracee->unseen_wait_since_ns && tracee->unseen_wait.number == call.number &&
            memcmp(tracee->unseen_wait.arguments, call.arguments, sizeof(call.arguments)) == 0)
                return false;
        return read_timeout(tracee, place, &call, &timeout);
}
