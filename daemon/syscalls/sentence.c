/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentence for people: which template a call has and what stands in its parts. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/un.h>

#include "syscalls/call-numbers.h"
#include "syscalls/decode-context.h"

#define COMMAND_WORDS_MAX 32
#define STRING_PART_MAX   4096
#define THREAD_FLAG       0x00010000 /* CLONE_THREAD */
#define TEMPORARY_FLAG    020000000  /* __O_TMPFILE */

typedef enum SentenceId {
#define SENTENCE(enumerator, id, format) SENTENCE_##enumerator,
#include "syscalls/sentences.def"
#undef SENTENCE
        _SENTENCE_COUNT,
} SentenceId;

static const struct {
        const char *id, *format;
} templates[] = {
#define SENTENCE(enumerator, id, format) {id, format},
#include "syscalls/sentences.def"
#undef SENTENCE
};

typedef enum PartSource {
        PART_NONE,
        PART_PATH,
        PART_STRING,
        PART_TEXT,
        PART_FILE,
        PART_PROCESS,
        PART_COMMAND,
        PART_ADDRESS,
} PartSource;

typedef struct SentencePart {
        PartSource source;
        const char *key;
        unsigned argument;
} SentencePart;

typedef struct SentenceRule {
        int number;
        SentenceId id;
        SentencePart parts[3]; /* up to the first PART_NONE */
} SentenceRule;

#define PATH_OF(key, index)                                                                        \
        {                                                                                          \
                PART_PATH, key, index                                                              \
        }
#define STRING_OF(key, index)                                                                      \
        {                                                                                          \
                PART_STRING, key, index                                                            \
        }
#define TEXT_OF(key, index)                                                                        \
        {                                                                                          \
                PART_TEXT, key, index                                                              \
        }
#define FILE_OF(key, index)                                                                        \
        {                                                                                          \
                PART_FILE, key, index                                                              \
        }
#define PROCESS_OF(key, index)                                                                     \
        {                                                                                          \
                PART_PROCESS, key, index                                                           \
        }
#define COMMAND_OF(key, index)                                                                     \
        {                                                                                          \
                PART_COMMAND, key, index                                                           \
        }
#define ADDRESS_OF(key, index)                                                                     \
        {                                                                                          \
                PART_ADDRESS, key, index                                                           \
        }

static const SentenceRule rules[] = {
#define SAYS(call, sentence, ...) {CALL_##call, SENTENCE_##sentence, {__VA_ARGS__}},
#include "syscalls/sentences.def"
#undef SAYS
};

/* ---- parts ---- */

/* Takes the value over, also when it fails. */
static int sentence_add(Sentence *sentence, const char *key, char *value)
{
        if (!value)
                return -ENOMEM;
        if (sentence->count >= ELEMENTS_OF(sentence->keys)) {
                free(value);
                return -E2BIG;
        }
        sentence->keys[sentence->count] = (char *) key;
        sentence->values[sentence->count++] = value;
        return 0;
}

static int add_path(Sentence *sentence, const char *key, const DecodedCall *call, unsigned index,
                    const CallerView *view)
{
        char *path = NULL;
        int r;

        if (call->arguments[index].resolved)
                return sentence_add(sentence, key, strdup(call->arguments[index].resolved));
        if (view->resolve_path &&
            caller_resolve_argument(&call->registers, index, view, &path) == 0)
                return sentence_add(sentence, key, path);
        r = caller_read_string(view, call->arguments[index].value, STRING_PART_MAX, &path);
        return r < 0 ? r : sentence_add(sentence, key, path);
}

/* The kernel's strings end by a NUL, its buffers by their size. */
static int add_string(Sentence *sentence, const char *key, const DecodedCall *call, unsigned index,
                      const CallerView *view)
{
        const SyscallArgument *argument = &call->entry->arguments[index];
        uint64_t address = call->arguments[index].value, size;
        char *string = NULL;
        ssize_t n;
        int r;

        if (argument->kind != ARGUMENT_KIND_BUFFER_IN) {
                r = caller_read_string(view, address, STRING_PART_MAX, &string);
                return r < 0 ? r : sentence_add(sentence, key, string);
        }
        size = call->arguments[argument->size_argument].value;
        if (size > STRING_PART_MAX)
                return -E2BIG;
        string = calloc(1, size + 1);
        if (!string)
                return -ENOMEM;
        n = size ? caller_read(view, address, string, size) : 0;
        if (n == (ssize_t) size)
                return sentence_add(sentence, key, string);
        free(string);
        return n < 0 ? (int) n : -EFAULT;
}

