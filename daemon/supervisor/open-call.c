/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/open-call.h"

#include <stdlib.h>
#include <systemd/sd-event.h>

uint64_t monotonic_ns(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

CallRegisters open_call_registers(const OpenCall *call)
{
        CallRegisters registers = call->decoded.registers;

        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                registers.arguments[i] = open_call_argument(call, i);
        return registers;
}

OpenCall *open_call_new(const CallRegisters *registers)
{
        OpenCall *call = calloc(1, sizeof(*call));

        if (!call)
                return NULL;
        call->original = *registers;
        call->decoded.registers = *registers;
        call->rule = -1;
        call->verified = VERIFIED_YES;
        clock_gettime(CLOCK_REALTIME, &call->since);
        call->entered_ns = monotonic_ns();
        return call;
}

uint64_t open_call_argument(const OpenCall *call, unsigned index)
{
        return call->pinned_mask & 1u << index ? call->original.arguments[index]
                                               : call->decoded.registers.arguments[index];
}

OpenCall *open_call_free(OpenCall *call)
{
        if (!call)
                return NULL;
        if (call->is_decoded)
                decoded_call_release(&call->decoded);
        sd_event_source_disable_unref(call->wait);
        if (call->after) {
                action_release(call->after);
                free(call->after);
        }
        free(call->unverified_reason);
        free(call->edited_from);
        free(call->aside);
        free(call);
        return NULL;
}

const char *decided_by_name(DecidedBy by)
{
        static const char *const names[] = {
                [BY_NOBODY] = "nobody",
                [BY_RULE] = "rule",
                [BY_USER] = "user",
                [BY_TIMEOUT] = "timeout",
                [BY_SCRIPT] = "script",
                [BY_INJECTION] = "injection",
                [BY_SUPERVISOR] = "supervisor",
        };

        return names[by];
}

const char *call_action_name(CallAction action)
{
        static const char *const names[] = {
                [CALL_ALLOWED] = "allow",
                [CALL_ABORTED] = "abort",
                [CALL_RETURNED] = "return",
                [CALL_INTERRUPTED] = "interrupt",
        };

        return names[action];
}

const char *verified_name(Verified verified)
{
        static const char *const names[] = {
                [VERIFIED_NO] = "no",
                [VERIFIED_YES] = "yes",
                [VERIFIED_CHANGED] = "changed",
        };

        return names[verified];
}
