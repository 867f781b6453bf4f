#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The landing page stays where it is in every image, also under rules that refuse to seal it."""
from pty_jail import main

UNMAP = ("import ctypes; libc = ctypes.CDLL(None, use_errno=True); "
         "print(libc.munmap(ctypes.c_void_p(0x20000), ctypes.c_size_t(4096)))")


def unmapped_by_a_second_image(jail, *options):
    # the shell is the first image; python is prepared under the filter
    return jail.jailctl("run", "--ask", "none", "--default", "allow-forever", *options, "--",
                        "sh", "-c", 'python3 -c "$0"; :', UNMAP).stdout


def it_cannot_be_unmapped(jail):
    assert unmapped_by_a_second_image(jail).strip() in ("-1", b"-1")


def nor_where_the_rules_refuse_mseal(jail):
    assert unmapped_by_a_second_image(jail, "--rule", "mseal=abort-forever").strip() in ("-1", b"-1")


if __name__ == "__main__":
    main([it_cannot_be_unmapped, nor_where_the_rules_refuse_mseal])
