# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(start-program sj-start)
sj_unit_test(broker sj-broker)