static int add_file(Sentence *sentence, const char *key, const DecodedCall *call, unsigned index,
                    const CallerView *view)
{
        int fd = (int) call->arguments[index].value;
        char *description = NULL;

        if (view->describe_fd && view->describe_fd(view->context, fd, &description) == 0)
                return sentence_add(sentence, key, description);
        return sentence_add(sentence, key, string_format("descriptor %d", fd));
}

static int add_process(Sentence *sentence, const char *key, const DecodedCall *call, unsigned index,
                       const CallerView *view)
{
        int pid = (int) call->arguments[index].value;
        char *name = NULL;
        int r;

        if (pid == -1)
                name = strdup("every process");
        else if (pid <= 0)
                name = strdup("a process group");
        else if (!view->process_name || view->process_name(view->context, pid, &name) < 0)
                name = strdup("process");
        r = sentence_add(sentence, key, name);
        return r < 0 ? r : sentence_add(sentence, "pid", string_format("%d", pid));
}

static uint64_t word_at(const CallerView *view, uint64_t address)
{
        uint64_t word = 0;

        caller_read(view, address, &word, sizeof(word));
        return word;
}

/* A word with blanks in it would read as two. */
static void append_word(Text *text, const char *word)
{
        bool quoted = *word == '\0' || word[strcspn(word, " \t\n\"'")];

        if (text->length)
                text_append_char(text, ' ');
        if (quoted)
                text_append_char(text, '\'');
        text_append(text, word);
        if (quoted)
                text_append_char(text, '\'');
}

/* argv from its second word on. */
static int append_words(Text *text, uint64_t address, const CallerView *view)
{
        for (size_t i = 1;; i++) {
                _cleanup_free_ char *word = NULL;
                uint64_t pointer;
                int r;

                if (!caller_read_all(view, address + i * sizeof(pointer), &pointer,
                                     sizeof(pointer)))
                        return -EFAULT;
                if (pointer == 0)
                        return 0;
                if (i == COMMAND_WORDS_MAX)
                        return text_append(text, " …");
                r = caller_read_string(view, pointer, STRING_PART_MAX, &word);
                if (r < 0)
                        return r;
                append_word(text, word);
        }
}

/* argv[0] is only the caller's word for it: the file is named, by its last component where only the
 * system installs programs. */
