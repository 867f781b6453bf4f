/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stands in one state for some seconds, for inject-states.c to put calls into: says "ready PID
 * LETTER CALL" (the state letter of proc(5) and the call's number) on descriptor 20 just before,
 * and checks afterwards that nothing of it was to be seen: result, errno, length. Exit status 0
 * when all is well, 3 when only the length was wrong.
 *
 *   blocked STATE SECONDS
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAY   20
#define SPINS 6
/* Spinning threads share the processors, and so do the calls. */
#define SPIN_FACTOR 3

/* Exit status of one that noticed nothing but that it took too long. */
#define LATE    3
#define NOTHING (-1L)

/* How long it stands there. */
static int long_ms;
static struct timespec while_long;

static double now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void ready(char letter, long call)
{
        dprintf(SAY, "ready %d %c %ld\n", (int) gettid(), letter, call);
}

static void on_signal(int number)
{
        (void) number;
}

/* A child that does something after a while: writes into `fd`, or sends `number`. */
static void after_a_while(int fd, int number)
{
        pid_t parent = getpid();

        if (fork() != 0)
                return;
        nanosleep(&while_long, NULL);
        if (fd >= 0 && write(fd, "x", 1) != 1)
                _exit(1);
        if (number)
                kill(parent, number);
        _exit(0);
}

/* What the call must have answered; the error number only where it failed. */
static int check(long result, long wanted, int wanted_errno)
{
        if (result == wanted && (result != -1 || errno == wanted_errno))
                return 0;
        dprintf(2, "result %ld (%s), wanted %ld (%s)\n", result,
                result == -1 ? strerrorname_np(errno) : "-", wanted,
                wanted_errno ? strerrorname_np(wanted_errno) : "-");
        return 1;
}

/* ---- states ---- */

static uint64_t sum(double seconds, double *ret_float)
{
        double end = now_ms() + seconds * 1e3, value = 1;
        uint64_t rounds = 0, total = 0;

        do {
                uint64_t hash = 14695981039346656037u;

                value = 1;
                for (uint64_t i = 0; i < 200000; i++) {
                        hash = (hash ^ i) * 1099511628211u;
                        value = value * 1.0000001 + 1e-9;
                }
                total ^= rounds++ ? hash ^ total : hash;
        } while (now_ms() < end);
        *ret_float = value;
        return total;
}

static int spinning(void)
{
        double before, after;
        uint64_t wanted = sum(0, &before), got;

        ready('R', NOTHING);
        got = sum(SPIN_FACTOR * while_long.tv_sec, &after);
        return got == wanted && before == after ? 0 : check(1, 0, 0);
}

static void *spin(void *failed)
{
        double before, after;

        if (sum(0, &before) != sum(SPIN_FACTOR * while_long.tv_sec, &after) || before != after)
                *(int *) failed = 1;
        return NULL;
}

static int one_of_six(void)
{
        pthread_t threads[SPINS - 1];
        int failed = 0;

        for (unsigned i = 0; i < SPINS - 1; i++)
                pthread_create(&threads[i], NULL, spin, &failed);
        ready('R', NOTHING);
        spin(&failed);
        for (unsigned i = 0; i < SPINS - 1; i++)
                pthread_join(threads[i], NULL);
        return check(failed, 0, 0);
}

static int reading(void)
{
        char byte;
        int ends[2];

        if (pipe(ends) < 0)
                return 1;
        after_a_while(ends[1], 0);
        ready('S', SYS_read);
        return check(read(ends[0], &byte, 1), 1, 0);
}

static int waiting(void)
{
        pid_t child = fork();

        if (child == 0) {
                nanosleep(&while_long, NULL);
                _exit(7);
        }
        ready('S', SYS_wait4);
        return check(wait4(child, NULL, 0, NULL), child, 0);
}

static int sleeping(void)
{
        ready('S', SYS_nanosleep);
        return check(syscall(SYS_nanosleep, &while_long, NULL), 0, 0);
}

static int sleeping_by_clock(void)
{
        ready('S', SYS_clock_nanosleep);
        return check(clock_nanosleep(CLOCK_MONOTONIC, 0, &while_long, NULL), 0, 0);
}

static int sleeping_until(void)
{
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += while_long.tv_sec;
        ready('S', SYS_clock_nanosleep);
        return check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0, 0);
}

static int futex_for(void)
{
        uint32_t word = 0;

        ready('S', SYS_futex);
        return check(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &while_long), -1, ETIMEDOUT);
}

static int futex_until(void)
{
        struct timespec until;
        uint32_t word = 0;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += while_long.tv_sec;
        ready('S', SYS_futex);
        return check(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL,
                             FUTEX_BITSET_MATCH_ANY),
                     -1, ETIMEDOUT);
}

static int polling(void)
{
        ready('S', SYS_poll);
        return check(syscall(SYS_poll, NULL, 0, long_ms), 0, 0);
}

static int polling_with_mask(void)
{
        struct timespec timeout = while_long;
        sigset_t mask;

        sigemptyset(&mask);
        ready('S', SYS_ppoll);
        return check(ppoll(NULL, 0, &timeout, &mask), 0, 0);
}

static int selecting(void)
{
        struct timeval timeout = {.tv_sec = while_long.tv_sec};

        ready('S', SYS_select);
        return check(syscall(SYS_select, 0, NULL, NULL, NULL, &timeout), 0, 0);
}

static int pausing(void)
{
        signal(SIGUSR1, on_signal);
        after_a_while(-1, SIGUSR1);
        ready('S', SYS_pause);
        return check(syscall(SYS_pause), -1, EINTR);
}

