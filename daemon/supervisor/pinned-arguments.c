/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/pinned-arguments.h"

#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "syscalls/structure-layout.h"

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

        if (size > LANDING_SLOT_BYTES)
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

/* A slot that is being filled. */
typedef struct Pinner {
        TraceeView view;
        const SyscallEntry *entry;
        unsigned char *memory;
        uint64_t address; /* of the slot in the program */
        PinnedCall pinned;
} Pinner;

/* What one argument gave. */
typedef enum PinResult {
        PIN_DONE,
        PIN_NOTHING,    /* NULL, or the kernel does not look */
        PIN_UNREADABLE, /* the kernel cannot read it either, now */
        PIN_NO_ROOM,
        PIN_GONE,
} PinResult;

static size_t room(const Pinner *pinner)
{
        return LANDING_SLOT_BYTES - pinner->pinned.bytes;
}

/* Copies bytes behind what the slot holds already. */
static PinResult pin_bytes(Pinner *pinner, uint64_t address, size_t size, uint64_t *ret_address)
{
        unsigned char *copy = pinner->memory + pinner->pinned.bytes;
        ssize_t n;

        if (!address || size == 0)
                return PIN_NOTHING;
        if (size > room(pinner))
                return PIN_NO_ROOM;
        n = tracee_read_memory(&pinner->view, address, copy, size);
        if (n == -ESRCH)
                return PIN_GONE;
        if (n < 0 || (size_t) n < size)
                return PIN_UNREADABLE;
        *ret_address = pinner->address + pinner->pinned.bytes;
        pinner->pinned.bytes = (pinner->pinned.bytes + size + 15) & ~(size_t) 15;
        if (pinner->pinned.bytes > LANDING_SLOT_BYTES)
                pinner->pinned.bytes = LANDING_SLOT_BYTES;
        return PIN_DONE;
}

/* A string with its NUL. One that is too long for a path is copied as far as the kernel looks, so
 * that it stays too long. */
static PinResult pin_string(Pinner *pinner, uint64_t address, size_t max, uint64_t *ret_address)
{
        unsigned char *copy = pinner->memory + pinner->pinned.bytes;
        size_t limit = max < room(pinner) ? max : room(pinner);
        const unsigned char *end;
        ssize_t n;

        if (!address)
                return PIN_NOTHING;
        n = tracee_read_memory(&pinner->view, address, copy, limit);
        if (n == -ESRCH)
                return PIN_GONE;
        if (n <= 0)
                return PIN_UNREADABLE;
        end = memchr(copy, 0, (size_t) n);
        if (!end && (size_t) n < limit)
                return PIN_UNREADABLE;
        if (!end && limit < max)
                return PIN_NO_ROOM;
        *ret_address = pinner->address + pinner->pinned.bytes;
        pinner->pinned.bytes += end ? (size_t) (end - copy) + 1 : limit;
        return PIN_DONE;
}

static void *slot_at(Pinner *pinner, uint64_t address)
{
        return pinner->memory + (address - pinner->address);
}

/* argv: the array and each string. */
static PinResult pin_vector(Pinner *pinner, uint64_t address, uint64_t *ret_address)
{
        uint64_t *copy;
        size_t count = 0, size;
        PinResult result;

        pinner->pinned.bytes = (pinner->pinned.bytes + 15) & ~(size_t) 15;
        if (!address)
                return PIN_NOTHING;
        for (;; count++) {
                uint64_t element;
                ssize_t n = tracee_read_memory(&pinner->view, address + count * 8, &element,
                                               sizeof(element));

                if (n != sizeof(element))
                        return n == -ESRCH ? PIN_GONE : PIN_UNREADABLE;
                if (!element)
                        break;
                if ((count + 2) * 8 > room(pinner))
                        return PIN_NO_ROOM;
        }
        size = (count + 1) * sizeof(uint64_t);
        result = pin_bytes(pinner, address, size, ret_address);
        if (result != PIN_DONE)
                return result;
        copy = slot_at(pinner, *ret_address);
        copy[count] = 0; /* it may have grown since it was counted */
        for (size_t i = 0; i < count; i++) {
                result = pin_string(pinner, copy[i], LANDING_SLOT_BYTES, &copy[i]);
                if (result != PIN_DONE)
                        return result;
        }
        return PIN_DONE;
}