static const char *program_name(const char *path)
{
        static const char *const folders[] = {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"};

        for (size_t i = 0; i < ELEMENTS_OF(folders); i++)
                if (string_starts_with(path, folders[i]) && !strchr(path + strlen(folders[i]), '/'))
                        return path + strlen(folders[i]);
        return path;
}

static int add_command(Sentence *sentence, const char *key, const DecodedCall *call, unsigned index,
                       const CallerView *view)
{
        _cleanup_text_ Text text = TEXT_INIT;
        _cleanup_free_ char *path = NULL;
        uint64_t argv = call->arguments[index].value;
        int r = caller_read_string(view, call->arguments[index - 1].value, STRING_PART_MAX, &path);

        if (r < 0)
                return r;
        append_word(&text, program_name(path));
        if (argv && word_at(view, argv))
                r = append_words(&text, argv, view);
        return r < 0 ? r : sentence_add(sentence, key, text_take(&text));
}

static int add_internet_address(Sentence *sentence, int family, const void *address, uint16_t port)
{
        char shown[INET6_ADDRSTRLEN];
        int r;

        if (!inet_ntop(family, address, shown, sizeof(shown)))
                return -EINVAL;
        r = sentence_add(sentence, "address", strdup(shown));
        return r < 0 ? r : sentence_add(sentence, "port", string_format("%u", ntohs(port)));
}

static int add_local_address(Sentence *sentence, const struct sockaddr_un *address, size_t size)
{
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        const char *path = address->sun_path;

        if (length && !path[0])
                return sentence_add(sentence, "path",
                                    string_format("@%.*s", (int) length - 1, path + 1));
        return sentence_add(sentence, "path", strndup(path, length));
}

static SentenceId local_form(SentenceId id)
{
        switch (id) {
        case SENTENCE_CONNECT:
                return SENTENCE_CONNECT_LOCAL;
        case SENTENCE_BIND:
                return SENTENCE_BIND_LOCAL;
        default:
                return SENTENCE_SEND_LOCAL;
        }
}

static int add_address(Sentence *sentence, SentenceId *id, const DecodedCall *call, unsigned index,
                       const CallerView *view)
{
        struct sockaddr_storage storage = {0};
        const struct sockaddr_in *inet = (const void *) &storage;
        const struct sockaddr_in6 *inet6 = (const void *) &storage;
        size_t size = (uint32_t) call->arguments[index + 1].value;
        ssize_t n;

        if (size > sizeof(storage))
                size = sizeof(storage);
        n = caller_read(view, call->arguments[index].value, &storage, size);
        if (n != (ssize_t) size || size < sizeof(sa_family_t))
                return -EFAULT;
        if (storage.ss_family == AF_INET && size >= sizeof(*inet))
                return add_internet_address(sentence, AF_INET, &inet->sin_addr, inet->sin_port);
        if (storage.ss_family == AF_INET6 && size >= 24)
                return add_internet_address(sentence, AF_INET6, &inet6->sin6_addr,
                                            inet6->sin6_port);
        if (storage.ss_family != AF_UNIX)
                return -EAFNOSUPPORT;
        *id = local_form(*id);
        return add_local_address(sentence, (const void *) &storage, size);
}

static int add_part(Sentence *sentence, SentenceId *id, const SentencePart *part,
                    const DecodedCall *call, const CallerView *view)
{
        switch (part->source) {
        case PART_PATH:
                return add_path(sentence, part->key, call, part->argument, view);
        case PART_STRING:
                return add_string(sentence, part->key, call, part->argument, view);
        case PART_FILE:
                return add_file(sentence, part->key, call, part->argument, view);
        case PART_PROCESS:
                return add_process(sentence, part->key, call, part->argument, view);
        case PART_COMMAND:
                return add_command(sentence, part->key, call, part->argument, view);
        case PART_ADDRESS:
                return add_address(sentence, id, call, part->argument, view);
        default:
                return sentence_add(sentence, part->key,
                                    strdup(call->arguments[part->argument].text));
        }
}

/* ---- calls that say different things by their arguments ---- */

static SentenceId open_sentence(uint32_t flags)
{
        if ((flags & TEMPORARY_FLAG) == TEMPORARY_FLAG)
                return SENTENCE_TEMPORARY_FILE;
        if (flags & O_CREAT)
                return SENTENCE_CREATE_FILE;
        if (flags & O_TRUNC)
                return SENTENCE_OVERWRITE_FILE;
        if (flags & O_PATH)
                return SENTENCE_LOOK_AT;
        if (flags & O_DIRECTORY)
                return SENTENCE_LIST_FOLDER;
        if ((flags & O_ACCMODE) == O_RDONLY)
                return SENTENCE_READ_FILE;
        if (flags & O_APPEND)
                return SENTENCE_APPEND_FILE;
        return (flags & O_ACCMODE) == O_RDWR ? SENTENCE_CHANGE_FILE : SENTENCE_WRITE_FILE;
}

static SentenceId signal_sentence(int signal)
{
        switch (signal) {
        case 0:
                return SENTENCE_CHECK_PROCESS;
        case SIGKILL:
        case SIGTERM:
        case SIGQUIT:
        case SIGABRT:
                return SENTENCE_END_PROCESS;
        case SIGSTOP:
        case SIGTSTP:
                return SENTENCE_STOP_PROCESS;
        case SIGCONT:
                return SENTENCE_CONTINUE_PROCESS;
        default:
                return SENTENCE_SIGNAL_PROCESS;
        }
}

static SentenceRule signal_rule(const DecodedCall *call, unsigned process, unsigned signal)
{
        SentenceRule rule = {.id = signal_sentence((int) call->arguments[signal].value),
                             .parts = {PROCESS_OF("process", process)}};

        if (rule.id == SENTENCE_SIGNAL_PROCESS)
                rule.parts[1] = (SentencePart) TEXT_OF("signal", signal);
        return rule;
}

static SentenceRule open_rule(uint64_t flags, unsigned path)
{
        return (SentenceRule){.id = open_sentence((uint32_t) flags),
                              .parts = {PATH_OF("path", path)}};
}

static SentenceRule clone_rule(uint64_t flags)
{
        return (SentenceRule){.id = flags & THREAD_FLAG ? SENTENCE_START_THREAD
                                                        : SENTENCE_START_PROCESS};
}

static SentenceRule table_rule(int number)
{
        for (size_t i = 0; i < ELEMENTS_OF(rules); i++)
                if (rules[i].number == number)
                        return rules[i];
        return (SentenceRule){.id = SENTENCE_CALLS};
}

static SentenceRule sending_rule(const DecodedCall *call)
{
        if (call->arguments[4].value)
                return (SentenceRule){.id = SENTENCE_SEND_TO, .parts = {ADDRESS_OF("address", 4)}};
        return (SentenceRule){.id = SENTENCE_SEND,
                              .parts = {TEXT_OF("size", 2), FILE_OF("file", 0)}};
}

/* Asking for a limit sets none. */
static SentenceRule limit_rule(const DecodedCall *call)
{
        if (!call->arguments[2].value)
                return (SentenceRule){.id = SENTENCE_CALLS};
        return (SentenceRule){.id = SENTENCE_CHANGE_LIMIT, .parts = {TEXT_OF("limit", 1)}};
}

static SentenceRule unlinkat_rule(const DecodedCall *call)
{
        return (SentenceRule){.id = call->arguments[2].value & AT_REMOVEDIR ? SENTENCE_DELETE_FOLDER
                                                                            : SENTENCE_DELETE_FILE,
                              .parts = {PATH_OF("path", 1)}};
}

static SentenceRule sentence_rule(const DecodedCall *call, const CallerView *view)
{
        const DecodedArgument *arguments = call->arguments;

        switch (call->registers.number) {
        case CALL_open:
                return open_rule(arguments[1].value, 0);
        case CALL_openat:
                return open_rule(arguments[2].value, 1);
        case CALL_openat2:
                return open_rule(word_at(view, arguments[2].value), 1);
        case CALL_unlinkat:
                return unlinkat_rule(call);
        case CALL_kill:
        case CALL_tkill:
        case CALL_rt_sigqueueinfo:
                return signal_rule(call, 0, 1);
        case CALL_tgkill:
        case CALL_rt_tgsigqueueinfo:
                return signal_rule(call, 0, 2);
        case CALL_clone:
                return clone_rule(arguments[0].value);
        case CALL_clone3:
                return clone_rule(word_at(view, arguments[0].value));
        case CALL_sendto:
                return sending_rule(call);
        case CALL_prlimit64:
                return limit_rule(call);
        default:
                return table_rule(call->registers.number);
        }
}

/* ---- the sentence ---- */

static int sentence_begin(Sentence *sentence, const char *program)
{
        return sentence_add(sentence, "program", strdup(program));
}

static int last_resort(const DecodedCall *call, const char *program, Sentence *ret)
{
        Sentence sentence = {.id = templates[SENTENCE_CALLS].id,
                             .format = templates[SENTENCE_CALLS].format};
        int r = sentence_begin(&sentence, program);

        if (r == 0)
                r = sentence_add(&sentence, "call", strdup(call->name));
        if (r < 0) {
                sentence_release(&sentence);
                return r;
        }
        *ret = sentence;
        return 0;
}

static int fill_parts(Sentence *sentence, SentenceRule *rule, const DecodedCall *call,
                      const CallerView *view, const char *program)
{
        int r = sentence_begin(sentence, program);

        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(rule->parts) && rule->parts[i].source; i++)
                r = add_part(sentence, &rule->id, &rule->parts[i], call, view);
        return r;
}

