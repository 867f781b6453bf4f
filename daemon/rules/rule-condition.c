/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule-condition.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "syscalls/decode.h"

/* The longest string that the kernel takes as a path, and the most messages of one sendmmsg. */
#define STRING_BYTES_MAX 4096
#define MESSAGES_MAX     1024

RuleCondition *rule_condition_free(RuleCondition *condition)
{
        if (!condition)
                return NULL;
        for (size_t i = 0; i < condition->test_count; i++)
                condition_test_free(condition->tests[i]);
        free(condition->tests);
        free(condition->places);
        free(condition->name);
        free(condition->json);
        free(condition);
        return NULL;
}

bool rule_conditions_equal(const Rule *a, const Rule *b)
{
        if (a->condition_count != b->condition_count)
                return false;
        for (size_t i = 0; i < a->condition_count; i++)
                if (!string_equal(a->conditions[i]->name, b->conditions[i]->name) ||
                    !string_equal(a->conditions[i]->json, b->conditions[i]->json))
                        return false;
        return true;
}

bool rule_condition_needs_memory(const RuleCondition *condition, size_t place)
{
        return condition->places[place].memory;
}

/* One judgement in progress. */
typedef struct Judge {
        const ConditionTest *test;
        const CallRegisters *registers;
        const CallerView *view;
        int error; /* of what could not be read */
} Judge;

/* The kernel itself looks whether these pointers are NULL and then reads no path behind them. */
static bool may_be_absent(int number, unsigned index)
{
        switch (number) {
        case SYS_utimensat:
        case SYS_futimesat:
        case SYS_statx:
        case SYS_newfstatat:
        case SYS_fanotify_mark:
        case SYS_acct:
        case SYS_quotactl:
                return true;
        case SYS_mount:
                return index == 0;
        default:
                return false;
        }
}

static int describe_argument(const Judge *judge, unsigned index, char **ret)
{
        return judge->view->describe_fd(judge->view->context,
                                        (int) judge->registers->arguments[index], ret);
}

static int get_path(const Judge *judge, unsigned index, char **ret)
{
        const CallRegisters *call = judge->registers;
        const SyscallEntry *entry = syscall_by_number(call->number);
        int directory = entry ? entry->arguments[index].directory_argument : -1;

        if (call->arguments[index] != 0 || !may_be_absent(call->number, index))
                return caller_resolve_argument(call, index, judge->view, ret);
        return directory >= 0 ? describe_argument(judge, (unsigned) directory, ret) : -ENOENT;
}

/* An errno that the kernel would give for the same path: then that is the refusal. */
static bool kernel_says_so_too(int error)
{
        return error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -ENAMETOOLONG ||
               error == -EACCES || error == -EBADF;
}

static Judgement judge_string(Judge *judge, int r, const char *string)
{
        if (r < 0) {
                judge->error = kernel_says_so_too(r) ? -r : EPERM;
                return JUDGEMENT_UNKNOWN;
        }
        return condition_test_string(judge->test, string) ? JUDGEMENT_YES : JUDGEMENT_NO;
}

static Judgement judge_path(Judge *judge, unsigned index)
{
        _cleanup_free_ char *path = NULL;
        bool absent = judge->registers->arguments[index] == 0 &&
                      may_be_absent(judge->registers->number, index);
        int r = get_path(judge, index, &path);

        if (absent && r < 0)
                return JUDGEMENT_NO;
        return judge_string(judge, r, path);
}

static Judgement judge_plain_string(Judge *judge, unsigned index)
{
        uint64_t address = judge->registers->arguments[index];
        _cleanup_free_ char *string = NULL;

        if (address == 0)
                return JUDGEMENT_NO;
        return judge_string(
                judge, caller_read_string(judge->view, address, STRING_BYTES_MAX, &string), string);
}

static Judgement judge_descriptor(Judge *judge, unsigned index)
{
        _cleanup_free_ char *text = NULL;
        int r = describe_argument(judge, index, &text);

        if (r == -EBADF)
                return JUDGEMENT_NO;
        return judge_string(judge, r, text);
}

static bool read_exactly(const Judge *judge, uint64_t address, void *buffer, size_t size)
{
        ssize_t n = judge->view->read_memory(judge->view->context, address, buffer, size);

        return n >= 0 && (size_t) n == size;
}

static Judgement judge_unknown(Judge *judge)
{
        judge->error = EPERM;
        return JUDGEMENT_UNKNOWN;
}

