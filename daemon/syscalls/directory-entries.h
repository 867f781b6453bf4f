/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What getdents64 and getdents answer, entry by entry: renamed, changed, taken out, added. */
#pragma once

#include "base/problem.h"
#include "syscalls/result-field.h"

/* Sets "NAME.FIELD" or "INDEX.FIELD" of the entries in `answer`: d_ino, d_off, d_type, d_name. An
 * empty d_name takes the entry out; the index behind the last one adds an entry. A NAME that is not
 * there changes nothing: the directory may have it in another answer. -EINVAL, -ENOSPC with a
 * sentence; then nothing was changed. `wide`: as getdents64 has them, else as getdents. */
int directory_entries_set(ResultAnswer *answer, bool wide, const char *field, const char *value,
                          Problem *problem);
