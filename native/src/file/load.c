/* Loading: a map of its own from a file, opened for as long as that takes. */
#include "file/opened_file.h"
#include "key.h"
#include "memory/heap.h"
#include "os/file.h"
#include "sharded.h"

/*
 * Entries go from one map to the other in portions of this many, through memory of about this size; a chain
 * whose bytes are more gets as much as it takes.
 */
#define PORTION 1024u
#define PORTION_BYTES ((uint64_t)1 << 20)

/* A portion of entries as a cursor gives them out. Fixed keys and values have no ends. */
typedef struct portion {
    uint32_t capacity;
    uint32_t count;
    uint64_t key_room;
    uint64_t value_room;
    uint64_t own_bytes;
    uint64_t *key_ends; /* [-1] is 0 */
    uint64_t *value_ends;
    uint8_t *keys;
    uint8_t *values;
} portion;

static void free_portion(portion *p) {
    if (p->own_bytes != 0) {
        th_os_release(p->keys, p->own_bytes);
        p->own_bytes = 0;
    }
}

/* Room for at least so much. */
static th_status new_portion(portion *p, uint64_t entries, uint64_t keys, uint64_t values) {
    uint64_t page = th_os_page_size();
    free_portion(p);
    p->capacity = entries > PORTION ? (uint32_t)entries : PORTION;
    p->key_room = th_file_round_up(keys > PORTION_BYTES ? keys : PORTION_BYTES, sizeof(uint64_t));
    p->value_room = th_file_round_up(values > PORTION_BYTES ? values : PORTION_BYTES, sizeof(uint64_t));
    uint64_t ends = (p->capacity + (uint64_t)1) * sizeof(uint64_t);
    uint64_t bytes = th_file_round_up(p->key_room + p->value_room + 2 * ends, page);
    p->keys = entries > UINT32_MAX / 2 ? NULL : th_os_reserve(bytes, page);
    if (p->keys == NULL) {
        return TH_NO_MEMORY;
    }
    p->own_bytes = bytes;
    p->values = p->keys + p->key_room;
    p->key_ends = (uint64_t *)(void *)(p->values + p->value_room) + 1;
    p->value_ends = p->key_ends + p->capacity + 1;
    return TH_OK;
}

/* ---- putting -------------------------------------------------------------------------------------- */

/* Element i of a portion. */
static const uint8_t *element(const uint8_t *data, const uint64_t *ends, bool bytes, uint16_t size,
                              uint32_t i, uint64_t *length) {
    uint64_t start = bytes ? (i == 0 ? 0 : ends[i - 1]) : (uint64_t)i * size;
    *length = bytes ? ends[i] - start : size;
    return data + start;
}

static th_status put_batch(th_map *map, uint64_t stamp, const th_shape *s, const portion *p,
                           th_progress *progress) {
    if (s->key_class == TH_KEY_WORD && s->value_word) {
        return th_word_put_all(map, stamp, p->keys, p->values, p->count, progress);
    }
    bool keys = s->key_class == TH_KEY_BYTES;
    bool values = s->value_bytes != 0;
    return th_entry_put_all(
        map, stamp, p->keys, p->key_room, keys ? p->key_ends - 1 : NULL, keys ? p->key_ends : NULL, p->values,
        p->value_room, values ? p->value_ends - 1 : NULL, values ? p->value_ends : NULL, p->count, progress);
}

/* Puts a portion into an ordinary map. */
static th_status put_all(th_map *map, uint64_t stamp, const th_shape *s, const portion *p) {
    th_progress progress = {0};
    for (;;) {
        th_status status = put_batch(map, stamp, s, p, &progress);
        if (status == TH_NEEDS_ROOM) {
            uint64_t key_length = 0;
            uint64_t value_length = 0;
            if (s->key_class == TH_KEY_BYTES) {
                (void)element(p->keys, p->key_ends, true, 0, (uint32_t)progress.done, &key_length);
            }
            if (s->value_bytes) {
                (void)element(p->values, p->value_ends, true, 0, (uint32_t)progress.done, &value_length);
            }
            status = th_make_room(map, stamp, key_length + value_length);
            if (status == TH_OK) {
                continue;
            }
        }
        if (status != TH_MORE) {
            return status;
        }
    }
}

