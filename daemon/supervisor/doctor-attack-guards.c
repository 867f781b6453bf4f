/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row for each guard that the filter refuses by itself, made out of the guard list: a guard that
 * joins it has its row here.
 */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "rules/guard-list.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

#define ROWS_MAX     40
#define PREFIX       "guard-"
#define ROW_NAME_MAX 48

static bool is_refused(const Guard *guard)
{
        return guard->wall == GUARD_ERRNO;
}

/* The call that the guard is about, made so that the kernel has nothing good to do with what the
 * guard does not look at: no descriptor, no address, no process, no signal. */
static int make_call(const Guard *guard)
{
        long at[6];

        for (size_t i = 0; i < ELEMENTS_OF(at); i++)
                at[i] = guard->cube.mask[i] ? (long) guard->cube.bits[i] : -1;
        return result_of(syscall(guard->number, at[0], at[1], at[2], at[3], at[4], at[5]));
}

int attack_guard(const char *name)
{
        const Guard *guard;
        pid_t self = getpid();
        int answer = -ENOSYS;

        for (size_t i = 0; (guard = guard_get(i)); i++) {
                int r;

                if (!is_refused(guard) || !string_equal(guard->name, name))
                        continue;
                r = make_call(guard);
                if (getpid() != self)
                        _exit(0); /* a child that should not be */
                if (r != -guard->error_number && r != -ENOSYS)
                        return 0;
                if (r == -guard->error_number)
                        answer = r;
        }
        return answer;
}

static bool has_row(const Attack *rows, size_t count, const char *guard)
{
        for (size_t i = 0; i < count; i++)
                if (string_equal(rows[i].guard, guard))
                        return true;
        return false;
}

AttackList attacks_on_guards(void)
{
        static char names[ROWS_MAX][ROW_NAME_MAX];
        static Attack rows[ROWS_MAX];
        static size_t count;
        const Guard *guard;

        if (count > 0)
                return (AttackList){rows, count};
        for (size_t i = 0; count < ROWS_MAX && (guard = guard_get(i)); i++) {
                if (!is_refused(guard) || has_row(rows, count, guard->name))
                        continue;
                snprintf(names[count], ROW_NAME_MAX, PREFIX "%s", guard->name);
                rows[count] = (Attack){.name = names[count],
                                       .detail = guard->reason,
                                       .wall = "filter",
                                       .expected = guard->error_number,
                                       .guard = guard->name};
                count++;
        }
        return (AttackList){rows, count};
}
