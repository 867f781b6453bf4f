# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name tracee-view resolve-path path-reference describe-fd process-facts)
        sj_unit_test(${name} sj-view)
endforeach()
sj_unit_test(statistics sj-statistics)
sj_unit_test(doctor sj-doctor)