/* Puts a portion into the shards of a sharded map, which nobody else knows yet. */
static th_status put_sharded(th_map *map, uint64_t stamp, const th_shape *s, const portion *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        uint64_t key_length;
        uint64_t value_length;
        const uint8_t *key =
            element(p->keys, p->key_ends, s->key_class == TH_KEY_BYTES, s->key_size, i, &key_length);
        const uint8_t *value =
            element(p->values, p->value_ends, s->value_bytes, s->value_size, i, &value_length);
        th_status index = th_shard_of(map, stamp, key, key_length);
        if (index < 0) {
            return index;
        }
        th_map *shard;
        uint64_t shard_stamp;
        th_status status = th_shard(map, stamp, (uint32_t)index, &shard, &shard_stamp);
        if (status == TH_OK) {
            status = th_put(shard, shard_stamp, key, key_length, value, value_length);
        }
        if (status < 0) {
            return status;
        }
    }
    return TH_OK;
}

/* ---- from map to map ------------------------------------------------------------------------------ */

/* Moves the entries of one part. */
static th_status load_part(th_map *part, portion *p, th_map *map, uint64_t stamp) {
    uint64_t part_stamp = th_load_stamp(part);
    const th_shape *s = &part->h.extra->shape;
    th_cursor cursor;
    th_status status = th_cursor_start(part, part_stamp, 0, &cursor);
    for (bool more = status == TH_OK; more;) {
        th_status walked = th_cursor_next(part, part_stamp, &cursor, p->capacity, &p->count, p->keys,
                                          p->key_room, p->key_ends, p->values, p->value_room, p->value_ends);
        if (walked == TH_SMALL_BUFFER) {
            status = new_portion(p, cursor.needed_entries, cursor.needed_keys, cursor.needed_values);
        } else if (walked < 0) {
            status = walked;
        } else {
            status = th_is_sharded(stamp) ? put_sharded(map, stamp, s, p) : put_all(map, stamp, s, p);
        }
        more = status == TH_OK && walked != TH_OK;
    }
    return status;
}

static th_status load_parts(th_map *from, uint64_t from_stamp, th_map *map, uint64_t stamp) {
    portion p = {0};
    th_status status = new_portion(&p, 0, 0, 0);
    if (status == TH_OK && !th_is_sharded(from_stamp)) {
        status = load_part(from, &p, map, stamp);
    } else if (status == TH_OK) {
        const th_shards *all = th_shards_of(from);
        for (uint32_t i = 0; i < all->count && status == TH_OK; i++) {
            status = load_part(th_shard_at(all, i), &p, map, stamp);
        }
    }
    free_portion(&p);
    return status;
}

/* Shards are made locked, for whoever had them made. */
static void unlock_shards(const th_map *map) {
    const th_shards *all = th_shards_of(map);
    for (uint32_t i = 0; i < all->count; i++) {
        th_map *shard = th_shard_at(all, i);
        if (shard != NULL) {
            th_unlock_shard(shard);
        }
    }
}

/* Makes the map and fills it from one that was opened. */
static th_status load(th_heap *heap, th_map *from, uint64_t from_stamp, const th_file_info *info,
                      const th_map_options *options, th_map **map, uint64_t *stamp, th_file_error *error) {
    th_map_options wanted = options == NULL ? (th_map_options){0} : *options;
    wanted.expected_size = wanted.expected_size > info->entries ? wanted.expected_size : info->entries;
    th_status status = th_map_verify(from, from_stamp, error);
    if (status == TH_OK) {
        status = th_map_create(heap, &info->type, &wanted, map, stamp);
    }
    if (status != TH_OK) {
        return status;
    }
    status = load_parts(from, from_stamp, *map, *stamp);
    if (status == TH_OK && th_map_file_state(from, from_stamp) != TH_OK) {
        status = th_file_fail(error, TH_FILE_CUT, 0, 0, 0);
    }
    /* A key that is there twice is in its place both times. */
    uint64_t size = (uint64_t)th_map_size(*map, *stamp);
    if (status == TH_OK && size != info->entries) {
        status = th_file_fail(error, TH_FILE_ENTRY, 0, info->entries, size);
    }
    if (status == TH_OK && th_is_sharded(*stamp)) {
        unlock_shards(*map);
    }
    if (status != TH_OK) {
        (void)th_map_close(*map, *stamp);
        *map = NULL;
        *stamp = 0;
    }
    return status;
}

th_status th_map_load(th_heap *heap, const char *path, const th_type *type, const th_map_options *options,
                      th_map **map, uint64_t *stamp, th_file_info *info, th_file_error *error) {
    if (heap == NULL || path == NULL || map == NULL || stamp == NULL) {
        return TH_INVALID;
    }
    th_map *from;
    uint64_t from_stamp;
    th_file_info own;
    th_status status = th_file_open_map(heap, path, type, &from, &from_stamp, &own, error);
    if (status != TH_OK) {
        return status;
    }
    status = load(heap, from, from_stamp, &own, options, map, stamp, error);
    (void)th_map_close(from, from_stamp);
    if (status == TH_OK && info != NULL) {
        *info = own;
    }
    return status;
}
