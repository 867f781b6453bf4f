/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The image that runs after an exec, where it is another file than the one that was judged: an
 * interpreter that the judged file names, or something that was put in its place.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Whether the image that the tracee has now may run though `judged` was asked for: the rules allow
 * it by itself, or `judged` is a script, it is its interpreter, and no rule refuses it. What cannot
 * be known does not run. */
bool exec_image_may_run(Supervisor *supervisor, Tracee *tracee, const char *judged);
