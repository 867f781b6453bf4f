/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's directory, which its attacks are let loose on: made and removed by the same user. */
#pragma once

/* Answers its path (owned): ATTACK_SECRET, ATTACK_PUBLIC and ATTACK_REFUSED of doctor-attack.h are
 * in it. Negative errno when no directory for temporary files takes them. */
int doctor_ground_make(char **ret_directory);

/* With all that is in it; NULL is none. */
void doctor_ground_remove(const char *directory);
