/*
 * Saving: parts go to a file beside the one that is to be; its header comes last, then the rename.
 *
 * What goes to the file is what the map holds and nothing else. A bytes heap is written as it lies in memory
 * unless something was ever removed from it: then all entries are copied first, as th_rebuild does, because
 * what is left of removed bytes behind shorter ones cannot be told from these.
 */
#include "file/opened_file.h"
#include "file/saving.h"
#include "hash.h"
#include "map.h"
#include "memory/heap.h"
#include "os/file.h"

/* ---- parts ---------------------------------------------------------------------------------------- */

/* The map's entries alone, under the seed of the file. */
static th_status write_copy(th_save *s, th_map *m, th_file_error *error) {
    th_extra *x = m->h.extra;
    th_array_word array;
    th_bytes_heap *bytes;
    th_status status = th_copy_entries(m, m->h.B, s->header.seed, &array, &bytes);
    if (status == TH_OK) {
        status = th_save_write_part(s, m->h.count, array, bytes, error);
        th_array_retire(x->memory, array);
        th_bytes_retire(x->memory, bytes);
    }
    return status;
}

/* With the map's busy bit. */
static th_status save_entered(th_save *s, th_map *m, th_file_error *error) {
    const th_extra *x = m->h.extra;
    if (memcmp(&x->type, &s->header.key_kind, sizeof x->type) != 0) {
        return TH_INVALID;
    }
    th_status status = th_finish_growth(m);
    if (status != TH_OK) {
        return status;
    }
    if (s->header.shards == 0) {
        s->header.seed = m->h.hash0;
    }
    if (x->file != NULL) { /* what is damaged shall not look whole in another file */
        status = th_file_check_blocks(x->file, x->whole == NULL ? 0 : x->index, error);
        if (status != TH_OK) {
            return status;
        }
    }
    bool clean = x->bytes == NULL || th_bytes_is_clean(x->bytes);
    bool same = clean && m->h.hash0 == s->header.seed;
    status = same || m->h.count == 0 ? th_save_write_part(s, m->h.count, m->h.buckets, x->bytes, error)
                                     : write_copy(s, m, error);
    bool cut = x->file != NULL && x->file->watch != NULL && th_os_watch_is_cut(x->file->watch);
    return status == TH_OK && cut ? th_file_fail(error, TH_FILE_CUT, 0, 0, 0) : status;
}

th_status th_save_part(th_save *s, th_map *map, uint64_t stamp, th_file_error *error) {
    if (s == NULL || map == NULL || s->failed || s->committed ||
        s->parts.bytes / sizeof(th_file_part) == s->parts_wanted) {
        return TH_INVALID;
    }
    th_status status = th_enter(map, stamp, false);
    if (status == TH_READ_ONLY) {
        status = th_enter(map, stamp, true); /* it only reads, and waits for others that do */
    }
    if (status != TH_OK) {
        return status;
    }
    uint64_t regions = s->regions.bytes;
    status = save_entered(s, map, error);
    th_leave(map, stamp);
    /* Where nothing was written, such as for want of memory to end a growth, it may be tried again. */
    s->failed = status != TH_OK && (status == TH_BAD_FILE || s->regions.bytes != regions);
    return status;
}

/* ---- beginning and end ---------------------------------------------------------------------------- */

static bool fits_name(const char *name) {
    return name == NULL || strlen(name) < TH_FILE_NAME;
}

static void set_name(char *to, const char *name) {
    if (name != NULL) {
        memcpy(to, name, strlen(name));
    }
}

static void fill_header(th_save *s, const th_type *type, uint32_t shards, uint32_t seed, const char *key_name,
                        const char *value_name, const char *tool) {
    th_file_header *h = &s->header;
    memcpy(h->magic, TH_FILE_MAGIC, sizeof h->magic);
    h->version = TH_FILE_VERSION;
    h->header_bytes = sizeof *h;
    h->created = th_os_now();
    h->seed = seed;
    h->shards = shards;
    memcpy(&h->key_kind, type, sizeof *type);
    h->bucket_size = s->shape.bucket_size;
    set_name(h->key_name, key_name);
    set_name(h->value_name, value_name);
    set_name(h->tool, tool);
}

