/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/address-pattern.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "rules/path-glob.h"

void address_pattern_release(AddressPattern *pattern)
{
        free(pattern->glob);
        *pattern = (AddressPattern){0};
}

static int fail(const char **ret_fault, const char *fault)
{
        *ret_fault = fault;
        return -EINVAL;
}

static int parse_port(const char *text, AddressPattern *pattern, const char **ret_fault)
{
        uint64_t port;

        if (number_parse_unsigned(text, &port) < 0 || port > 65535 || *text == '-')
                return fail(ret_fault, "a port is a number from 0 to 65535");
        pattern->port = (uint16_t) port;
        pattern->has_port = true;
        return 0;
}

static int parse_prefix(const char *text, AddressPattern *pattern, const char **ret_fault)
{
        unsigned widest = pattern->family == AF_INET ? 32 : 128;
        uint64_t prefix;

        if (number_parse_unsigned(text, &prefix) < 0 || prefix > widest)
                return fail(ret_fault, pattern->family == AF_INET
                                               ? "the number behind '/' is 0 to 32 bits"
                                               : "the number behind '/' is 0 to 128 bits");
        pattern->prefix = (unsigned) prefix;
        return 0;
}

static int parse_host(const char *host, AddressPattern *pattern, const char **ret_fault)
{
        if (inet_pton(AF_INET, host, pattern->bytes) == 1) {
                pattern->family = AF_INET;
                pattern->prefix = 32;
                return 0;
        }
        if (inet_pton(AF_INET6, host, pattern->bytes) == 1) {
                pattern->family = AF_INET6;
                pattern->prefix = 128;
                return 0;
        }
        return fail(ret_fault, "an address is like 127.0.0.1, 10.0.0.0/8, 127.0.0.1:80, ::1/128, "
                               "[::1]:80, /run/socket or @abstract; host names are not looked up");
}

static int parse_internet(const char *text, AddressPattern *pattern, const char **ret_fault)
{
        char host[INET6_ADDRSTRLEN + 2];
        const char *port = NULL, *end = text + strlen(text), *prefix = strchr(text, '/');
        int r;

        if (*text == '[') {
                end = strchr(++text, ']');
                if (!end)
                        return fail(ret_fault, "'[' of an IPv6 address is not closed by ']'");
                if (end[1] == ':')
                        port = end + 2;
                else if (end[1])
                        return fail(ret_fault, "':' and a port may follow ']'");
        } else if (prefix)
                end = prefix;
        else if (strchr(text, '.') && strchr(text, ':') == strrchr(text, ':') &&
                 strchr(text, ':')) {
                end = strchr(text, ':');
                port = end + 1;
        }

        if ((size_t) (end - text) >= sizeof(host))
                return parse_host("", pattern, ret_fault);
        memcpy(host, text, (size_t) (end - text));
        host[end - text] = '\0';
        r = parse_host(host, pattern, ret_fault);
        if (r >= 0 && prefix && !port)
                r = parse_prefix(prefix + 1, pattern, ret_fault);
        if (r >= 0 && port)
                r = parse_port(port, pattern, ret_fault);
        return r;
}

int address_pattern_parse(const char *text, AddressPattern *ret, const char **ret_fault)
{
        AddressPattern pattern = {0};
        int r;

        if (*text == '/' || *text == '@' || *text == '*') {
                const char *fault = path_glob_fault(text);

                if (fault)
                        return fail(ret_fault, fault);
                pattern.family = AF_UNIX;
                pattern.glob = strdup(text);
                if (!pattern.glob)
                        return -ENOMEM;
                *ret = pattern;
                return 0;
        }
        r = parse_internet(text, &pattern, ret_fault);
        if (r >= 0)
                *ret = pattern;
        return r;
}

static void read_unix(const void *address, size_t size, SocketName *name)
{
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        const char *path = (const char *) address + offsetof(struct sockaddr_un, sun_path);

        if (length > sizeof(((struct sockaddr_un *) NULL)->sun_path))
                length = sizeof(((struct sockaddr_un *) NULL)->sun_path);
        if (length == 0)
                return;
        memcpy(name->path, path, length);
        name->path[length] = '\0';
        if (path[0])
                return;
        name->path[0] = '@';
        for (size_t i = 1; i < length; i++)
                if (!name->path[i])
                        name->path[i] = '@';
}

bool socket_name_read(const void *address, size_t size, SocketName *ret)
{
        static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        SocketName name = {0};
        sa_family_t family;

        if (size < sizeof(family))
                return false;
        memcpy(&family, address, sizeof(family));
        name.family = family;
        if (family == AF_UNIX)
                read_unix(address, size, &name);
        else if (family == AF_INET && size >= sizeof(struct sockaddr_in)) {
                struct sockaddr_in in;

                memcpy(&in, address, sizeof(in));
                memcpy(name.bytes, &in.sin_addr, 4);
                name.port = ntohs(in.sin_port);
        } else if (family == AF_INET6 && size >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
                struct sockaddr_in6 in = {0};

                memcpy(&in, address, size < sizeof(in) ? size : sizeof(in));
                memcpy(name.bytes, &in.sin6_addr, 16);
                name.port = ntohs(in.sin6_port);
                if (memcmp(name.bytes, mapped, sizeof(mapped)) == 0) {
                        name.family = AF_INET;
                        memmove(name.bytes, name.bytes + 12, 4);
                        memset(name.bytes + 4, 0, 12);
                }
        }
        *ret = name;
        return true;
}

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
        unsigned bytes = bits / 8, rest = bits % 8;

        if (memcmp(a, b, bytes) != 0)
                return false;
        return rest == 0 || ((a[bytes] ^ b[bytes]) & (0xff << (8 - rest)) & 0xff) == 0;
}

bool address_pattern_match(const AddressPattern *pattern, const SocketName *name)
{
        if (pattern->family != name->family)
                return false;
        if (pattern->has_port && pattern->port != name->port)
                return false;
        if (pattern->family == AF_UNIX)
                return path_glob_match(pattern->glob, name->resolved ? name->resolved : name->path);
        return prefix_equal(pattern->bytes, name->bytes, pattern->prefix);
}
