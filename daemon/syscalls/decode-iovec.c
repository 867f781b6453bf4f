/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors of buffers and the messages that are made of them. */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "syscalls/constant-sets.h"
#include "syscalls/decode-context.h"

#define CONTROL_MAX 1024 /* bytes of control data that are looked at */

static void decode_iovec_element(DecodeContext *context, uint64_t address, bool contents,
                                 uint64_t *bytes)
{
        uint64_t element[2], shown;

        if (!context_read_all(context, address, element, sizeof(element))) {
                decode_address(context, address);
                return;
        }
        text_append(context->text, "{iov_base=");
        shown = element[1] < *bytes ? element[1] : *bytes;
        if (contents)
                decode_buffer(context, element[0], shown);
        else
                decode_address(context, element[0]);
        *bytes -= shown;
        text_append(context->text, ", iov_len=");
        text_append_unsigned(context->text, element[1]);
        text_append_char(context->text, '}');
}

void decode_iovec(DecodeContext *context, uint64_t address, uint64_t count, bool contents,
                  uint64_t bytes)
{
        uint8_t probe;

        if (count && !context_read_all(context, address, &probe, sizeof(probe))) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        for (uint64_t i = 0; i < count; i++) {
                if (i)
                        text_append(context->text, ", ");
                if (i == context->limits->vector_elements ||
                    context->text->length > DECODE_TEXT_MAX) {
                        text_append(context->text, "...");
                        break;
                }
                decode_iovec_element(context, address + i * sizeof(struct iovec), contents, &bytes);
        }
        text_append_char(context->text, ']');
}

static void decode_passed_fds(DecodeContext *context, const uint8_t *data, size_t size)
{
        text_append_char(context->text, '[');
        for (size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
                int fd;

                memcpy(&fd, data + at, sizeof(fd));
                if (at)
                        text_append(context->text, ", ");
                decode_fd(context, fd);
        }
        text_append_char(context->text, ']');
}

static void decode_control_data(DecodeContext *context, const struct cmsghdr *header,
                                const uint8_t *data, size_t size)
{
        uint32_t words[3];

        text_append(context->text, ", cmsg_data=");
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
                decode_passed_fds(context, data, size);
        } else if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS &&
                   size >= sizeof(words)) {
                memcpy(words, data, sizeof(words));
                text_append_format(context->text, "{pid=%d, uid=%u, gid=%u}", (int) words[0],
                                   words[1], words[2]);
        } else {
                decode_bytes(context, data, size, false);
        }
}

static void decode_control_header(DecodeContext *context, const struct cmsghdr *header)
{
        text_append_format(context->text, "{cmsg_len=%zu, cmsg_level=", header->cmsg_len);
        decode_constants(context->text, &constants_socket_levels, (uint32_t) header->cmsg_level);
        text_append(context->text, ", cmsg_type=");
        if (header->cmsg_level == SOL_SOCKET)
                decode_constants(context->text, &constants_control_messages,
                                 (uint32_t) header->cmsg_type);
        else
                text_append_hex(context->text, (uint32_t) header->cmsg_type);
}

static void decode_control(DecodeContext *context, uint64_t address, uint64_t size)
{
        uint8_t bytes[CONTROL_MAX];
        size_t wanted = size < sizeof(bytes) ? (size_t) size : sizeof(bytes), at = 0;

        if (wanted < sizeof(struct cmsghdr) || !context_read_all(context, address, bytes, wanted)) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        while (wanted - at >= sizeof(struct cmsghdr)) {
                struct cmsghdr header;

                memcpy(&header, bytes + at, sizeof(header));
                if (at)
                        text_append(context->text, ", ");
                decode_control_header(context, &header);
                if (header.cmsg_len >= sizeof(header) && header.cmsg_len <= wanted - at)
                        decode_control_data(context, &header, bytes + at + sizeof(header),
                                            header.cmsg_len - sizeof(header));
                text_append_char(context->text, '}');
                if (header.cmsg_len < sizeof(header) || header.cmsg_len > wanted - at)
                        break;
                at += (header.cmsg_len + 7) & ~(size_t) 7;
                if (at > wanted)
                        break;
        }
        text_append(context->text, wanted < size ? ", ...]" : "]");
}

static void decode_message_fields(DecodeContext *context, const struct msghdr *message,
                                  bool contents, uint64_t bytes)
{
        Text *text = context->text;

        text_append(text, "{msg_name=");
        if (contents)
                decode_socket_address(context, (uintptr_t) message->msg_name, message->msg_namelen);
        else
                decode_address(context, (uintptr_t) message->msg_name);
        text_append_format(text, ", msg_namelen=%u, msg_iov=", message->msg_namelen);
        decode_iovec(context, (uintptr_t) message->msg_iov, message->msg_iovlen, contents, bytes);
        text_append_format(text, ", msg_iovlen=%zu", message->msg_iovlen);
        if (message->msg_control || !contents) {
                text_append(text, ", msg_control=");
                if (contents)
                        decode_control(context, (uintptr_t) message->msg_control,
                                       message->msg_controllen);
                else
                        decode_address(context, (uintptr_t) message->msg_control);
        }
        text_append_format(text, ", msg_controllen=%zu, msg_flags=", message->msg_controllen);
        decode_constants(text, &constants_message_flags, (uint32_t) message->msg_flags);
        text_append_char(text, '}');
}

void decode_message(DecodeContext *context, uint64_t address, bool contents, uint64_t bytes)
{
        struct msghdr message;

        if (!context_read_all(context, address, &message, sizeof(message)))
                decode_address(context, address);
        else
                decode_message_fields(context, &message, contents, bytes);
}

void decode_messages(DecodeContext *context, uint64_t address, uint64_t count, bool contents)
{
        struct mmsghdr element;

        if (count == 0 || !context_read_all(context, address, &element, sizeof(element))) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        for (uint64_t i = 0; i < count; i++) {
                if (i)
                        text_append(context->text, ", ");
                if (i == context->limits->vector_elements ||
                    context->text->length > DECODE_TEXT_MAX) {
                        text_append(context->text, "...");
                        break;
                }
                if (!context_read_all(context, address + i * sizeof(element), &element,
                                      sizeof(element))) {
                        decode_address(context, address + i * sizeof(element));
                        break;
                }
                text_append(context->text, "{msg_hdr=");
                decode_message_fields(context, &element.msg_hdr, contents,
                                      context->returned ? element.msg_len : UINT64_MAX);
                if (context->returned)
                        text_append_format(context->text, ", msg_len=%u", element.msg_len);
                text_append_char(context->text, '}');
        }
        text_append_char(context->text, ']');
}
