# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(descriptor-message sj-base)
sj_unit_test(log-ring sj-link)
