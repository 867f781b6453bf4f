# SPDX-License-Identifier: GPL-3.0-or-later
# A filter plan as a seccomp program.
add_library(sj-filter STATIC filter.c filter-block.c filter-tree.c)
target_link_libraries(sj-filter PUBLIC sj-rules sj-base)

# The supervisor's own walls.
add_library(sj-privileges STATIC privileges.c own-filter.c)
target_link_libraries(sj-privileges PUBLIC sj-filter sj-base)
