# SPDX-License-Identifier: GPL-3.0-or-later
sj_unit_test(syscall-table sj-syscalls PkgConfig::SECCOMP)
