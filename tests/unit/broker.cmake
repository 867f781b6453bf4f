# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(start-program sj-start)
sj_unit_test(stub-order sj-start)
target_compile_definitions(test-stub-order PRIVATE JAIL_STUB="$<TARGET_FILE:jail-stub>")
add_dependencies(test-stub-order jail-stub)
sj_unit_test(broker sj-broker)
sj_unit_test(start-request sj-start-as)
