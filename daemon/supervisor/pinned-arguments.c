/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/pinned-arguments.h"

#include <string.h>

#include "syscalls/call-memory.h"
#include "syscalls/syscall-table.h"

int pinned_slot(Supervisor *supervisor, Tracee *tracee, uint64_t *ret_address, void **ret_memory)
{
        if (!tracee->process->landing)
                return -ENXIO;
        if (tracee->slot < 0) {
                int slot = landing_memory_take_slot(supervisor->landing);

                if (slot < 0)
                        return slot;
                tracee->slot = slot;
        }
        *ret_address = landing_slot_address(tracee->process->landing, tracee->slot);
        *ret_memory = landing_memory_slot(supervisor->landing, tracee->slot);
        return 0;
}

int pinned_copy(Supervisor *supervisor, Tracee *tracee, uint64_t address, size_t size,
                uint64_t *ret_address, void **ret_copy)
{
        TraceeView view = tracee_view(tracee);
        uint64_t slot_address;
        void *memory;
        ssize_t n;
        int r;

        if (size > LANDING_SLOT_ROOM)
                return -E2BIG;
        r = pinned_slot(supervisor, tracee, &slot_address, &memory);
        if (r < 0)
                return r;
        n = tracee_read_memory(&view, address, memory, size);
        if (n < 0)
                return (int) n;
        if ((size_t) n < size)
                return -EFAULT;
        *ret_address = slot_address;
        *ret_copy = memory;
        return 0;
}

/* Ranges of one call: argv is the only one that can need many. */
#define RANGES_MAX 512

/* A slot that is being filled. */
typedef struct Pinner {
        const CallerView *caller;
        unsigned char *memory;
        uint64_t address; /* of the slot in the program */
        uint64_t
                copies[RANGES_MAX]; /* where each range's copy lies in the program, 0: not copied */
        PinnedCall pinned;
} Pinner;

static void *slot_at(Pinner *pinner, uint64_t address)
{
        return pinner->memory + (address - pinner->address);
}

/* Copies one range behind what the slot holds already. -ENOSPC, -EFAULT, -ESRCH. */
static int copy_range(Pinner *pinner, const MemoryRange *range, uint64_t *ret_copy)
{
        size_t start = (pinner->pinned.bytes + 15) & ~(size_t) 15;
        unsigned char *copy = pinner->memory + start;
        ssize_t n;

        if (start > LANDING_SLOT_ROOM || range->size > LANDING_SLOT_ROOM - start)
                return -ENOSPC;
        n = pinner->caller->read_memory(pinner->caller->context, range->address, copy, range->size);
        if (n < 0)
                return (int) n;
        if ((size_t) n < range->size)
                return -EFAULT;
        if (range->string)
                copy[range->size - 1] = '\0'; /* it may have grown since it was measured */
        pinner->pinned.bytes = start + range->size;
        *ret_copy = pinner->address + start;
        return 0;
}

/* Whatever pointed to the range points to its copy. */
static void point_to_copy(Pinner *pinner, const MemoryRange *range, uint64_t copy)
{
        if (range->parent < 0) {
                pinner->pinned.call.arguments[range->argument] = copy;
                pinner->pinned.mask |= 1u << range->argument;
        } else {
                memcpy((char *) slot_at(pinner, pinner->copies[range->parent]) +
                               range->parent_offset,
                       &copy, sizeof(copy));
        }
}

static int pin_ranges(Pinner *pinner, const MemoryRange *ranges, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                const MemoryRange *range = &ranges[i];
                int r;

                pinner->copies[i] = 0;
                if (range->broken || (range->parent >= 0 && !pinner->copies[range->parent])) {
                        pinner->pinned.incomplete = "an argument could not be read";
                        continue;
                }
                if (range->size == 0)
                        continue;
                r = copy_range(pinner, range, &pinner->copies[i]);
                if (r == -ESRCH)
                        return r;
                if (r == 0)
                        point_to_copy(pinner, range, pinner->copies[i]);
                else
                        pinner->pinned.incomplete =
                                r == -ENOSPC ? "the arguments are larger than the room for copies"
                                             : "an argument could not be read";
        }
        return 0;
}

/* A structure may have been changed between measuring and copying, so that the copy leads to memory
 * that was not copied: the kernel's way through the copies must stay among them. */
static bool stays_in_slot(const Pinner *pinner, const Tracee *tracee)
{
        MemoryRange ranges[RANGES_MAX];
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        int count;

        view.overlay = pinner->memory;
        view.overlay_address = pinner->address;
        view.overlay_size = LANDING_SLOT_BYTES;
        count = call_memory_ranges(&pinner->pinned.call, &caller, ranges, RANGES_MAX);
        for (int i = 0; i < count; i++)
                if (ranges[i].size > 0 &&
                    (ranges[i].address < pinner->address ||
                     ranges[i].address + ranges[i].size > pinner->address + LANDING_SLOT_BYTES))
                        return false;
        return count >= 0;
}

