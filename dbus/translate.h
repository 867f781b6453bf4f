/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences for people go through gettext; the catalogue is seccomp-jail.mo. */
#pragma once

#include <libintl.h>

#include "dbus/translations.h"

#define _(sentence)                  dgettext(SJ_TEXT_DOMAIN, sentence)
#define N_(sentence)                 sentence /* translated where it is shown */
#define _n(singular, plural, number) dngettext(SJ_TEXT_DOMAIN, singular, plural, number)