static Judgement judge_address_at(Judge *judge, uint64_t address, uint64_t size)
{
        _cleanup_free_ char *resolved = NULL;
        struct sockaddr_storage storage;
        SocketName name;

        size = (uint32_t) size;
        if (address == 0 || size == 0)
                return JUDGEMENT_NO;
        if (size > sizeof(storage)) /* the kernel says EINVAL before it reads */
                return JUDGEMENT_NO;
        if (!read_exactly(judge, address, &storage, size))
                return judge_unknown(judge);
        if (!socket_name_read(&storage, size, &name))
                return JUDGEMENT_NO;
        if (name.family == AF_UNIX && name.path[0] && name.path[0] != '@') {
                int r = judge->view->resolve_path(judge->view->context, AT_FDCWD, name.path, 1,
                                                  &resolved);

                if (r < 0)
                        return judge_string(judge, r, NULL);
                name.resolved = resolved;
        }
        return condition_test_address(judge->test, &name) ? JUDGEMENT_YES : JUDGEMENT_NO;
}

static Judgement judge_message(Judge *judge, uint64_t address)
{
        struct msghdr message;

        if (!read_exactly(judge, address, &message, sizeof(message)))
                return judge_unknown(judge);
        return judge_address_at(judge, (uint64_t) (uintptr_t) message.msg_name,
                                message.msg_namelen);
}

static Judgement judge_messages(Judge *judge, unsigned index, bool every)
{
        uint64_t address = judge->registers->arguments[index];
        uint32_t count = (uint32_t) judge->registers->arguments[index + 1];
        Judgement all = JUDGEMENT_NO;

        for (uint32_t i = 0; i < count && i < MESSAGES_MAX; i++) {
                Judgement one = judge_message(judge, address + i * sizeof(struct mmsghdr));

                if (one == JUDGEMENT_UNKNOWN)
                        return one;
                if (one == JUDGEMENT_YES && !every)
                        return one;
                if (one == JUDGEMENT_NO && every)
                        return one;
                all = one;
        }
        return all;
}

static Judgement judge_address(Judge *judge, unsigned index, bool every)
{
        const CallRegisters *call = judge->registers;
        const SyscallEntry *entry = syscall_by_number(call->number);
        const SyscallArgument *argument = &entry->arguments[index];

        if (call->number == SYS_sendmmsg)
                return judge_messages(judge, index, every);
        if (argument->kind == ARGUMENT_KIND_MSGHDR)
                return judge_message(judge, call->arguments[index]);
        if (argument->size_argument < 0)
                return judge_unknown(judge);
        return judge_address_at(judge, call->arguments[index],
                                call->arguments[argument->size_argument]);
}

/* openat2 has its flags in memory. */
static Judgement judge_access_in_memory(Judge *judge, unsigned index)
{
        struct open_how how;

        if (!read_exactly(judge, judge->registers->arguments[index], &how.flags, sizeof(how.flags)))
                return judge_unknown(judge);
        return condition_test_integer(judge->test, how.flags) ? JUDGEMENT_YES : JUDGEMENT_NO;
}

static Judgement judge_register(Judge *judge, unsigned index, unsigned width)
{
        uint64_t value = judge->registers->arguments[index];

        if (width < 64)
                value &= (UINT64_C(1) << width) - 1;
        return condition_test_integer(judge->test, value) ? JUDGEMENT_YES : JUDGEMENT_NO;
}

static Judgement judge_argument(Judge *judge, const RuleCondition *condition,
                                const ConditionPlace *place, unsigned index, bool every)
{
        if (condition->subject > SUBJECT_ACCESS && !judge->view)
                return judge_unknown(judge);
        switch (condition->subject) {
        case SUBJECT_INTEGER:
                return judge_register(judge, index, place->width);
        case SUBJECT_ACCESS:
                if (!place->memory)
                        return judge_register(judge, index, place->width);
                return judge->view ? judge_access_in_memory(judge, index) : judge_unknown(judge);
        case SUBJECT_PATH:
                return judge_path(judge, index);
        case SUBJECT_STRING:
                return judge_plain_string(judge, index);
        case SUBJECT_ADDRESS:
                return judge_address(judge, index, every);
        case SUBJECT_FD_PATH:
                return judge_descriptor(judge, index);
        }
        return judge_unknown(judge);
}

Judgement rule_condition_judge(const RuleCondition *condition, size_t place,
                               const CallRegisters *registers, const CallerView *view, bool every,
                               int *ret_error)
{
        const ConditionPlace *where = &condition->places[place];
        Judge judge = {.test = condition->tests[where->test], .registers = registers, .view = view};
        Judgement all = JUDGEMENT_NO;

        if (where->arguments == 0)
                return condition_test_integer(judge.test, 0) ? JUDGEMENT_YES : JUDGEMENT_NO;
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++) {
                Judgement one;

                if (!(where->arguments >> i & 1))
                        continue;
                one = judge_argument(&judge, condition, where, i, every);
                if (one == JUDGEMENT_UNKNOWN)
                        *ret_error = judge.error;
                if (one == JUDGEMENT_UNKNOWN || (one == JUDGEMENT_YES && !every) ||
                    (one == JUDGEMENT_NO && every))
                        return one;
                all = one;
        }
        return all;
}
