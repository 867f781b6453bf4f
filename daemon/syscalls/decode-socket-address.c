/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of sockets by family: inet, inet6, unix, netlink, packet. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/if_packet.h>
#include <linux/netlink.h>

#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"

void append_ipv4(Text *text, const uint8_t *address)
{
        text_append_format(text, "inet_addr(\"%u.%u.%u.%u\")", address[0], address[1], address[2],
                           address[3]);
}

void append_ipv6(Text *text, const uint8_t *address)
{
        char shown[INET6_ADDRSTRLEN];

        if (inet_ntop(AF_INET6, address, shown, sizeof(shown)))
                text_append_format(text, "\"%s\"", shown);
}

static void decode_inet(Text *text, const struct sockaddr_in *address)
{
        text_append_format(text, ", sin_port=htons(%u), sin_addr=", ntohs(address->sin_port));
        append_ipv4(text, (const uint8_t *) &address->sin_addr);
}

static void decode_inet6(Text *text, const struct sockaddr_in6 *address)
{
        text_append_format(text, ", sin6_port=htons(%u), sin6_flowinfo=htonl(%u), ",
                           ntohs(address->sin6_port), ntohl(address->sin6_flowinfo));
        text_append(text, "inet_pton(AF_INET6, ");
        append_ipv6(text, (const uint8_t *) &address->sin6_addr);
        text_append_format(text, ", &sin6_addr), sin6_scope_id=%u", address->sin6_scope_id);
}

/* An abstract name begins with a NUL, shown as @; all its bytes count. */
static void decode_unix(Text *text, const struct sockaddr_un *address, size_t size)
{
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        const char *path = address->sun_path;

        if (length == 0)
                return;
        text_append(text, ", sun_path=");
        if (path[0] == '\0') {
                text_append(text, "@\"");
                text_append_escaped(text, path + 1, length - 1);
        } else {
                text_append_char(text, '"');
                text_append_escaped(text, path, strnlen(path, length));
        }
        text_append_char(text, '"');
}

static void decode_netlink(Text *text, const struct sockaddr_nl *address)
{
        text_append_format(text, ", nl_pid=%u, nl_groups=%08x", address->nl_pid,
                           address->nl_groups);
}

static void decode_packet(Text *text, const struct sockaddr_ll *address)
{
        text_append_format(text,
                           ", sll_protocol=htons(%#x), sll_ifindex=%d, sll_hatype=%#x, "
                           "sll_pkttype=%u, sll_halen=%u",
                           ntohs(address->sll_protocol), address->sll_ifindex, address->sll_hatype,
                           address->sll_pkttype, address->sll_halen);
}

static void decode_family_data(DecodeContext *context, const struct sockaddr_storage *address,
                               size_t size)
{
        Text *text = context->text;

        if (address->ss_family == AF_INET && size >= sizeof(struct sockaddr_in))
                decode_inet(text, (const struct sockaddr_in *) address);
        else if (address->ss_family == AF_INET6 && size >= 24)
                decode_inet6(text, (const struct sockaddr_in6 *) address);
        else if (address->ss_family == AF_UNIX)
                decode_unix(text, (const struct sockaddr_un *) address, size);
        else if (address->ss_family == AF_NETLINK && size >= sizeof(struct sockaddr_nl))
                decode_netlink(text, (const struct sockaddr_nl *) address);
        else if (address->ss_family == AF_PACKET && size >= 12)
                decode_packet(text, (const struct sockaddr_ll *) address);
        else if (size > sizeof(sa_family_t)) {
                text_append(text, ", sa_data=");
                decode_bytes(context, (const char *) address + sizeof(sa_family_t),
                             size - sizeof(sa_family_t), false);
        }
}

void decode_socket_address(DecodeContext *context, uint64_t address, uint64_t size)
{
        struct sockaddr_storage storage = {0};
        size_t wanted = size < sizeof(storage) ? (size_t) size : sizeof(storage);

        if (wanted < sizeof(sa_family_t) || !context_read_all(context, address, &storage, wanted)) {
                decode_address(context, address);
                return;
        }
        text_append(context->text, "{sa_family=");
        decode_constants(context->text, &constants_socket_domains, storage.ss_family);
        decode_family_data(context, &storage, wanted);
        text_append_char(context->text, '}');
}
