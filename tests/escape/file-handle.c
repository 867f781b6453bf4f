/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name_to_handle_at and open_by_handle_at: a file without a name (needs a capability). */
#include "attack.h"

int main(void)
{
        struct {
                struct file_handle head;
                unsigned char bytes[MAX_HANDLE_SZ];
        } handle = {.head.handle_bytes = MAX_HANDLE_SZ};
        int mount, fd, root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (name_to_handle_at(AT_FDCWD, secret_path(), &handle.head, &mount, 0) < 0)
                nothing_to_win("machine", "no file handles on this file system");
        fd = open_by_handle_at(root, &handle.head, O_RDONLY | O_CLOEXEC);
        if (fd < 0 && errno == EPERM)
                nothing_to_win("machine", "without the capability there are no file handles");
        deed_show(fd);
        return 0;
}
