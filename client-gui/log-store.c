/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of one jail: compressed blocks, an offset a line, parsed when looked at. */
#include "log-store.h"

#include <cjson/cJSON.h>
#include <gio/gunixinputstream.h>
#include <string.h>

#include "wording.h"

#define BLOCK_BYTES 262144u
#define READ_BYTES  262144u
/* Unpacked blocks that are kept: what is on screen, and its neighbours. */
#define UNPACKED_MOST 8u
/* How long one slice of filtering may take. */
#define SLICE_USEC 8000

/* ---- a record ---- */

struct _LogRecord {
        GObject parent;
        char *line;
        cJSON *parsed; /* NULL until asked for */
};

G_DEFINE_FINAL_TYPE(LogRecord, log_record, G_TYPE_OBJECT)

const char *log_record_line(LogRecord *self)
{
        return self->line;
}

static cJSON *field_of(LogRecord *self, const char *key)
{
        if (!self->parsed)
                self->parsed = cJSON_Parse(self->line);
        return cJSON_GetObjectItemCaseSensitive(self->parsed, key);
}

char *log_record_string(LogRecord *self, const char *key)
{
        const char *string = cJSON_GetStringValue(field_of(self, key));

        return wording_escape(string ? string : "");
}

double log_record_number(LogRecord *self, const char *key, double fallback)
{
        cJSON *field = field_of(self, key);

        if (cJSON_IsBool(field))
                return cJSON_IsTrue(field);
        return cJSON_IsNumber(field) ? cJSON_GetNumberValue(field) : fallback;
}

static void log_record_finalize(GObject *object)
{
        cJSON_Delete(LOG_RECORD(object)->parsed);
        g_free(LOG_RECORD(object)->line);
        G_OBJECT_CLASS(log_record_parent_class)->finalize(object);
}

static void log_record_class_init(LogRecordClass *class)
{
        G_OBJECT_CLASS(class)->finalize = log_record_finalize;
}

static void log_record_init(LogRecord *self)
{
}

const char *log_line_field(const char *line, gsize size, const char *key, gsize *ret_size)
{
        g_autofree char *pattern = g_strdup_printf("\"%s\":", key);
        const char *end = line + size, *at = memmem(line, size, pattern, strlen(pattern)), *stop;

        if (!at)
                return NULL;
        at += strlen(pattern);
        while (at < end && *at == ' ')
                at++;
        if (at < end && *at == '"') {
                at++;
                for (stop = at; stop < end && *stop != '"'; stop++)
                        stop += *stop == '\\';
        } else {
                for (stop = at; stop < end && *stop != ',' && *stop != '}'; stop++)
                        ;
        }
        *ret_size = (gsize) (MIN(stop, end) - at);
        return at;
}

/* ---- the store ---- */

typedef struct LineSpot {
        guint32 block;
        guint32 offset; /* within the unpacked block */
} LineSpot;

typedef struct Filter {
        char **words; /* lower case */
        char *answer;
        char *outcome;
} Filter;

struct _LogStore {
        GObject parent;
        GPtrArray *blocks;    /* of GBytes, compressed; the last is still `open` */
        GString *open;        /* the block that is being filled */
        GArray *spots;        /* of LineSpot, every line */
        GArray *shown;        /* guint32: lines that the filter lets through; unused without one */
        GHashTable *unpacked; /* block → GBytes */
        GQueue recent;        /* of the unpacked blocks, newest first */
        GInputStream *stream;
        GCancellable *cancel;
        GString *rest; /* the beginning of a line whose end is not yet read */
        Filter filter;
        gboolean filtered;
        guint examined; /* lines that the filter has seen */
        guint idle;
        guint announced; /* items the model has told of */
};

