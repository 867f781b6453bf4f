/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of the structures that calls read and write: to show them and to set a field of an
 * output buffer by its name. The data is structure-layout.def.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

struct NamedConstants;

typedef enum FieldShow {
        FIELD_SIGNED,
        FIELD_UNSIGNED,
        FIELD_HEX,
        FIELD_ADDRESS,        /* NULL or hexadecimal */
        FIELD_MODE,           /* S_IFREG|0644 */
        FIELD_PERMISSIONS,    /* 0644 */
        FIELD_FLAGS,          /* `constants` */
        FIELD_RETURNED_FLAGS, /* the same; left out before the call has returned */
        FIELD_ENUM,           /* `constants` */
        FIELD_HANDLER,        /* SIG_DFL or an address */
        FIELD_FD,             /* a descriptor */
        FIELD_RETURNED_PID,   /* left out before the call has returned */
        FIELD_ID,             /* a uid or gid, -1 for none */
        FIELD_DEVICE,         /* makedev(0x8, 0x1) */
        FIELD_SIZE_OR_DEVICE, /* st_size, left out for device files */
        FIELD_SPECIAL_DEVICE, /* st_rdev, left out for all but device files */
        FIELD_SIGNAL,         /* SIGINT */
        FIELD_SIGNAL_CODE,    /* si_code by si_signo */
        FIELD_SIGNAL_INFO,    /* the rest of siginfo, by si_code */
        FIELD_SIGSET,         /* [INT TERM] */
        FIELD_SIGSET_AT,      /* a pointer to a sigset */
        FIELD_ERRNO,          /* ENOENT */
        FIELD_TIME,           /* seconds since 1970 with the date behind */
        FIELD_UTIME_NSEC,     /* nanoseconds, UTIME_NOW, UTIME_OMIT */
        FIELD_LIMIT,          /* 8192*1024 or RLIM64_INFINITY */
        FIELD_CHARS,          /* characters up to a NUL */
        FIELD_BYTES,          /* all bytes, as a string */
        FIELD_WAIT_STATUS,    /* {WIFEXITED(s) && WEXITSTATUS(s) == 0} */
        FIELD_CPU_SET,        /* [0 1]: the bits of the size that the call names or answers */
        FIELD_RESTORER,       /* an address, left out without SA_RESTORER */
        FIELD_FD_SET,         /* [3 5], as many bits as the call's first argument says */
        FIELD_CAPABILITIES,   /* two words of capability bits, 12 bytes apart */
        FIELD_IPV4,           /* inet_addr("127.0.0.1") */
        FIELD_IPV6,           /* inet_pton(AF_INET6, "::1") */
        FIELD_STRUCT,         /* `structure` */
} FieldShow;

typedef struct StructureField {
        const char *name; /* "" for the value itself: a plain number behind a pointer */
        uint16_t offset;  /* bytes from the start */
        uint16_t size;    /* bytes */
        FieldShow show;
        const struct NamedConstants *constants;  /* FLAGS, ENUM; else NULL */
        const struct StructureLayout *structure; /* STRUCT; else NULL */
} StructureField;

typedef struct StructureLayout {
        const char *name;
        size_t size; /* bytes of the whole */
        const StructureField *fields;
        size_t field_count;
} StructureLayout;

const StructureLayout *structure_layout_by_name(const char *name);

/* Where a field is, "it_value.tv_sec" for one in a structure inside. */
typedef struct StructurePlace {
        const StructureField *field;
        size_t offset; /* from the start of the outermost structure */
} StructurePlace;

/* 0; -ENOENT. For an array of plain values "0", "1" … names the element. */
int structure_field_find(const StructureLayout *layout, const char *name, StructurePlace *ret);

/* Sets a field in the bytes of a structure: "st_size=0", "sysname=Other", "st_mode=S_IFREG|0644",
 * "st_mode=0100644". A field that the `size` bytes do not hold is refused. -EINVAL with a sentence;
 * then nothing was written. */
int structure_field_write(const StructureLayout *layout, uint8_t *bytes, size_t size,
                          const char *assignment, Problem *problem);

/* The number that a field of up to eight bytes holds, sign-extended for signed ones. */
uint64_t structure_field_number(const StructureField *field, const uint8_t *structure);

#define STRUCTURE(id, size, ...) extern const StructureLayout structure_##id;
#include "syscalls/structure-layout.def"
#undef STRUCTURE
