/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/socket-name.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "base/text.h"

#define HINTS           64u
#define PROTOCOL_BYTES  64u
#define REPLY_BYTES     16384u
#define REPLY_SECONDS   1         /* the kernel answers at once; nobody waits for it for ever */
#define STATE_TIME_WAIT (1u << 6) /* TCP_TIME_WAIT: has no inode any more */

/* What is remembered of a socket. Its inode number comes back after 2^32 others at the soonest. */
typedef struct SocketHint {
        unsigned long inode; /* 0: free */
        char *lasting;       /* the description, owned, when it can change no more: a stream of
                                AF_UNIX that is connected, which stays so for good; or NULL */
        struct inet_diag_sockid id; /* else: where it was found last. It is looked up there first,
                                       which costs the same however many sockets there are */
} SocketHint;

struct SocketNames {
        int fd; /* NETLINK_SOCK_DIAG, -1 until it is needed */
        SocketHint hints[HINTS];
};

/* A protocol as the kernel's sockets name themselves, and how to ask for it. */
typedef struct SocketProtocol {
        const char *name;
        unsigned char family;
        unsigned char number;
} SocketProtocol;

static const SocketProtocol socket_protocols[] = {
        {"TCP", AF_INET, IPPROTO_TCP},
        {"TCPv6", AF_INET6, IPPROTO_TCP},
        {"UDP", AF_INET, IPPROTO_UDP},
        {"UDPv6", AF_INET6, IPPROTO_UDP},
        {"UDP-Lite", AF_INET, IPPROTO_UDPLITE},
        {"UDPLITEv6", AF_INET6, IPPROTO_UDPLITE},
        {"RAW", AF_INET, IPPROTO_RAW},
        {"RAWv6", AF_INET6, IPPROTO_RAW},
        {"PING", AF_INET, 0},
        {"PINGv6", AF_INET6, 0},
        {"SCTP", AF_INET, IPPROTO_SCTP},
        {"SCTPv6", AF_INET6, IPPROTO_SCTP},
        {"MPTCP", AF_INET, 0},
        {"MPTCPv6", AF_INET6, 0},
        {"UNIX", AF_UNIX, 0},
        {"UNIX-STREAM", AF_UNIX, 0},
        {"NETLINK", AF_NETLINK, 0},
};

static const char *const netlink_protocols[] = {
        [0] = "ROUTE",      [1] = "UNUSED",  [2] = "USERSOCK",       [3] = "FIREWALL",
        [4] = "SOCK_DIAG",  [5] = "NFLOG",   [6] = "XFRM",           [7] = "SELINUX",
        [8] = "ISCSI",      [9] = "AUDIT",   [10] = "FIB_LOOKUP",    [11] = "CONNECTOR",
        [12] = "NETFILTER", [13] = "IP6_FW", [14] = "DNRTMSG",       [15] = "KOBJECT_UEVENT",
        [16] = "GENERIC",   [17] = "DM",     [18] = "SCSITRANSPORT", [19] = "ECRYPTFS",
        [20] = "RDMA",      [21] = "CRYPTO", [22] = "SMC",
};

/* One question about one socket. */
typedef struct SocketQuery {
        int fd;           /* NETLINK_SOCK_DIAG */
        SocketHint *hint; /* where this inode is remembered */
        const char *name; /* of the protocol */
        unsigned long inode;
        char *answer; /* owned; NULL until the socket was found */
} SocketQuery;

/* Looks at one message of the kernel's; fills query->answer when it is about our socket. */
typedef int (*SocketParser)(SocketQuery *query, const void *message, size_t size);

SocketNames *socket_names_new(void)
{
        SocketNames *names = calloc(1, sizeof(*names));

        if (names)
                names->fd = -1;
        return names;
}

SocketNames *socket_names_free(SocketNames *names)
{
        if (names) {
                for (size_t i = 0; i < HINTS; i++)
                        free(names->hints[i].lasting);
                close_fd(names->fd);
                free(names);
        }
        return NULL;
}

static void forget(SocketHint *hint)
{
        free(hint->lasting);
        *hint = (SocketHint){0};
}

static SocketHint *hint_of(SocketNames *names, unsigned long inode)
{
        return &names->hints[inode % HINTS];
}

/* The description that can change no more, NULL when there is none. */
static const char *lasting_name(SocketNames *names, unsigned long inode)
{
        const SocketHint *hint = names ? hint_of(names, inode) : NULL;

        return hint && hint->inode == inode ? hint->lasting : NULL;
}

static int open_diagnostics(void)
{
        struct timeval patience = {.tv_sec = REPLY_SECONDS};
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

        if (fd < 0)
                return -errno;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        return fd;
}

