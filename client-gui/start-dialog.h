/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to start, where, under which rules. */
#pragma once

#include "main-window.h"

GtkWindow *start_dialog_new(MainWindow *window);
