/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/other.h"
#include <sys/ptrace.h>
