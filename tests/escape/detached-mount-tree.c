/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open_tree(OPEN_TREE_CLONE): a copy of the mount that is attached nowhere, so it has no path. */
#include "namespaces.h"

int main(void)
{
        int tree;

        own_namespaces();
        tree = (int) syscall(SYS_open_tree, AT_FDCWD, secret_directory(), 1 | O_CLOEXEC);
        if (tree < 0)
                return 0;
        deed_show(openat(tree, secret_name(), O_RDONLY | O_CLOEXEC));
        return 0;
}
