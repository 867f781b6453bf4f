/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule files that come with the program. */
#include <string.h>

#include "rules/rule-set.h"

typedef struct Preset {
        const char *name, *text;
} Preset;

static const Preset presets[] = {
#include "preset-texts.inc"
};

static const char *const descriptions[] = {
        "what only reads is allowed; changing files, the network and more rights ask",
        "what only reads is allowed, everything else is refused",
        "everything is allowed but the network",
        "everything is allowed and logged, to learn what a program does",
        "everything is allowed, and every rule may be changed while it runs",
        "everything is refused, and every rule may be changed while it runs",
        "every call asks",
        "everything is allowed in the kernel, at full speed, until the jail ends",
        "everything is refused in the kernel until the jail ends",
};

const char *preset_text(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(presets); i++)
                if (strcmp(presets[i].name, name) == 0)
                        return presets[i].text;
        return NULL;
}

const char *preset_name(size_t index, const char **ret_description)
{
        _Static_assert(ELEMENTS_OF(presets) == ELEMENTS_OF(descriptions), "one for each");

        if (index >= ELEMENTS_OF(presets))
                return NULL;
        if (ret_description)
                *ret_description = descriptions[index];
        return presets[index].name;
}
