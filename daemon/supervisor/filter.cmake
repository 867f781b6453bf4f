# SPDX-License-Identifier: GPL-3.0-or-later
# A filter plan as a seccomp program; the one user of libseccomp.
add_library(sj-filter STATIC filter.c filter-block.c)
target_link_libraries(sj-filter PUBLIC sj-rules sj-base PRIVATE PkgConfig::SECCOMP)