static int suspended(void)
{
        sigset_t mask;

        sigemptyset(&mask);
        sigaddset(&mask, SIGUSR1);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        signal(SIGUSR1, on_signal);
        after_a_while(-1, SIGUSR1);
        sigemptyset(&mask);
        ready('S', SYS_rt_sigsuspend);
        return check(sigsuspend(&mask), -1, EINTR);
}

static int epoll(int timeout, bool wake)
{
        struct epoll_event event = {.events = EPOLLIN};
        int ends[2], set = epoll_create1(0);

        if (set < 0 || pipe(ends) < 0 || epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) < 0)
                return 1;
        if (wake)
                after_a_while(ends[1], 0);
        ready('S', SYS_epoll_wait);
        return check(syscall(SYS_epoll_wait, set, &event, 1, timeout), wake, 0);
}

static int epoll_without_end(void)
{
        return epoll(-1, true);
}

static int epoll_for(void)
{
        return epoll(long_ms, false);
}

static int epoll_with_mask_for(void)
{
        struct epoll_event event;
        struct timespec timeout = while_long;

        ready('S', SYS_epoll_pwait2);
        return check(syscall(SYS_epoll_pwait2, epoll_create1(0), &event, 1, &timeout, NULL, 0), 0,
                     0);
}

static int signal_for(void)
{
        struct timespec timeout = while_long;
        sigset_t mask;

        sigemptyset(&mask);
        sigaddset(&mask, SIGUSR2);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        ready('S', SYS_rt_sigtimedwait);
        return check(sigtimedwait(&mask, NULL, &timeout), -1, EAGAIN);
}

static int semaphore_for(void)
{
        struct timespec timeout = while_long;
        struct sembuf take = {.sem_op = -1};
        int set = semget(IPC_PRIVATE, 1, 0600), result;

        if (set < 0)
                return 1;
        ready('S', SYS_semtimedop);
        result = semtimedop(set, &take, 1, &timeout);
        int saved = errno;

        semctl(set, 0, IPC_RMID);
        errno = saved;
        return check(result, -1, EAGAIN);
}

static int receiving_for(void)
{
        struct timeval timeout = {.tv_sec = while_long.tv_sec};
        char byte;
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
            setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
                return 1;
        ready('S', SYS_recvfrom);
        return check(recv(ends[0], &byte, 1, 0), -1, EAGAIN);
}

/* The test holds this call, and lets it go after a while. */
static int held(void)
{
        ready('t', SYS_rmdir);
        return check(rmdir("/proc/nothing"), -1, ENOENT);
}

static int stopped(void)
{
        after_a_while(-1, SIGCONT);
        ready('t', NOTHING);
        return check(raise(SIGSTOP), 0, 0);
}

/* Another of its own kind cannot be made: the child is what can be asked. */
static int in_vfork(void)
{
        ready('D', NOTHING);
        if (vfork() == 0) {
                syscall(SYS_nanosleep, &while_long, NULL);
                _exit(0);
        }
        return 0;
}

/* How long a state may last more than it should. The calls are spread over half of it, so that a
 * wait that began anew with the last of them would last half as long again. */
typedef enum Length {
        EXACT,  /* but for the machine's load */
        SOCKET, /* the call does not carry its timeout, so nobody can tell the kernel how much of it
                   is left: the whole of it is waited for after the last call that was put in */
        BUSY,   /* as the processors have time */
} Length;

static const struct {
        const char *name;
        int (*stand)(void);
        Length length;
} states[] = {
        {"spinning", spinning, BUSY},
        {"one-of-six", one_of_six, BUSY},
        {"read", reading, EXACT},
        {"wait4", waiting, EXACT},
        {"nanosleep", sleeping, EXACT},
        {"clock-nanosleep", sleeping_by_clock, EXACT},
        {"clock-nanosleep-until", sleeping_until, EXACT},
        {"futex", futex_for, EXACT},
        {"futex-until", futex_until, EXACT},
        {"poll", polling, EXACT},
        {"ppoll", polling_with_mask, EXACT},
        {"select", selecting, EXACT},
        {"pause", pausing, EXACT},
        {"sigsuspend", suspended, EXACT},
        {"epoll-wait", epoll_without_end, EXACT},
        {"epoll-wait-for", epoll_for, EXACT},
        {"epoll-pwait2-for", epoll_with_mask_for, EXACT},
        {"sigtimedwait", signal_for, EXACT},
        {"semtimedop", semaphore_for, EXACT},
        {"recv-for", receiving_for, SOCKET},
        {"held", held, BUSY},
        {"stopped", stopped, EXACT},
        {"vfork", in_vfork, EXACT},
};

static int allowed_ms(Length length)
{
        if (length == BUSY)
                return 100 * long_ms;
        return long_ms + (length == SOCKET ? long_ms : 0) + long_ms / 2 - 20;
}

static int stand(size_t state)
{
        double start = now_ms(), took;
        int failed = states[state].stand();

        took = now_ms() - start;
        if (took >= long_ms - 5 && took <= allowed_ms(states[state].length))
                return failed;
        dprintf(2, "took %.0f ms instead of %d\n", took, long_ms);
        return failed ? failed : LATE;
}

int main(int argc, char **argv)
{
        if (argc != 3)
                return 2;
        while_long.tv_sec = atoi(argv[2]);
        long_ms = (int) while_long.tv_sec * 1000;
        for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
                if (strcmp(argv[1], states[i].name) == 0)
                        return stand(i);
        return 2;
}
