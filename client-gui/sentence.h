/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plain sentence of a call. The daemon says which one (`sentence-id`) and its parts; here it is
 * filled in in the person's language, its parts in bold. The templates (sentence-templates.h) are
 * those of the daemon's decoder; a test holds the two together.
 */
#pragma once

#include <pango/pango.h>

/* The sentence as plain text, owned. *ret_attributes (may be NULL) gets the bold parts, owned. */
char *sentence_of_call(GVariant *call, PangoAttrList **ret_attributes);

/* For the test: the i-th template as msgid, NULL past the last; *ret_id its id. */
const char *sentence_client_template(size_t index, const char **ret_id);
