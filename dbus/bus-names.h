/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of org.deepin.SeccompJail.xml that code needs: name, path, interface, errors. */
#pragma once

#define SJ_BUS_NAME     "org.deepin.SeccompJail"
#define SJ_OBJECT_PATH  "/org/deepin/SeccompJail"
#define SJ_INTERFACE    "org.deepin.SeccompJail"
#define SJ_ERROR_PREFIX "org.deepin.SeccompJail.Error."

#define SJ_ERROR_FAILED           SJ_ERROR_PREFIX "Failed"
#define SJ_ERROR_INVALID_ARGUMENT SJ_ERROR_PREFIX "InvalidArgument"
#define SJ_ERROR_INVALID_RULES    SJ_ERROR_PREFIX "InvalidRules"
#define SJ_ERROR_NOT_AUTHORIZED   SJ_ERROR_PREFIX "NotAuthorized"
#define SJ_ERROR_NO_SUCH_JAIL     SJ_ERROR_PREFIX "NoSuchJail"
#define SJ_ERROR_NO_SUCH_CALL     SJ_ERROR_PREFIX "NoSuchCall"
#define SJ_ERROR_NO_SUCH_PROCESS  SJ_ERROR_PREFIX "NoSuchProcess"
#define SJ_ERROR_NO_SUCH_RULE     SJ_ERROR_PREFIX "NoSuchRule"
#define SJ_ERROR_FOREVER          SJ_ERROR_PREFIX "Forever" /* a forever rule stands in the way */
#define SJ_ERROR_START_FAILED     SJ_ERROR_PREFIX "StartFailed"  /* the program could not be run */
#define SJ_ERROR_NOT_SUPPORTED    SJ_ERROR_PREFIX "NotSupported" /* this kernel cannot */
#define SJ_ERROR_BUSY             SJ_ERROR_PREFIX "Busy" /* the thread cannot take a call now */
#define SJ_ERROR_LIMIT            SJ_ERROR_PREFIX "LimitExceeded"
#define SJ_ERROR_UNREADABLE       SJ_ERROR_PREFIX "Unreadable"     /* memory */
#define SJ_ERROR_JAILED           SJ_ERROR_PREFIX "CallerIsJailed" /* nobody approves himself */

/* A pending id: the jail in the high half, its number within the jail in the low one. People write
 * "JAIL.N". */
#define SJ_PENDING_ID(jail, sequence) ((uint64_t) (jail) << 32 | (uint32_t) (sequence))
#define SJ_PENDING_JAIL(id)           ((uint64_t) (id) >> 32)
#define SJ_PENDING_SEQUENCE(id)       ((uint32_t) (id))
