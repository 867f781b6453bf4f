/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-errors.h"

#include <string.h>

#include "base/text.h"
#include "broker/limits.h"
#include "dbus/bus-names.h"

static const struct {
        int number; /* negative errno */
        const char *name;
} error_names[] = {
        {-EINVAL, SJ_ERROR_INVALID_ARGUMENT},
        {-EBADMSG, SJ_ERROR_INVALID_ARGUMENT},
        {-ENXIO, SJ_ERROR_INVALID_ARGUMENT},
        {-EPERM, SJ_ERROR_NOT_AUTHORIZED},
        {-EACCES, SJ_ERROR_NOT_AUTHORIZED},
        {-ESRCH, SJ_ERROR_NO_SUCH_PROCESS},
        {-E2BIG, SJ_ERROR_LIMIT},
        {-EUSERS, SJ_ERROR_LIMIT},
        {-EBUSY, SJ_ERROR_BUSY},
        {-ECANCELED, SJ_ERROR_START_FAILED},
        {-EOPNOTSUPP, SJ_ERROR_NOT_SUPPORTED},
};

static const char *name_of(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(error_names); i++)
                if (error_names[i].number == number)
                        return error_names[i].name;
        return SJ_ERROR_FAILED;
}

int bus_error_of_problem(sd_bus_error *error, const Problem *problem)
{
        sd_bus_error_set(error, name_of(problem->error), problem_text(problem));
        return problem->error;
}

int bus_error_of_errno(sd_bus_error *error, int number, const char *what)
{
        sd_bus_error_setf(error, name_of(number), "%s: %s", what, strerror(-number));
        return number;
}

int bus_reply_with_error_of(sd_bus_message *request, const sd_bus_error *error)
{
        const char *name = error->name, *text = error->message ? error->message : "";

        if (strcmp(name, SD_BUS_ERROR_NO_REPLY) == 0 || strcmp(name, SD_BUS_ERROR_TIMEOUT) == 0)
                return sd_bus_reply_method_errorf(request, SJ_ERROR_FAILED,
                                                  "the jail's supervisor did not answer: %s", text);
        if (!string_starts_with(name, SJ_ERROR_PREFIX))
                name = SJ_ERROR_FAILED;
        return sd_bus_reply_method_errorf(request, name, "%.*s", LIMIT_ERROR_BYTES, text);
}