static void list_model_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(LogStore, log_store, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

enum { SIGNAL_CHANGED, SIGNAL_LINE, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static GBytes *convert(GConverter *converter, gconstpointer data, gsize size)
{
        g_autoptr(GInputStream) source =
                g_memory_input_stream_new_from_data(data, (gssize) size, NULL);
        g_autoptr(GInputStream) stream = g_converter_input_stream_new(source, converter);
        g_autoptr(GOutputStream) target = g_memory_output_stream_new_resizable();

        g_output_stream_splice(target, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
        return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(target));
}

static void seal_block(LogStore *self)
{
        g_autoptr(GZlibCompressor) packer = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 1);

        g_ptr_array_add(self->blocks,
                        convert(G_CONVERTER(packer), self->open->str, self->open->len));
        g_string_truncate(self->open, 0);
}

/* The bytes of a block; borrowed until the next call. */
static const char *block_bytes(LogStore *self, guint block, gsize *ret_size)
{
        GBytes *bytes;

        if (block == self->blocks->len) {
                *ret_size = self->open->len;
                return self->open->str;
        }
        bytes = g_hash_table_lookup(self->unpacked, GUINT_TO_POINTER(block));
        if (!bytes) {
                g_autoptr(GZlibDecompressor) unpacker =
                        g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
                gconstpointer data;
                gsize size;

                data = g_bytes_get_data(self->blocks->pdata[block], &size);
                bytes = convert(G_CONVERTER(unpacker), data, size);
                g_hash_table_insert(self->unpacked, GUINT_TO_POINTER(block), bytes);
                g_queue_push_head(&self->recent, GUINT_TO_POINTER(block));
                if (self->recent.length > UNPACKED_MOST)
                        g_hash_table_remove(self->unpacked, g_queue_pop_tail(&self->recent));
        }
        return g_bytes_get_data(bytes, ret_size);
}

static const char *line_at(LogStore *self, guint line, gsize *ret_size)
{
        LineSpot spot = g_array_index(self->spots, LineSpot, line);
        gsize size;
        const char *bytes = block_bytes(self, spot.block, &size);
        const char *start = bytes + MIN(spot.offset, size);
        const char *end = memchr(start, '\n', size - MIN(spot.offset, size));

        *ret_size = end ? (gsize) (end - start) : size - spot.offset;
        return start;
}

/* ---- filter ---- */

static gboolean contains_folded(const char *line, gsize size, const char *word)
{
        gsize length = strlen(word);

        for (gsize i = 0; i + length <= size; i++)
                if (g_ascii_tolower(line[i]) == word[0] &&
                    g_ascii_strncasecmp(line + i, word, length) == 0)
                        return TRUE;
        return FALSE;
}

static gboolean field_is(const char *line, gsize size, const char *key, const char *wanted)
{
        gsize length;
        const char *value = log_line_field(line, size, key, &length);

        return value && length >= strlen(wanted) && strncmp(value, wanted, strlen(wanted)) == 0;
}

static gboolean line_failed(const char *line, gsize size)
{
        gsize length;
        const char *error = log_line_field(line, size, "errno", &length);

        return error && length && *error == 'E';
}

static gboolean passes(LogStore *self, guint index)
{
        const Filter *filter = &self->filter;
        gsize size;
        const char *line = line_at(self, index, &size);

        if (*filter->answer && !field_is(line, size, "action", filter->answer) &&
            !field_is(line, size, "by", filter->answer))
                return FALSE;
        if (*filter->outcome && line_failed(line, size) != g_str_equal(filter->outcome, "failed"))
                return FALSE;
        for (char **word = filter->words; word && *word; word++)
                if (**word && !contains_folded(line, size, *word))
                        return FALSE;
        return TRUE;
}

static guint item_count(LogStore *self)
{
        return self->filtered ? self->shown->len : self->spots->len;
}

static void announce(LogStore *self)
{
        guint count = item_count(self), before = self->announced;

        self->announced = count;
        if (count > before)
                g_list_model_items_changed(G_LIST_MODEL(self), before, 0, count - before);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static gboolean examine(gpointer data)
{
        LogStore *self = data;
        gint64 end = g_get_monotonic_time() + SLICE_USEC;

        while (self->filtered && self->examined < self->spots->len &&
               g_get_monotonic_time() < end) {
                guint32 line = self->examined++;

                if (passes(self, line))
                        g_array_append_val(self->shown, line);
        }
        announce(self);
        if (self->filtered && self->examined < self->spots->len)
                return G_SOURCE_CONTINUE;
        self->idle = 0;
        return G_SOURCE_REMOVE;
}

static void schedule(LogStore *self)
{
        if (!self->idle)
                self->idle = g_idle_add_full(G_PRIORITY_LOW, examine, self, NULL);
}

static void forget_items(LogStore *self)
{
        guint before = self->announced;

        self->announced = 0;
        g_array_set_size(self->shown, 0);
        self->examined = 0;
        if (before)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, before, 0);
}

static void filter_release(Filter *filter)
{
        g_strfreev(filter->words);
        g_free(filter->answer);
        g_free(filter->outcome);
}

void log_store_set_filter(LogStore *self, const char *words, const char *answer,
                          const char *outcome)
{
        g_autofree char *lower = g_ascii_strdown(words, -1);

        filter_release(&self->filter);
        self->filter.words = g_strsplit(g_strstrip(lower), " ", -1);
        self->filter.answer = g_strdup(answer);
        self->filter.outcome = g_strdup(outcome);
        forget_items(self);
        self->filtered = *lower || *answer || *outcome;
        schedule(self);
}

/* ---- reading ---- */

static void add_line(LogStore *self, const char *line, gsize size)
{
        LineSpot spot;

        if (self->open->len + size + 1 > BLOCK_BYTES && self->open->len)
                seal_block(self);
        spot.block = self->blocks->len;
        spot.offset = (guint32) self->open->len;
        g_string_append_len(self->open, line, (gssize) size);
        g_string_append_c(self->open, '\n');
        g_array_append_val(self->spots, spot);
        g_signal_emit(self, signals[SIGNAL_LINE], 0, self->open->str + spot.offset, (guint) size);
}

static void take_bytes(LogStore *self, const char *bytes, gsize size)
{
        const char *newline;

        while ((newline = memchr(bytes, '\n', size))) {
                gsize length = (gsize) (newline - bytes);

                if (self->rest->len) {
                        g_string_append_len(self->rest, bytes, (gssize) length);
                        add_line(self, self->rest->str, self->rest->len);
                        g_string_truncate(self->rest, 0);
                } else if (length) {
                        add_line(self, bytes, length);
                }
                size -= length + 1;
                bytes = newline + 1;
        }
        g_string_append_len(self->rest, bytes, (gssize) size);
        schedule(self);
}

static void read_more(LogStore *self);

static void bytes_read(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(LogStore) self = data;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes =
                g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
        gsize size = 0;
        const char *data_read = bytes ? g_bytes_get_data(bytes, &size) : NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
            self->stream != G_INPUT_STREAM(source))
                return;
        if (!size) {
                g_clear_object(&self->stream);
                return;
        }
        take_bytes(self, data_read, size);
        read_more(self);
}

