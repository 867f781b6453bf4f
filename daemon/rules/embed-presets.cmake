# SPDX-License-Identifier: GPL-3.0-or-later
# FILES: a list of JSON files. OUTPUT: a C file with {"name", "text"}, for each, byte by byte.
set(text "/* made by embed-presets.cmake */\n")
foreach(file ${FILES})
        get_filename_component(name ${file} NAME_WE)
        file(READ ${file} hex HEX)
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes ${hex})
        string(APPEND text "{\"${name}\", \"${bytes}\"},\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
