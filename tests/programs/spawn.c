/* SPDX-License-Identifier: GPL-3.0-or-later */
/* posix_spawn with redirections. */
#include <spawn.h>

#include "program.h"

extern char **environ;

int main(void)
{
        char *argv[] = {"echo", "spawned", NULL};
        posix_spawn_file_actions_t actions;
        int link[2];
        char text[32] = "";
        pid_t pid;

        MUST(pipe2(link, O_CLOEXEC) == 0);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, link[1], STDOUT_FILENO);
        MUST(posix_spawn(&pid, "/bin/echo", &actions, NULL, argv, environ) == 0);
        close(link[1]);
        MUST(read(link[0], text, sizeof(text) - 1) == 8);
        SAY("read: %s", text);
        say_end_of("echo", pid);
        SAY("missing: %s\n",
            strerror(posix_spawn(&pid, "/nonexistent", NULL, NULL, argv, environ)));
        return 0;
}
