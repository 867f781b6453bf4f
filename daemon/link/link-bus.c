/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link-bus.h"

#include "base/cleanup.h"

static int become_server(sd_bus *bus)
{
        sd_id128_t id;
        int r = sd_id128_randomize(&id);

        if (r >= 0)
                r = sd_bus_set_server(bus, 1, id);
        /* The pair is private, its credentials are jaild's. */
        return r < 0 ? r : sd_bus_set_anonymous(bus, 1);
}

int link_bus_new(int fd, LinkEnd end, sd_bus **ret)
{
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r < 0) {
                close_fd(fd);
                sd_bus_unref(bus);
                return r;
        }
        if (end == LINK_SUPERVISOR)
                r = become_server(bus);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, 1);
        if (r < 0) {
                sd_bus_close_unref(bus);
                return r;
        }
        *ret = bus;
        return 0;
}
