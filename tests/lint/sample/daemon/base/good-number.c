/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/good-number.h"
#include <stdio.h>
