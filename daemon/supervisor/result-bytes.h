/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a made-up or changed result puts into the caller's buffers: made ready whole, with every
 * length checked against the buffer that the call was given, then written whole or not at all.
 */
#pragma once

#include "supervisor/open-call.h"
#include "supervisor/tracee.h"

/* Bytes for one argument of the call. */
typedef struct ResultPart ResultPart;

typedef struct ResultBytes {
        ResultPart *parts; /* owned */
        size_t count;
        bool sized; /* the result is the size of what was set by name: `size` */
        int64_t size;
} ResultBytes;

void result_bytes_release(ResultBytes *bytes);

/* Makes ready what `writes` say about the tracee's open call. `result` is what the call has
 * answered; NULL when the kernel does not run it: then its buffers begin empty. -EINVAL, -ENOSPC,
 * -EFAULT with a sentence that names the argument; -ESRCH, -ENOMEM. */
int result_bytes_prepare(const Tracee *tracee, const BufferWrite *writes, size_t count,
                         const int64_t *result, ResultBytes *ret, Problem *problem);

/* -EFAULT when a part cannot be written: then none is. -ESRCH, -ENOMEM. */
int result_bytes_write(const Tracee *tracee, const ResultBytes *bytes, Problem *problem);
