/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes a process that runs already. */
#pragma once

#include "main-window.h"

void attach_dialog_present(MainWindow *window);