int decode_sentence(const DecodedCall *call, const CallerView *view, const char *program,
                    Sentence *ret)
{
        Sentence sentence = {0};
        SentenceRule rule = sentence_rule(call, view);
        int r;

        if (rule.id == SENTENCE_CALLS)
                return last_resort(call, program, ret);
        r = fill_parts(&sentence, &rule, call, view, program);
        if (r < 0) {
                sentence_release(&sentence);
                return r == -ENOMEM || r == -ESRCH ? r : last_resort(call, program, ret);
        }
        sentence.id = templates[rule.id].id;
        sentence.format = templates[rule.id].format;
        *ret = sentence;
        return 0;
}

static const char *part_value(const Sentence *sentence, const char *key, size_t length)
{
        for (unsigned i = 0; i < sentence->count; i++)
                if (strlen(sentence->keys[i]) == length &&
                    memcmp(sentence->keys[i], key, length) == 0)
                        return sentence->values[i];
        return "?";
}

int sentence_fill(const Sentence *sentence, char **ret)
{
        _cleanup_text_ Text text = TEXT_INIT;
        const char *at = sentence->format;
        char *filled;

        while (*at) {
                size_t plain = strcspn(at, "%");
                const char *value;
                size_t length;

                text_append_bytes(&text, at, plain);
                at += plain;
                if (string_starts_with(at, "%{")) {
                        length = strcspn(at + 2, "}");
                        value = part_value(sentence, at + 2, length);
                        text_append_escaped(&text, value, strlen(value));
                        at += 2 + length + (at[2 + length] == '}');
                } else if (*at) {
                        text_append_char(&text, *at++);
                }
        }
        filled = text_take(&text);
        if (!filled)
                return -ENOMEM;
        *ret = filled;
        return 0;
}

void sentence_release(Sentence *sentence)
{
        for (unsigned i = 0; i < sentence->count; i++)
                free(sentence->values[i]);
        *sentence = (Sentence){0};
}

const char *sentence_template(size_t index, const char **ret_id)
{
        if (index >= _SENTENCE_COUNT)
                return NULL;
        if (ret_id)
                *ret_id = templates[index].id;
        return templates[index].format;
}
