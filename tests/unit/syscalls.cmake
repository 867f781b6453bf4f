# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(syscall-table sj-syscalls PkgConfig::SECCOMP)
sj_unit_test(decode sj-syscalls)
target_include_directories(test-decode PRIVATE ${CMAKE_SOURCE_DIR}/tests)
