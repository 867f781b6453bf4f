# SPDX-License-Identifier: GPL-3.0-or-later
# Fails when PO leaves a message of POT untranslated or fuzzy; else makes MO of it.
execute_process(COMMAND ${MSGCMP} ${PO} ${POT} RESULT_VARIABLE result ERROR_VARIABLE said)
if(result)
        message(FATAL_ERROR "${PO} is not complete:\n${said}")
endif()
execute_process(COMMAND ${MSGFMT} --check --output-file=${MO} ${PO} RESULT_VARIABLE result)
if(result)
        message(FATAL_ERROR "${PO} is wrong")
endif()
