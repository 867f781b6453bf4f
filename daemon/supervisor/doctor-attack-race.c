/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks by a second thread, which changes what was judged before the kernel looks at it. */
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

#define ROUNDS       3000
#define CHILD_ROUNDS 300
#define PAGE         4096
#define TAKEN        200 /* a descriptor */

typedef struct Race {
        char path[256];
        int place; /* the descriptor that comes next */
        struct clone_args *arguments;
        atomic_bool over, won;
} Race;

static void *flip_path(void *userdata)
{
        Race *race = userdata;
        size_t size = strlen(ground()->secret);

        while (!atomic_load(&race->over)) {
                memcpy(race->path, ground()->secret, size);
                memcpy(race->path, ground()->public, size);
        }
        return NULL;
}

static void *swap_symlink(void *userdata)
{
        Race *race = userdata;
        _cleanup_free_ char *other = string_format("%s/other", ground()->directory);
        bool secret = true;

        for (; other && !atomic_load(&race->over); secret = !secret)
                if (symlink(secret ? ground()->secret : ground()->public, other) == 0)
                        rename(other, race->path);
        return NULL;
}

/* Takes whatever descriptor appears before anybody can compare it. */
static void *take_descriptor(void *userdata)
{
        Race *race = userdata;

        while (!atomic_load(&race->over))
                if (dup2(race->place, TAKEN) == TAKEN && is_secret(TAKEN))
                        atomic_store(&race->won, true);
        return NULL;
}

static void *hide_and_show(void *userdata)
{
        Race *race = userdata;

        while (!atomic_load(&race->over)) {
                mprotect(race->arguments, PAGE, PROT_NONE);
                mprotect(race->arguments, PAGE, PROT_READ);
        }
        return NULL;
}

static void open_again_and_again(Race *race)
{
        for (int i = 0; i < ROUNDS && !atomic_load(&race->won); i++) {
                int fd = (int) syscall(SYS_openat, AT_FDCWD, race->path, O_RDONLY | O_CLOEXEC, 0);

                if (is_secret(fd))
                        atomic_store(&race->won, true);
                close_fd(fd);
        }
}

/* A child that is not traced gets ENOSYS where the filter asks a tracer. */
static void make_children(Race *race)
{
        for (int i = 0; i < CHILD_ROUNDS && !atomic_load(&race->won); i++) {
                pid_t pid = (pid_t) syscall(SYS_clone3, race->arguments, sizeof(*race->arguments));
                int answer;

                if (pid == 0)
                        exit_with(deed_mkdir());
                if (pid <= 0)
                        continue;
                answer = await_deed(pid);
                if (answer == 0 || answer == -ENOSYS)
                        atomic_store(&race->won, true);
        }
}

/* Runs `attack` beside the threads. */
static int run_race(Race *race, void *(*const threads[])(void *), size_t count,
                    void (*attack)(Race *race))
{
        pthread_t started[2];
        size_t running = 0;

        while (running < count &&
               pthread_create(&started[running], NULL, threads[running], race) == 0)
                running++;
        if (running == count)
                attack(race);
        atomic_store(&race->over, true);
        for (size_t i = 0; i < running; i++)
                pthread_join(started[i], NULL);
        if (running < count)
                return -EAGAIN;
        return atomic_load(&race->won) ? 0 : -EACCES;
}

static int flipped_path(void)
{
        static void *(*const threads[])(void *) = {flip_path};
        Race race = {0};

        if (strlen(ground()->public) >= sizeof(race.path))
                return -ENAMETOOLONG;
        memcpy(race.path, ground()->public, strlen(ground()->public) + 1);
        return run_race(&race, threads, ELEMENTS_OF(threads), open_again_and_again);
}

static int swapped_symlink(void)
{
        static void *(*const threads[])(void *) = {swap_symlink, take_descriptor};
        Race race = {0};

        snprintf(race.path, sizeof(race.path), "%s/link", ground()->directory);
        if (symlink(ground()->public, race.path) < 0)
                return -errno;
        race.place = dup(STDOUT_FILENO);
        close_fd(race.place);
        return run_race(&race, threads, ELEMENTS_OF(threads), open_again_and_again);
}

static int hidden_arguments(void)
{
        static void *(*const threads[])(void *) = {hide_and_show};
        Race race = {0};

        race.arguments =
                mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (race.arguments == MAP_FAILED)
                return -errno;
        *race.arguments = (struct clone_args){.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
        return run_race(&race, threads, ELEMENTS_OF(threads), make_children);
}

static const Attack attacks[] = {
        ATTACK("path-race", "a thread changes the path after it was judged", "pinned arguments",
               EACCES, flipped_path),
        ATTACK("symlink-race",
               "a symlink leads elsewhere after it was judged, and the descriptor is taken",
               "no second look", EACCES, swapped_symlink),
        ATTACK("clone3-race", "a child that nobody traces, by a page that hides",
               "pinned arguments", EACCES, hidden_arguments),
};

AttackList attacks_by_race(void)
{
        return (AttackList){attacks, ELEMENTS_OF(attacks)};
}
