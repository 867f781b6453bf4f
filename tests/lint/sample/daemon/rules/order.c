/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "rules/order.h"
