# SPDX-License-Identifier: GPL-3.0-or-later
# Writes OUTPUT, a header with every text of the daemon that the window translates: the sentences
# of SENTENCES (daemon/syscalls/sentences.def) and the descriptions of the presets (daemon/rules/preset.c).
file(STRINGS ${SENTENCES} lines REGEX "^SENTENCE\\(")
set(text "/* Made from daemon/syscalls/sentences.def and the presets. */\n#pragma once\n\n")
string(APPEND text "#include <glib/gi18n.h>\n\ntypedef struct SentenceTemplate {\n")
string(APPEND text "        const char *id;\n        const char *format;\n} SentenceTemplate;\n\n")
string(APPEND text "static const SentenceTemplate sentence_templates[] = {\n")
foreach(line IN LISTS lines)
        if(line MATCHES "^SENTENCE\\([A-Z_]+, (\"[^\"]+\"), (\".*\")\\)$")
                string(APPEND text "        {${CMAKE_MATCH_1}, N_(${CMAKE_MATCH_2})},\n")
        endif()
endforeach()
string(APPEND text "};\n\n#define PRESET_DESCRIPTIONS \\\n")
file(READ ${PRESETS} code)
string(REGEX MATCH "descriptions\\[\\] = {[^}]*}" code "${code}")
string(REPLACE ";" "@semicolon@" code "${code}") # a list would end there
string(REGEX MATCHALL "\"[^\"]+\"" descriptions "${code}")
foreach(description IN LISTS descriptions)
        string(REPLACE "@semicolon@" ";" description "${description}")
        string(APPEND text "        N_(${description}) \\\n")
endforeach()
string(APPEND text "        \"\"\n")
file(WRITE ${OUTPUT} "${text}")
