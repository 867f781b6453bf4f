# SPDX-License-Identifier: GPL-3.0-or-later
sj_fuzz_target(link-method sj-peer)
sj_fuzz_target(link-start sj-peer)
