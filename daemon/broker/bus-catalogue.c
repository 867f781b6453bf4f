/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ListSyscalls: the table of calls, for editors and completion. */
#include "broker/bus-manager.h"
#include "syscalls/named-constants.h"
#include "syscalls/syscall-table.h"

static int append_constants(sd_bus_message *reply, const NamedConstants *constants)
{
        int r;

        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "constants");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "s");
        for (size_t i = 0; r >= 0 && i < constants->count; i++)
                r = sd_bus_message_append(reply, "s", constants->list[i].name);
        for (int depth = 0; r >= 0 && depth < 3; depth++)
                r = sd_bus_message_close_container(reply);
        return r;
}

static int append_argument(sd_bus_message *reply, const SyscallArgument *argument)
{
        int r;

        r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(reply, "{sv}{sv}", "name", "s", argument->name, "kind",
                                          "s", argument_kind_name(argument->kind));
        if (r >= 0 && argument->constants)
                r = append_constants(reply, argument->constants);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_arguments(sd_bus_message *reply, const SyscallEntry *call)
{
        int r;

        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "arguments");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (unsigned i = 0; r >= 0 && i < call->argument_count; i++)
                r = append_argument(reply, &call->arguments[i]);
        for (int depth = 0; r >= 0 && depth < 3; depth++)
                r = sd_bus_message_close_container(reply);
        return r;
}

static bool is_member(const char *group, int number)
{
        size_t count = 0;
        const int *numbers = syscall_group(group, &count);

        for (size_t i = 0; numbers && i < count; i++)
                if (numbers[i] == number)
                        return true;
        return false;
}

static int append_groups(sd_bus_message *reply, const SyscallEntry *call)
{
        const char *group;
        int r;

        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "groups");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "s");
        for (size_t i = 0; r >= 0 && (group = syscall_group_name(i)); i++)
                if (is_member(group, call->number))
                        r = sd_bus_message_append(reply, "s", group);
        for (int depth = 0; r >= 0 && depth < 3; depth++)
                r = sd_bus_message_close_container(reply);
        return r;
}

static int append_call(sd_bus_message *reply, const SyscallEntry *call)
{
        int r;

        r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(reply, "{sv}{sv}{sv}", "number", "i",
                                          (int32_t) call->number, "name", "s", call->name, "group",
                                          "s", syscall_main_group(call->number));
        if (r >= 0)
                r = append_groups(reply, call);
        if (r >= 0)
                r = append_arguments(reply, call);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

int bus_list_syscalls(GateCall *call, sd_bus_error *error _unused_)
{
        sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(call->message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (int number = 0; r >= 0 && number < SYSCALL_TABLE_END; number++) {
                const SyscallEntry *entry = syscall_by_number(number);

                if (entry)
                        r = append_call(reply, entry);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(call->message), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}
