/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every set of named-constants.def as constants_<set>, for tables that refer to them. */
#pragma once

#include "syscalls/named-constants.h"

#define FLAGS_SET(id, ...) extern const NamedConstants constants_##id;
#define ENUM_SET(id, ...)  extern const NamedConstants constants_##id;
#include "syscalls/named-constants.def"
#undef FLAGS_SET
#undef ENUM_SET
