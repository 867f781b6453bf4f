/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes more than one key to answer: a made-up result, an edited call, a look at memory. */
#pragma once

#include "client-cli/ask-terminal.h"
#include "client-cli/verdict.h"

typedef enum DialogEnd {
        DIALOG_BACK,   /* ask again */
        DIALOG_ANSWER, /* *verdict is the answer */
        DIALOG_OVER,   /* the question is over */
} DialogEnd;

/* *ret_action is owned and what verdict->action points to. */
DialogEnd ask_dialog_return(AskTerminal *ask, Verdict *verdict, char **ret_action);
DialogEnd ask_dialog_edit(AskTerminal *ask, const cJSON *call, Verdict *verdict, char **ret_number);
void ask_dialog_memory(AskTerminal *ask, const cJSON *call);
/* One more key before a jail is ended. */
DialogEnd ask_dialog_stop(AskTerminal *ask);
