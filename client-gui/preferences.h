/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person can choose. */
#pragma once

#include "application.h"

GtkWindow *preferences_window_new(JailApplication *application);
