# SPDX-License-Identifier: GPL-3.0-or-later
# How a live thread is looked at: memory, paths, descriptors, /proc, the stack.
find_package(Threads REQUIRED)
pkg_check_modules(DW REQUIRED IMPORTED_TARGET libdw>=0.180)
add_library(sj-view STATIC tracee-view.c bounded-read.c errand.c known-paths.c path-lookup.c served-memory.c served-mounts.c resolve-path.c path-walk.c describe-fd.c socket-name.c
        process-facts.c process-sleep.c process-stack.c)
target_link_libraries(sj-view PUBLIC sj-syscalls sj-base PRIVATE PkgConfig::DW Threads::Threads)

# Counts of what a jail's program does; pure.
add_library(sj-statistics STATIC statistics.c)
target_link_libraries(sj-statistics PUBLIC sj-base)

# What this kernel and machine can and cannot do for a jail.
add_library(sj-doctor STATIC doctor.c doctor-kernel.c doctor-machine.c)
target_link_libraries(sj-doctor PUBLIC sj-base PRIVATE sj-view)