/* Reads one datagram of answers. 1: more are to come; 0: that was all; negative errno. */
static int read_answers(SocketQuery *query, SocketParser parse, bool dump)
{
        _Alignas(struct nlmsghdr) char buffer[REPLY_BYTES];
        ssize_t n = recv(query->fd, buffer, sizeof(buffer), 0);
        const struct nlmsghdr *header = (const struct nlmsghdr *) buffer;

        if (n < 0)
                return errno == EINTR ? 1 : -errno;
        for (size_t left = (size_t) n; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
                int r;

                if (header->nlmsg_type == NLMSG_DONE)
                        return 0;
                if (header->nlmsg_type == NLMSG_ERROR)
                        return ((const struct nlmsgerr *) NLMSG_DATA(header))->error;
                if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || query->answer)
                        continue;
                r = parse(query, NLMSG_DATA(header), header->nlmsg_len - NLMSG_HDRLEN);
                if (r < 0)
                        return r;
        }
        return dump;
}

/* Asks and reads all that comes, so that the next question finds the socket empty. */
static int ask(SocketQuery *query, const void *request, size_t size, bool dump, SocketParser parse)
{
        struct nlmsghdr header = {
                .nlmsg_len = (unsigned) (NLMSG_HDRLEN + size),
                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                .nlmsg_flags = (unsigned short) (NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0)),
        };
        struct iovec parts[] = {{&header, sizeof(header)}, {(void *) request, size}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        int r;

        if (sendmsg(query->fd, &message, MSG_NOSIGNAL) < 0)
                return -errno;
        do
                r = read_answers(query, parse, dump);
        while (r > 0);
        return r;
}

static void append_end(Text *text, int family, const unsigned *address, unsigned short port)
{
        char name[INET6_ADDRSTRLEN] = "?";

        inet_ntop(family, address, name, sizeof(name));
        text_append_format(text, family == AF_INET6 ? "[%s]:%u" : "%s:%u", name, ntohs(port));
}

static int parse_inet(SocketQuery *query, const void *bytes, size_t size)
{
        static const struct inet_diag_sockid nowhere;
        const struct inet_diag_msg *message = bytes;
        Text text = TEXT_INIT;

        if (size < sizeof(*message) || message->idiag_inode != query->inode)
                return 0;
        text_append_format(&text, "%s:[", query->name);
        append_end(&text, message->idiag_family, message->id.idiag_src, message->id.idiag_sport);
        if (message->id.idiag_dport ||
            memcmp(message->id.idiag_dst, nowhere.idiag_dst, sizeof(nowhere.idiag_dst)) != 0) {
                text_append(&text, "->");
                append_end(&text, message->idiag_family, message->id.idiag_dst,
                           message->id.idiag_dport);
        }
        text_append_char(&text, ']');
        forget(query->hint);
        query->hint->inode = query->inode;
        query->hint->id = message->id;
        query->answer = text_take(&text);
        return query->answer ? 0 : -ENOMEM;
}

static int ask_inet(SocketQuery *query, const SocketProtocol *protocol)
{
        struct inet_diag_req_v2 request = {
                .sdiag_family = protocol->family,
                .sdiag_protocol = protocol->number,
                .idiag_states = ~STATE_TIME_WAIT,
        };

        if (protocol->number == 0)
                return 0;
        if (query->hint->inode == query->inode && !query->hint->lasting) {
                request.id = query->hint->id;
                ask(query, &request, sizeof(request), false, parse_inet);
                if (query->answer)
                        return 0;
                memset(&request.id, 0, sizeof(request.id));
        }
        return ask(query, &request, sizeof(request), true, parse_inet);
}

/* The bytes of a name in quotation marks; an abstract one has a leading NUL and may hold more. */
static void append_unix_name(Text *text, const char *name, size_t size)
{
        bool abstract = size > 0 && name[0] == '\0';

        text_append(text, abstract ? ",@\"" : ",\"");
        for (size_t i = abstract; i < size; i++) {
                if (!abstract && name[i] == '\0')
                        break;
                if (name[i] == '\0')
                        text_append(text, "\\0");
                else
                        text_append_char(text, name[i]);
        }
        text_append_char(text, '"');
}

