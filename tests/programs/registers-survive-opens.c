/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens that block, hit by signals whose handlers open files themselves: every register is as the
 * kernel leaves it, in the handler as behind the call, and the call waits on or fails as it should.
 */
#include <pthread.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "program.h"

#define FIFO "registers-survive-opens.fifo"

/* Nothing else that must hold. */
#define NUMBERS 6
static const long numbers[NUMBERS] = {0, 0, 0, 0x1234567890, 0x2345678901, 0x3456789012};

static volatile sig_atomic_t ticks, torn;

/* openat() with every argument register set and compared afterwards; the kernel leaves the address
 * behind its instruction in rcx. */
static long open_and_compare(const char *path, long flags)
{
        register long r10 __asm__("r10") = numbers[3];
        register long r8 __asm__("r8") = numbers[4];
        register long r9 __asm__("r9") = numbers[5];
        long result, rdi = AT_FDCWD, rdx = flags, rcx, behind;
        const char *rsi = path;

        __asm__ volatile("leaq 1f(%%rip), %%rbx\n\tsyscall\n1:\n\tmovq %%rbx, %6"
                         : "=a"(result), "+D"(rdi), "+S"(rsi), "+d"(rdx), "=&c"(rcx), "+r"(r10),
                           "=&m"(behind), "+r"(r8), "+r"(r9)
                         : "a"(SYS_openat)
                         : "rbx", "r11", "memory");
        if (rdi != AT_FDCWD || rsi != path || rdx != flags || r10 != numbers[3] ||
            r8 != numbers[4] || r9 != numbers[5] || rcx != behind)
                torn++;
        return result;
}

static void on_signal(int signal)
{
        long fd = open_and_compare("/etc/passwd", O_RDONLY | O_CLOEXEC);

        (void) signal;
        MUST(fd >= 0);
        close((int) fd);
        ticks++;
}

static void tick(long microseconds)
{
        struct itimerval every = {{0, microseconds}, {0, microseconds}};

        MUST(setitimer(ITIMER_REAL, &every, NULL) == 0);
}

/* The other end, once `ticks` signals have come. */
static void *open_for_writing(void *wanted)
{
        sigset_t alarms;
        int fd;

        sigemptyset(&alarms);
        sigaddset(&alarms, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarms, NULL);
        while (ticks < (long) wanted)
                sleep_ms(1);
        fd = open(FIFO, O_WRONLY | O_CLOEXEC);
        MUST(fd >= 0);
        return (void *) (long) fd;
}

static void opens_that_go_on(void)
{
        pthread_t writer;
        void *other;
        long fd;

        ticks = 0;
        handle(SIGALRM, on_signal, SA_RESTART);
        MUST(pthread_create(&writer, NULL, open_for_writing, (void *) 20l) == 0);
        tick(2000);
        fd = open_and_compare(FIFO, O_RDONLY | O_CLOEXEC);
        tick(0);
        MUST(pthread_join(writer, &other) == 0);
        SAY("goes on: %s, %s\n", fd >= 0 ? "opened" : strerror((int) -fd),
            ticks >= 20 ? "signals came" : "no signals");
        close((int) fd);
        close((int) (long) other);
}

static void opens_that_are_broken_off(void)
{
        long result;

        handle(SIGALRM, on_signal, 0);
        tick(20000);
        result = open_and_compare(FIFO, O_RDONLY | O_CLOEXEC);
        tick(0);
        SAY("broken off: %s\n", result >= 0 ? "opened" : strerror((int) -result));
}

/* Stopped, continued, told of nothing it minds: a child's open waits until the end comes. */
static void opens_of_a_stopped_child(void)
{
        pid_t pid = fork();
        int status, fd;

        MUST(pid >= 0);
        if (pid == 0) {
                long opened = open_and_compare(FIFO, O_RDONLY | O_CLOEXEC);

                SAY("child: %s, %s\n", opened >= 0 ? "opened" : strerror((int) -opened),
                    torn ? "torn" : "whole");
                _exit(0);
        }
        for (int i = 0; i < 5; i++) {
                wait_until_asleep(pid);
                MUST(kill(pid, SIGWINCH) == 0);
                MUST(kill(pid, SIGSTOP) == 0);
                MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
                MUST(kill(pid, SIGCONT) == 0);
        }
        wait_until_asleep(pid);
        fd = open(FIFO, O_WRONLY | O_CLOEXEC);
        MUST(fd >= 0);
        say_end_of("stopped child", pid);
        close(fd);
}

/* A signal in the middle of the instructions that follow the call, again and again. */
static void many_opens(void)
{
        long before = now_ms();

        handle(SIGALRM, on_signal, SA_RESTART);
        tick(300);
        while (now_ms() - before < 300) {
                long fd = open_and_compare("/etc/passwd", O_RDONLY | O_CLOEXEC);

                MUST(fd >= 0);
                close((int) fd);
                MUST(open_and_compare("/etc/nothing", O_RDONLY) == -ENOENT);
        }
        tick(0);
}

int main(void)
{
        unlink(FIFO);
        MUST(mkfifo(FIFO, 0600) == 0);
        opens_that_go_on();
        opens_that_are_broken_off();
        opens_of_a_stopped_child();
        many_opens();
        unlink(FIFO);
        SAY("registers: %s\n", torn ? "torn" : "whole");
        return 0;
}