static void read_more(LogStore *self)
{
        g_input_stream_read_bytes_async(self->stream, READ_BYTES, G_PRIORITY_LOW, self->cancel,
                                        bytes_read, g_object_ref(self));
}

void log_store_clear(LogStore *self)
{
        guint before = self->announced;

        self->announced = 0;
        g_ptr_array_set_size(self->blocks, 0);
        g_string_truncate(self->open, 0);
        g_array_set_size(self->spots, 0);
        g_array_set_size(self->shown, 0);
        g_hash_table_remove_all(self->unpacked);
        g_queue_clear(&self->recent);
        self->examined = 0;
        if (before)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, before, 0);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

void log_store_read(LogStore *self, int fd)
{
        if (self->cancel)
                g_cancellable_cancel(self->cancel);
        g_clear_object(&self->cancel);
        g_clear_object(&self->stream);
        g_string_truncate(self->rest, 0);
        log_store_clear(self);
        if (fd < 0)
                return;
        self->cancel = g_cancellable_new();
        self->stream = g_unix_input_stream_new(fd, TRUE);
        read_more(self);
}

gboolean log_store_export(LogStore *self, const char *path, GError **error)
{
        g_autoptr(GFile) file = g_file_new_for_path(path);
        g_autoptr(GFileOutputStream) raw =
                g_file_replace(file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
        g_autoptr(GOutputStream) stream = NULL;

        if (!raw)
                return FALSE;
        stream = g_buffered_output_stream_new_sized(G_OUTPUT_STREAM(raw), BLOCK_BYTES);
        for (guint i = 0; i < item_count(self); i++) {
                guint index = self->filtered ? g_array_index(self->shown, guint32, i) : i;
                gsize size;
                const char *line = line_at(self, index, &size);

                if (!g_output_stream_write_all(stream, line, size, NULL, NULL, error) ||
                    !g_output_stream_write_all(stream, "\n", 1, NULL, NULL, error))
                        return FALSE;
        }
        return g_output_stream_close(stream, NULL, error);
}

guint log_store_total(LogStore *self)
{
        return self->spots->len;
}

/* ---- model ---- */

static GType get_item_type(GListModel *model)
{
        return LOG_TYPE_RECORD;
}

static guint get_n_items(GListModel *model)
{
        return LOG_STORE(model)->announced;
}

static gpointer get_item(GListModel *model, guint position)
{
        LogStore *self = LOG_STORE(model);
        LogRecord *record;
        const char *line;
        gsize size;

        if (position >= self->announced)
                return NULL;
        line = line_at(self,
                       self->filtered ? g_array_index(self->shown, guint32, position) : position,
                       &size);
        record = g_object_new(LOG_TYPE_RECORD, NULL);
        record->line = g_strndup(line, size);
        return record;
}

static void list_model_init(GListModelInterface *interface)
{
        interface->get_item_type = get_item_type;
        interface->get_n_items = get_n_items;
        interface->get_item = get_item;
}

/* ---- object ---- */

static void log_store_finalize(GObject *object)
{
        LogStore *self = LOG_STORE(object);

        g_clear_handle_id(&self->idle, g_source_remove);
        if (self->cancel)
                g_cancellable_cancel(self->cancel);
        g_clear_object(&self->cancel);
        g_clear_object(&self->stream);
        g_ptr_array_unref(self->blocks);
        g_string_free(self->open, TRUE);
        g_string_free(self->rest, TRUE);
        g_array_unref(self->spots);
        g_array_unref(self->shown);
        g_hash_table_unref(self->unpacked);
        g_queue_clear(&self->recent);
        filter_release(&self->filter);
        G_OBJECT_CLASS(log_store_parent_class)->finalize(object);
}

static void log_store_class_init(LogStoreClass *class)
{
        G_OBJECT_CLASS(class)->finalize = log_store_finalize;
        signals[SIGNAL_CHANGED] = g_signal_new("changed", LOG_TYPE_STORE, G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);
        signals[SIGNAL_LINE] =
                g_signal_new("line", LOG_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
}

static void log_store_init(LogStore *self)
{
        self->blocks = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
        self->open = g_string_sized_new(BLOCK_BYTES);
        self->rest = g_string_new(NULL);
        self->spots = g_array_new(FALSE, FALSE, sizeof(LineSpot));
        self->shown = g_array_new(FALSE, FALSE, sizeof(guint32));
        self->unpacked = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
        g_queue_init(&self->recent);
        self->filter.answer = g_strdup("");
        self->filter.outcome = g_strdup("");
}

LogStore *log_store_new(void)
{
        return g_object_new(LOG_TYPE_STORE, NULL);
}
