# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(syscall-table sj-syscalls PkgConfig::SECCOMP)
sj_unit_test(call-expression sj-syscalls)
foreach(name decode call-memory sentence)
        sj_unit_test(${name} sj-syscalls)
        target_include_directories(test-${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
endforeach()
