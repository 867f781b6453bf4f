# SPDX-License-Identifier: GPL-3.0-or-later
sj_fuzz_target(jail-record sj-broker)
sj_fuzz_target(link-signal sj-broker)
