# SPDX-License-Identifier: GPL-3.0-or-later
sj_fuzz_target(log-ring sj-link)
