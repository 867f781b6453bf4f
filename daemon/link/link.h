/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a broker and a supervisor say to each other: sd-bus over links that come through descriptor
 * 3 of the supervisor (link-control.h). See README.md beside this file.
 */
#pragma once

#define LINK_CONTROL   3
#define LINK_OBJECT    "/org/deepin/SeccompJail/Supervisor"
#define LINK_INTERFACE "org.deepin.SeccompJail.Supervisor"
