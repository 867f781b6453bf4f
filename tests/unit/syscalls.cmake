# SPDX-License-Identifier: GPL-3.0-or-later
# the table is held against its names
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp>=2.5.4)
sj_unit_test(syscall-table sj-syscalls PkgConfig::SECCOMP)
sj_unit_test(call-expression sj-syscalls)
foreach(name decode call-memory result-field sentence)
        sj_unit_test(${name} sj-syscalls)
        target_include_directories(test-${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
endforeach()

# The decoder against strace on real programs.
add_executable(trace-calls ${CMAKE_SOURCE_DIR}/tests/unit/trace-calls.c)
target_link_libraries(trace-calls PRIVATE sj-view sj-syscalls)
add_test(NAME unit/strace-compare
        COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/unit/strace-compare.py
                $<TARGET_FILE:trace-calls>)
set_tests_properties(unit/strace-compare PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
