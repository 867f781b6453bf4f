/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this kernel and machine can and cannot do for a jail. */
#pragma once

#include "main-window.h"

void doctor_dialog_present(MainWindow *window);
