/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this kernel and machine can and cannot do for a jail: found out by trying, never by the
 * kernel's version. Each check is a line of {name, state, wall, detail}. The checks come from
 * collectors, one for each kind (doctor-kernel.c: features, doctor-machine.c: what an administrator
 * set); an attack that is tried in a throw-away jail is one more collector.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

typedef enum DoctorState {
        DOCTOR_OK,      /* it is there, or set as a jail wants it */
        DOCTOR_CLOSED,  /* a way out that is shut, `wall` says by what */
        DOCTOR_OPEN,    /* a way out that is not shut */
        DOCTOR_MISSING, /* it is not there, `detail` says what takes its place */
} DoctorState;

typedef struct DoctorCheck {
        char *name; /* "mseal"; owned, as the others */
        DoctorState state;
        char *wall;    /* what of a jail stands on it, or what shuts the way out */
        char *detail;  /* one line for a person */
        bool required; /* DOCTOR_MISSING means that no jail can be had */
} DoctorCheck;

typedef struct DoctorReport {
        DoctorCheck *checks; /* owned */
        size_t count;
        size_t room;
} DoctorReport;

#define DOCTOR_REPORT_INIT ((DoctorReport){0})

void doctor_report_release(DoctorReport *report);
#define _cleanup_doctor_report_ _cleanup_(doctor_report_release)

/* Appends a check and answers it, to be changed further; NULL on -ENOMEM. */
DoctorCheck *doctor_report_add(DoctorReport *report, const char *name, DoctorState state,
                               const char *wall, const char *format, ...) _printf_(5, 6);

/* "ok", "closed", "open", "missing". */
const char *doctor_state_name(DoctorState state);

/* True when something is open, or something required is missing. */
bool doctor_report_is_bad(const DoctorReport *report);

/* A collector: runs its checks and appends what they found. 0, or negative errno when it could not
 * even try. */
typedef int (*DoctorCollector)(DoctorReport *report);

int doctor_collect_kernel(DoctorReport *report);
int doctor_collect_machine(DoctorReport *report);

/* All of them, in the order in which they are shown. */
int doctor_collect(DoctorReport *report);

/* Runs `probe` in a child process of its own, which may crash, be killed or change itself; it is
 * given five seconds. What probe answered: 0 or a negative errno; -EFAULT when it crashed, -ENOSYS
 * when a filter or the kernel killed it for the call, -ETIMEDOUT. */
int doctor_probe(int (*probe)(void));

/* Attacks, each tried in a throw-away jail (doctor-jail.c); it starts its own program again with
 * --attack, so only jail-supervisor can. */
int doctor_collect_attacks(DoctorReport *report);

/* Prints the report, and what `more` (or NULL) finds, to standard output: an object a line, or
 * columns for a person. 0; 1 when doctor_report_is_bad(); negative errno. */
int doctor_print(bool json, DoctorCollector more);