static bool has_children(const MemoryRange *ranges, int count)
{
        for (int i = 0; i < count; i++)
                if (ranges[i].parent >= 0)
                        return true;
        return false;
}

int pinned_arguments_take(Supervisor *supervisor, Tracee *tracee, const CallerView *caller,
                          const CallRegisters *call, PinnedCall *ret)
{
        Pinner pinner;
        MemoryRange ranges[RANGES_MAX];
        int count = call_memory_ranges(call, caller, ranges, RANGES_MAX), r;
        void *memory;

        pinner.caller = caller;
        pinner.pinned = (PinnedCall){.call = *call};

        if (count == -ESRCH)
                return count;
        if (count < 0)
                pinner.pinned.incomplete = count == -E2BIG
                                                   ? "there are too many arguments to copy"
                                                   : "an argument is longer than the kernel takes";
        if (count > 0) {
                if (pinned_slot(supervisor, tracee, &pinner.address, &memory) < 0) {
                        pinner.pinned.incomplete = "there is no room for copies of its arguments";
                } else {
                        pinner.memory = memory;
                        r = pin_ranges(&pinner, ranges, (size_t) count);
                        if (r < 0)
                                return r;
                        if (has_children(ranges, count) && !stays_in_slot(&pinner, tracee))
                                pinner.pinned.incomplete =
                                        "an argument changed while it was copied";
                }
        }
        *ret = pinner.pinned;
        return 0;
}

bool pinned_arguments_are_judged(const PinnedCall *effective)
{
        const SyscallEntry *entry = syscall_by_number(effective->call.number);

        if (!effective->incomplete || !entry)
                return true;
        for (unsigned i = 0; i < entry->argument_count; i++) {
                ArgumentKind kind = entry->arguments[i].kind;

                if (argument_kind_direction(kind) == ARGUMENT_IN &&
                    kind != ARGUMENT_KIND_STRING_VECTOR && kind != ARGUMENT_KIND_BUFFER_IN &&
                    effective->call.arguments[i] && !(effective->mask & 1u << i))
                        return false;
        }
        return true;
}

/* ---- calls that wait ---- */

/* What a guard has put into the slot is the guard's: nobody else knows what leads there. */
static bool is_pinned_by_guard(const OpenCall *call)
{
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                if (!(call->pinned_mask & 1u << i) &&
                    call->decoded.registers.arguments[i] != call->original.arguments[i])
                        return true;
        return call->decoded.registers.number != call->original.number;
}

void pinned_arguments_set_aside(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;

        if (tracee->slot < 0 || call->pinned_bytes == 0 || is_pinned_by_guard(call))
                return;
        call->aside = malloc(call->pinned_bytes);
        if (!call->aside)
                return;
        memcpy(call->aside, landing_memory_slot(supervisor->landing, tracee->slot),
               call->pinned_bytes);
        call->aside_address = landing_slot_address(tracee->process->landing, tracee->slot);
        landing_memory_give_slot(supervisor->landing, tracee->slot);
        tracee->slot = -1;
}

/* They are read from what was kept, as if that lay in the program still (tracee_view()): so what
 * leads from one to another is led to the new place. */
static int take_again(Supervisor *supervisor, Tracee *tracee, PinnedCall *ret)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);

        return pinned_arguments_take(supervisor, tracee, &caller, &tracee->call->decoded.registers,
                                     ret);
}

/* What was decoded stays as it was shown; only where it lies is another place. */
static void lead_to_new_place(OpenCall *call, const PinnedCall *pinned)
{
        for (unsigned i = 0; i < call->decoded.argument_count; i++)
                for (unsigned j = 0; j < SYSCALL_ARGUMENTS_MAX; j++)
                        if (pinned->mask & 1u << j && call->decoded.arguments[i].value ==
                                                              call->decoded.registers.arguments[j])
                                call->decoded.arguments[i].value = pinned->call.arguments[j];
        call->decoded.registers = pinned->call;
        call->pinned_mask = pinned->mask;
        call->pinned_bytes = pinned->bytes;
}

int pinned_arguments_bring_back(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;
        PinnedCall pinned;
        int r;

        if (!call->aside)
                return 0;
        r = take_again(supervisor, tracee, &pinned);
        if (r == 0 && (pinned.mask & call->pinned_mask) != call->pinned_mask)
                r = -ENOSPC;
        if (r < 0)
                return r;
        lead_to_new_place(call, &pinned);
        free(call->aside);
        call->aside = NULL;
        return 0;
}
