/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/path-glob.h"

#include <stddef.h>
#include <string.h>

/* A wildcard that may take more: where the glob goes on, and up to where it took the path. */
typedef struct Retry {
        const char *glob; /* behind the wildcard, NULL when there is none to retry */
        const char *path;
        bool whole_components; /* a "**" and its slash: takes whole components only */
} Retry;

/* The end of a bracket expression that begins at glob ('['), or NULL when it is not closed. */
static const char *bracket_end(const char *glob)
{
        const char *at = glob + 1;

        if (*at == '!' || *at == '^')
                at++;
        if (*at == ']')
                at++;
        for (; *at && *at != ']'; at++)
                if (*at == '\\' && at[1])
                        at++;
        return *at == ']' ? at + 1 : NULL;
}

static bool bracket_has(const char *glob, unsigned char c)
{
        const char *at = glob + 1, *end = bracket_end(glob) - 1;
        bool inverted = *at == '!' || *at == '^', found = false;

        at += inverted;
        while (at < end) {
                unsigned char low, high;

                if (*at == '\\' && at + 1 < end)
                        at++;
                low = high = (unsigned char) *at++;
                if (at + 1 < end && *at == '-') {
                        at++;
                        if (*at == '\\' && at + 1 < end)
                                at++;
                        high = (unsigned char) *at++;
                }
                found = found || (c >= low && c <= high);
        }
        return found != inverted && c != '/';
}

/* Matches one character or literal; answers the glob behind it, NULL when it does not match. */
static const char *match_one(const char *glob, char c)
{
        const char *end;

        if (*glob == '?')
                return c != '/' ? glob + 1 : NULL;
        if (*glob == '[') {
                end = bracket_end(glob);
                if (end)
                        return bracket_has(glob, (unsigned char) c) ? end : NULL;
        }
        if (*glob == '\\' && glob[1])
                glob++;
        return *glob && *glob == c ? glob + 1 : NULL;
}

/* Lets a wildcard take more of the path; false when it cannot. */
static bool retry_advance(Retry *retry)
{
        if (!retry->glob || !*retry->path)
                return false;
        if (!retry->whole_components) {
                retry->path++;
                return true;
        }
        retry->path = strchr(retry->path, '/');
        if (!retry->path) {
                retry->glob = NULL;
                return false;
        }
        retry->path++;
        return true;
}

/* A star takes one more character of its component. */
static bool star_advance(Retry *star)
{
        if (!star->glob || !*star->path || *star->path == '/')
                return false;
        star->path++;
        return true;
}

static bool ends_as_directory(const char *start, const char *glob)
{
        return glob == start ? false : strcmp(glob, "/**") == 0;
}

bool path_glob_match(const char *glob, const char *path)
{
        const char *start = glob;
        Retry star = {0}, deep = {0};

        for (;;) {
                const char *behind;

                if (glob[0] == '*' && glob[1] == '*') {
                        bool framed = glob[2] == '/' && (glob == start || glob[-1] == '/');

                        deep = (Retry){glob + (framed ? 3 : 2), path, framed};
                        star = (Retry){0};
                        glob = deep.glob;
                        continue;
                }
                if (*glob == '*') {
                        star = (Retry){glob + 1, path, false};
                        glob++;
                        continue;
                }
                if (!*path && (!*glob || ends_as_directory(start, glob)))
                        return true;
                behind = *path ? match_one(glob, *path) : NULL;
                if (behind) {
                        glob = behind;
                        path++;
                        continue;
                }
                if (star_advance(&star)) {
                        glob = star.glob;
                        path = star.path;
                        continue;
                }
                if (!retry_advance(&deep))
                        return false;
                star = (Retry){0};
                glob = deep.glob;
                path = deep.path;
        }
}

const char *path_glob_fault(const char *glob)
{
        if (!*glob)
                return "an empty glob matches nothing";
        for (const char *at = glob; *at; at++) {
                if (*at == '\\') {
                        if (!at[1])
                                return "a backslash at the end of a glob has nothing to escape";
                        at++;
                } else if (*at == '[') {
                        if (!bracket_end(at))
                                return "'[' is not closed by ']'; a plain '[' is written \\\\[";
                        at = bracket_end(at) - 1;
                }
        }
        return NULL;
}
