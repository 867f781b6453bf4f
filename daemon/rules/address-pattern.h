/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which socket addresses a rule means: internet addresses by prefix, unix sockets by glob. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AddressPattern {
        int family;        /* AF_INET, AF_INET6, AF_UNIX */
        uint8_t bytes[16]; /* AF_INET*: the address; AF_INET in the first four */
        unsigned prefix;   /* AF_INET*: how many bits count */
        char *glob;    /* AF_UNIX: on the resolved path, or on '@' and an abstract name; owned */
        uint16_t port; /* of "127.0.0.1:80" */
        bool has_port;
} AddressPattern;

/* "127.0.0.1", "10.0.0.0/8", "127.0.0.1:80", "::1/128", "[::1]:80", a glob that begins with '/' for
 * unix sockets, "@name" for abstract ones. -EINVAL with *ret_fault as one clause, a constant. */
int address_pattern_parse(const char *text, AddressPattern *ret, const char **ret_fault);
void address_pattern_release(AddressPattern *pattern);

/* A socket address as rules look at it; an IPv4 address in IPv6 clothes counts as IPv4. */
typedef struct SocketName {
        int family;
        uint8_t bytes[16];
        uint16_t port;
        char path[110]; /* AF_UNIX: NUL-terminated, '@' in front of an abstract name; "" unnamed */
        const char *resolved; /* AF_UNIX: the absolute path when it is known; borrowed */
} SocketName;

/* Reads a sockaddr. False when it is too short to mean anything to the kernel. */
bool socket_name_read(const void *address, size_t size, SocketName *ret);

bool address_pattern_match(const AddressPattern *pattern, const SocketName *name);
