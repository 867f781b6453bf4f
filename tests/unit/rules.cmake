# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name filter-plan rule-file rule-match)
        sj_unit_test(${name} sj-rules)
        target_include_directories(test-${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
endforeach()
sj_unit_test(filter sj-filter)
target_sources(test-filter PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/bpf-interpreter.c)
target_include_directories(test-filter PRIVATE ${CMAKE_SOURCE_DIR}/tests)
sj_unit_test(privileges sj-privileges)