static int parse_unix(SocketQuery *query, const void *bytes, size_t size)
{
        const struct unix_diag_msg *message = bytes;
        const struct rtattr *attribute = (const struct rtattr *) (message + 1);
        const char *name = NULL;
        size_t left, name_size = 0;
        unsigned peer = 0;
        Text text = TEXT_INIT;

        if (size < sizeof(*message) || message->udiag_ino != query->inode)
                return 0;
        left = size - sizeof(*message);
        for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
                if (attribute->rta_type == UNIX_DIAG_NAME) {
                        name = RTA_DATA(attribute);
                        name_size = RTA_PAYLOAD(attribute);
                }
                if (attribute->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(attribute) >= sizeof(peer))
                        memcpy(&peer, RTA_DATA(attribute), sizeof(peer));
        }
        text_append_format(&text, "%s:[%lu", query->name, query->inode);
        if (peer)
                text_append_format(&text, "->%u", peer);
        if (name_size > 0)
                append_unix_name(&text, name, name_size);
        text_append_char(&text, ']');
        query->answer = text_take(&text);
        if (query->answer && peer && message->udiag_type == SOCK_STREAM) {
                forget(query->hint);
                query->hint->inode = query->inode;
                query->hint->lasting = strdup(query->answer);
        }
        return query->answer ? 0 : -ENOMEM;
}

static int ask_unix(SocketQuery *query)
{
        struct unix_diag_req request = {
                .sdiag_family = AF_UNIX,
                .udiag_states = ~0u,
                .udiag_ino = (unsigned) query->inode,
                .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER,
                .udiag_cookie = {~0u, ~0u},
        };

        return ask(query, &request, sizeof(request), false, parse_unix);
}

static int parse_netlink(SocketQuery *query, const void *bytes, size_t size)
{
        const struct netlink_diag_msg *message = bytes;
        const char *protocol = NULL;

        if (size < sizeof(*message) || message->ndiag_ino != query->inode)
                return 0;
        if (message->ndiag_protocol < ELEMENTS_OF(netlink_protocols))
                protocol = netlink_protocols[message->ndiag_protocol];
        if (protocol)
                query->answer =
                        string_format("%s:[%s:%u]", query->name, protocol, message->ndiag_portid);
        else
                query->answer = string_format("%s:[%u:%u]", query->name, message->ndiag_protocol,
                                              message->ndiag_portid);
        return query->answer ? 0 : -ENOMEM;
}

static int ask_netlink(SocketQuery *query)
{
        struct netlink_diag_req request = {
                .sdiag_family = AF_NETLINK,
                .sdiag_protocol = NDIAG_PROTO_ALL,
        };

        return ask(query, &request, sizeof(request), true, parse_netlink);
}

static int ask_protocol(SocketQuery *query, const SocketProtocol *protocol)
{
        switch (protocol->family) {
        case AF_UNIX:
                return ask_unix(query);
        case AF_NETLINK:
                return ask_netlink(query);
        default:
                return ask_inet(query, protocol);
        }
}

static const SocketProtocol *find_protocol(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(socket_protocols); i++)
                if (strcmp(socket_protocols[i].name, name) == 0)
                        return &socket_protocols[i];
        return NULL;
}

/* Asks the kernel; leaves query->answer NULL when it has nothing to say. */
static int query_socket(SocketNames *names, SocketQuery *query, const SocketProtocol *protocol)
{
        int r;

        if (names->fd < 0)
                names->fd = open_diagnostics();
        if (names->fd < 0)
                return names->fd;
        query->fd = names->fd;
        query->hint = hint_of(names, query->inode);
        r = ask_protocol(query, protocol);
        /* what is left of a broken conversation must not answer the next question */
        if (r < 0)
                names->fd = close_fd(names->fd);
        return r;
}

/* The protocol that a socket names itself by, in `name`; NULL when it is none of ours. */
static const SocketProtocol *protocol_of(const char *link, char name[PROTOCOL_BYTES])
{
        ssize_t n = getxattr(link, "system.sockprotoname", name, PROTOCOL_BYTES - 1);

        name[n > 0 ? n : 0] = '\0';
        return find_protocol(name);
}

int socket_describe(SocketNames *names, const char *link, unsigned long inode, char **ret)
{
        _cleanup_(socket_names_freep) SocketNames *own = NULL;
        SocketQuery query = {.fd = -1, .inode = inode};
        const char *lasting = lasting_name(names, inode);
        const SocketProtocol *protocol;
        char name[PROTOCOL_BYTES];

        if (lasting) {
                *ret = strdup(lasting);
                return *ret ? 0 : -ENOMEM;
        }
        protocol = protocol_of(link, name);
        if (!protocol) {
                *ret = string_format("socket:[%lu]", inode);
                return *ret ? 0 : -ENOMEM;
        }
        query.name = name;
        if (!names)
                names = own = socket_names_new();
        if (!names || query_socket(names, &query, protocol) == -ENOMEM)
                return -ENOMEM;
        *ret = query.answer ? query.answer : string_format("%s:[%lu]", name, inode);
        return *ret ? 0 : -ENOMEM;
}
