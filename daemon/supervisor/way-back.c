/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/way-back.h"

#include <string.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/ptrace-request.h"

bool way_back_suits(const Supervisor *supervisor, const Tracee *tracee, int number)
{
        switch (number) {
        case SYS_fork:
        case SYS_vfork:
        case SYS_clone:
        case SYS_clone3:
        case SYS_execve:
        case SYS_execveat:
                return false;
        default:
                return tracee->slot >= 0 && !tracee->injection &&
                       landing_memory_is_roomy(supervisor->landing);
        }
}

int way_back_take(Supervisor *supervisor, Tracee *tracee, const Registers *registers,
                  const CallRegisters *call)
{
        const CallRegisters own = registers_call(registers);
        LandingRegisters values = {
                .instruction_pointer = registers_instruction_pointer(registers),
        };
        Registers changed = *registers;
        uint64_t resume;
        int r;

        memcpy(values.arguments, own.arguments, sizeof(values.arguments));
        landing_memory_put_way_back(supervisor->landing, tracee->process->landing, tracee->slot,
                                    &values, &resume);
        registers_set_call(&changed, call);
        registers_set_return(&changed, resume);
        r = tracee_set_registers(tracee_tid(tracee), &changed);
        if (r == 0)
                tracee->way_back = (WayBack){
                        .resume = resume,
                        .own = own,
                        .instruction_pointer = values.instruction_pointer,
                };
        return r;
}

/* From the instruction by which the kernel makes the call again to the last one. */
static bool is_on_it(const WayBack *way, uint64_t instruction_pointer)
{
        uint64_t size = (uint64_t) (landing_way_back_end - landing_way_back_start);

        return way->resume &&
               instruction_pointer - (way->resume - SYSCALL_INSTRUCTION_BYTES) < size;
}

int way_back_leave(Tracee *tracee)
{
        const WayBack *way = &tracee->way_back;
        Registers registers;
        uint64_t at;
        int r;

        if (!way->resume)
                return 0;
        r = tracee_get_registers(tracee_tid(tracee), &registers);
        if (r < 0)
                return r;
        at = registers_instruction_pointer(&registers);
        if (is_on_it(way, at)) {
                registers_put_back(&registers, &way->own, way->instruction_pointer,
                                   at < way->resume);
                r = tracee_set_registers(tracee_tid(tracee), &registers);
        }
        tracee->way_back = (WayBack){0};
        return r;
}

int way_back_repeats(Tracee *tracee, uint64_t place)
{
        const WayBack way = tracee->way_back;
        Registers registers;
        int r;

        tracee->way_back = (WayBack){0};
        if (!way.resume || place != way.resume)
                return 0;
        r = tracee_get_registers(tracee_tid(tracee), &registers);
        if (r < 0)
                return r;
        registers_put_back(&registers, &way.own, way.instruction_pointer, true);
        r = tracee_set_registers(tracee_tid(tracee), &registers);
        return r < 0 ? r : 1;
}