_Static_assert(sizeof(th_type) == 10 && offsetof(th_type, key_size) == 2 &&
                   offsetof(th_type, key_align) == 4 && offsetof(th_type, value_size) == 6 &&
                   offsetof(th_type, value_align) == 8,
               "a type lies in a header as in memory");

th_status th_save_begin(const char *path, const th_type *type, uint32_t shards, uint32_t seed,
                        const char *key_name, const char *value_name, const char *tool, th_save **save,
                        th_file_error *error) {
    th_shape shape;
    if (path == NULL || type == NULL || save == NULL || th_shape_of(type, &shape, NULL) != TH_OK ||
        (shards & (shards - 1)) != 0 || !fits_name(key_name) || !fits_name(value_name) || !fits_name(tool)) {
        return TH_INVALID;
    }
    if (shards > TH_MAX_SHARDS) {
        return TH_LIMIT;
    }
    uint64_t page = th_os_page_size();
    uint64_t length = strlen(path) + 1;
    uint64_t bytes = th_file_round_up(sizeof(th_save) + 2 * length + TH_OS_SUFFIX, page);
    th_save *s = th_os_reserve(bytes, page);
    if (s == NULL) {
        return TH_NO_MEMORY;
    }
    s->own_bytes = bytes;
    s->path = (char *)(s + 1);
    s->name = s->path + length;
    memcpy(s->path, path, length);
    s->shape = shape;
    s->parts_wanted = shards == 0 ? 1 : shards;
    s->offset = sizeof(th_file_header);
    fill_header(s, type, shards, seed, key_name, value_name, tool);
    th_os_file_remove_unfinished(path);
    int failed = th_os_file_create(path, s->name, &s->file);
    if (failed != 0) {
        th_os_release(s, bytes);
        return th_file_fail_os(error, TH_FILE_OPEN, failed);
    }
    *save = s;
    return TH_OK;
}

/* Writes the tables as one piece, and then the header. */
static th_status write_tables(th_save *s, th_file_error *error) {
    th_file_header *h = &s->header;
    th_list tables = {0};
    if (!th_list_append(&tables, s->parts.items, s->parts.bytes) ||
        !th_list_append(&tables, s->regions.items, s->regions.bytes) ||
        !th_list_append(&tables, s->sums.items, s->sums.bytes)) {
        th_list_free(&tables);
        return TH_NO_MEMORY;
    }
    h->tables = th_file_round_up(s->offset, TH_FILE_ALIGN);
    h->blocks = s->sums.bytes / sizeof(uint64_t);
    h->parts = (uint32_t)(s->parts.bytes / sizeof(th_file_part));
    h->regions = (uint32_t)(s->regions.bytes / sizeof(th_file_region));
    h->tables_sum = XXH3_64bits(tables.items, tables.bytes);
    h->bytes = h->tables + tables.bytes;
    h->sum = XXH3_64bits(h, offsetof(th_file_header, sum));
    int failed = th_os_file_write(s->file, tables.items, tables.bytes, h->tables);
    th_list_free(&tables);
    if (failed == 0) {
        failed = th_os_file_write(s->file, h, sizeof *h, 0);
    }
    return failed == 0 ? TH_OK : th_file_fail_os(error, TH_FILE_WRITE, failed);
}

static th_status commit(th_save *s, th_file_error *error) {
    th_status status = write_tables(s, error);
    if (status != TH_OK) {
        return status;
    }
    int failed = th_os_file_sync(s->file);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_SYNC, failed);
    }
    failed = th_os_file_rename(s->name, s->path);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_RENAME, failed);
    }
    s->committed = 1;
    failed = th_os_file_sync_folder(s->path);
    return failed == 0 ? TH_OK : th_file_fail_os(error, TH_FILE_SYNC, failed);
}

th_status th_save_commit(th_save *s, th_file_error *error) {
    if (s == NULL || s->failed || s->committed || s->parts.bytes / sizeof(th_file_part) != s->parts_wanted) {
        return TH_INVALID;
    }
    th_status status = commit(s, error);
    s->failed = status != TH_OK;
    return status;
}

void th_save_end(th_save *s) {
    if (s == NULL) {
        return;
    }
    th_os_file_close(s->file);
    if (!s->committed) {
        th_os_file_remove(s->name);
    }
    th_list_free(&s->parts);
    th_list_free(&s->regions);
    th_list_free(&s->sums);
    th_os_release(s, s->own_bytes);
}
