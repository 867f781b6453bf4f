/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of what clients say to people: seccomp-jail.mo. */
#pragma once

#define SJ_TEXT_DOMAIN "seccomp-jail"

/* Takes the person's locale from the environment and binds the catalogue. Without one all is said
 * in English. */
void translations_open(void);
