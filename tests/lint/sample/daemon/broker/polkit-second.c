/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <polkit/polkit.h>
#include <sys/ptrace.h>
