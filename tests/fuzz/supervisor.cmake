# SPDX-License-Identifier: GPL-3.0-or-later
sj_fuzz_target(link-method sj-peer)
