/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One card of the pending page: who wants what in words, the exact call, the answers. Its buttons
 * sleep until half a second after the card came or was moved, so that nobody answers by accident.
 */
#pragma once

#include <gtk/gtk.h>

#include "call-group.h"

#define CALL_TYPE_CARD (call_card_get_type())
G_DECLARE_FINAL_TYPE(CallCard, call_card, CALL, CARD, GtkBox)

GtkWidget *call_card_new(void);
/* NULL: the row is not in use. */
void call_card_set_group(CallCard *self, CallGroup *group);
CallGroup *call_card_group(CallCard *self);
/* The waiting time, once a second. */
void call_card_tick(CallCard *self);
/* The buttons sleep for half a second from now. */
void call_card_sleep(CallCard *self);
/* What a key does on a focused card: "allow", "refuse", "answer", "edit", "look". FALSE while the
 * buttons sleep. */
gboolean call_card_activate(CallCard *self, const char *what);
