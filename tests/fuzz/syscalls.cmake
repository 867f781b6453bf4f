# SPDX-License-Identifier: GPL-3.0-or-later
sj_fuzz_target(decode sj-syscalls)
sj_fuzz_target(call-expression sj-syscalls)
sj_fuzz_target(result-field sj-syscalls)