/* A message's head, its address, the heads of its buffers and its control data. */
static PinResult pin_message(Pinner *pinner, uint64_t address, uint64_t *ret_address)
{
        PinResult result = pin_bytes(pinner, address, sizeof(struct msghdr), ret_address);
        struct msghdr *head;
        uint64_t copy;

        if (result != PIN_DONE)
                return result;
        head = slot_at(pinner, *ret_address);
        result = pin_bytes(pinner, (uint64_t) head->msg_name, head->msg_namelen, &copy);
        if (result == PIN_DONE)
                head->msg_name = (void *) copy;
        if (result == PIN_DONE || result == PIN_NOTHING) {
                if (head->msg_iovlen > IOV_MAX)
                        return PIN_NOTHING; /* EMSGSIZE */
                result = pin_bytes(pinner, (uint64_t) head->msg_iov,
                                   head->msg_iovlen * sizeof(struct iovec), &copy);
        }
        if (result == PIN_DONE)
                head->msg_iov = (void *) copy;
        if (result == PIN_DONE || result == PIN_NOTHING)
                result = pin_bytes(pinner, (uint64_t) head->msg_control, head->msg_controllen,
                                   &copy);
        if (result == PIN_DONE)
                head->msg_control = (void *) copy;
        return result == PIN_NOTHING ? PIN_DONE : result;
}

static size_t size_of(const Pinner *pinner, const SyscallArgument *argument)
{
        if (argument->size_argument >= 0)
                return (size_t) pinner->pinned.call.arguments[argument->size_argument];
        return argument->structure ? argument->structure->size : 0;
}

static PinResult pin_argument(Pinner *pinner, unsigned index)
{
        const SyscallArgument *argument = &pinner->entry->arguments[index];
        uint64_t *value = &pinner->pinned.call.arguments[index];

        switch (argument->kind) {
        case ARGUMENT_KIND_PATH:
        case ARGUMENT_KIND_STRING:
                return pin_string(pinner, *value, PATH_MAX, value);
        case ARGUMENT_KIND_STRING_VECTOR:
                /* the environment is neither judged nor shown whole: it stays where it is */
                return index == 2 ? PIN_NOTHING : pin_vector(pinner, *value, value);
        case ARGUMENT_KIND_SOCKET_ADDRESS:
                if (size_of(pinner, argument) > sizeof(struct sockaddr_storage))
                        return PIN_NOTHING; /* EINVAL */
                return pin_bytes(pinner, *value, size_of(pinner, argument), value);
        case ARGUMENT_KIND_STRUCT_IN:
                return pin_bytes(pinner, *value, size_of(pinner, argument), value);
        case ARGUMENT_KIND_IOVEC:
                if (size_of(pinner, argument) > IOV_MAX)
                        return PIN_NOTHING; /* EINVAL */
                return pin_bytes(pinner, *value, size_of(pinner, argument) * sizeof(struct iovec),
                                 value);
        case ARGUMENT_KIND_MSGHDR:
                return pin_message(pinner, *value, value);
        default:
                return PIN_NOTHING;
        }
}

int pinned_arguments_take(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                          PinnedCall *ret)
{
        static const char *const reasons[] = {
                [PIN_UNREADABLE] = "an argument could not be read",
                [PIN_NO_ROOM] = "the arguments are larger than the room for copies",
        };
        Pinner pinner = {.view = tracee_view(tracee), .entry = syscall_by_number(call->number)};
        void *memory = NULL;

        pinner.pinned.call = *call;
        if (pinner.entry && pinned_slot(supervisor, tracee, &pinner.address, &memory) < 0)
                pinner.pinned.incomplete = "there is no slot for copies of its arguments";
        pinner.memory = memory;
        for (unsigned i = 0; memory && i < pinner.entry->argument_count; i++) {
                uint64_t own = pinner.pinned.call.arguments[i];
                PinResult result = pin_argument(&pinner, i);

                if (result != PIN_DONE)
                        pinner.pinned.call.arguments[i] = own;
                if (result == PIN_GONE)
                        return -ESRCH;
                if (result == PIN_DONE)
                        pinner.pinned.mask |= 1u << i;
                else if (result != PIN_NOTHING)
                        pinner.pinned.incomplete = reasons[result];
        }
        *ret = pinner.pinned;
        return 0;
}
