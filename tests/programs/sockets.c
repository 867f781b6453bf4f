/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP connection over loopback, datagrams, and a descriptor that travels over a unix socket. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "program.h"

static void tcp(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof(address);
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char text[8] = "";
        pid_t pid;
        int fd;

        MUST(bind(listener, (struct sockaddr *) &address, sizeof(address)) == 0);
        MUST(listen(listener, 1) == 0);
        MUST(getsockname(listener, (struct sockaddr *) &address, &length) == 0);
        pid = fork();
        if (pid == 0) {
                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                MUST(connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0);
                MUST(send(fd, "hello", 5, 0) == 5);
                _exit(0);
        }
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        MUST(fd >= 0);
        MUST(recv(fd, text, sizeof(text), MSG_WAITALL) == 5);
        SAY("tcp: %s\n", text);
        say_end_of("client", pid);
        close(listener);
        SAY("closed port: %s\n", connect(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                         (struct sockaddr *) &address, sizeof(address)) < 0
                                         ? strerror(errno)
                                         : "open");
}

static void descriptor(void)
{
        union {
                char buffer[CMSG_SPACE(sizeof(int))];
                struct cmsghdr align;
        } control = {.buffer = {0}};
        char byte = 'x';
        struct iovec part = {&byte, 1};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.buffer,
                                 .msg_controllen = sizeof(control.buffer)};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        int pair[2], link[2], received;
        char text[8] = "";

        MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
        MUST(pipe(link) == 0);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &link[1], sizeof(int));
        MUST(sendmsg(pair[0], &message, 0) == 1);
        MUST(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC) == 1);
        memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
        MUST(write(received, "sent", 4) == 4);
        MUST(read(link[0], text, sizeof(text)) == 4);
        SAY("descriptor: %s\n", text);
}

int main(void)
{
        tcp();
        descriptor();
        return 0;
}
