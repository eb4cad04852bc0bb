/* Loading: a map of its own from a file, opened for as long as that takes. */
#include "file/opened_file.h"
#include "key.h"
#include "memory/heap.h"
#include "os/file.h"
#include "sharded.h"

/*
 * Entries go from one map to the other in portions of at most this many, about what one call of a cursor
 * looks at, through memory of about this size; a chain whose bytes are more gets as much as it takes.
 */
#define PORTION 8192u
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
    /* For sharded maps: the entries in the order of their shards. */
    uint64_t *spans; /* four arrays: where keys begin and end, and values */
    uint32_t *shard; /* of each entry, in the order in which they came */
    uint32_t *ends;  /* of the entries of each shard */
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
    uint64_t order = p->capacity * (4 * sizeof(uint64_t) + sizeof(uint32_t));
    uint64_t shards = TH_MAX_SHARDS * sizeof(uint32_t);
    uint64_t bytes = th_file_round_up(p->key_room + p->value_room + 2 * ends + order + shards, page);
    p->keys = entries > UINT32_MAX / 2 ? NULL : th_os_reserve(bytes, page);
    if (p->keys == NULL) {
        return TH_NO_MEMORY;
    }
    p->own_bytes = bytes;
    p->values = p->keys + p->key_room;
    p->key_ends = (uint64_t *)(void *)(p->values + p->value_room) + 1;
    p->value_ends = p->key_ends + p->capacity + 1;
    p->spans = p->value_ends + p->capacity;
    p->shard = (uint32_t *)(p->spans + (uint64_t)4 * p->capacity);
    p->ends = p->shard + p->capacity;
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

/* Puts entries `from` to `from` + n of a portion in the order of shards, or all in that of the walk. */
static th_status put_batch(th_map *map, uint64_t stamp, const th_shape *s, const portion *p, bool ordered,
                           uint64_t from, uint64_t n, th_progress *progress) {
    uint64_t capacity = p->capacity;
    if (ordered) {
        const uint64_t *spans = p->spans + from;
        return th_entry_put_all(map, stamp, p->keys, p->key_room, spans, spans + capacity, p->values,
                                p->value_room, spans + 2 * capacity, spans + 3 * capacity, n, progress);
    }
    if (s->key_class == TH_KEY_WORD && s->value_word) {
        return th_word_put_all(map, stamp, p->keys, p->values, n, progress);
    }
    bool keys = s->key_class == TH_KEY_BYTES;
    bool values = s->value_bytes != 0;
    return th_entry_put_all(map, stamp, p->keys, p->key_room, keys ? p->key_ends - 1 : NULL,
                            keys ? p->key_ends : NULL, p->values, p->value_room,
                            values ? p->value_ends - 1 : NULL, values ? p->value_ends : NULL, n, progress);
}

/* The length of a key and a value together. */
static uint64_t entry_bytes(const th_shape *s, const portion *p, bool ordered, uint64_t i) {
    if (ordered) {
        const uint64_t *spans = p->spans + i;
        uint64_t capacity = p->capacity;
        return spans[capacity] - spans[0] + spans[3 * capacity] - spans[2 * capacity];
    }
    uint64_t key = s->key_class == TH_KEY_BYTES ? p->key_ends[i] - p->key_ends[(int64_t)i - 1] : 0;
    uint64_t value = s->value_bytes ? p->value_ends[i] - p->value_ends[(int64_t)i - 1] : 0;
    return key + value;
}

/* The same with room made for them. */
static th_status put_all(th_map *map, uint64_t stamp, const th_shape *s, const portion *p, bool ordered,
                         uint64_t from, uint64_t n) {
    th_progress progress = {0};
    for (;;) {
        th_status status = put_batch(map, stamp, s, p, ordered, from, n, &progress);
        if (status == TH_NEEDS_ROOM) {
            status = th_make_room(map, stamp, entry_bytes(s, p, ordered, from + progress.done));
        } else if (status != TH_MORE) {
            return status;
        }
        if (status < 0) {
            return status;
        }
    }
}

/* Sorts a portion by shards. */
static th_status order(th_map *map, uint64_t stamp, const th_shape *s, const portion *p, uint32_t shards) {
    memset(p->ends, 0, shards * sizeof(uint32_t));
    for (uint32_t i = 0; i < p->count; i++) {
        uint64_t length;
        const uint8_t *key =
            element(p->keys, p->key_ends, s->key_class == TH_KEY_BYTES, s->key_size, i, &length);
        th_status index = th_shard_of(map, stamp, key, length);
        if (index < 0) {
            return index;
        }
        p->shard[i] = (uint32_t)index;
        p->ends[index]++;
    }
    /* Where each shard's entries begin, and when all are in their places, end. */
    uint32_t begin = 0;
    for (uint32_t i = 0; i < shards; i++) {
        uint32_t count = p->ends[i];
        p->ends[i] = begin;
        begin += count;
    }
    uint64_t capacity = p->capacity;
    for (uint32_t i = 0; i < p->count; i++) {
        uint64_t length;
        uint64_t *span = p->spans + p->ends[p->shard[i]]++;
        span[0] =
            (uint64_t)(element(p->keys, p->key_ends, s->key_class == TH_KEY_BYTES, s->key_size, i, &length) -
                       p->keys);
        span[capacity] = span[0] + length;
        span[2 * capacity] =
            (uint64_t)(element(p->values, p->value_ends, s->value_bytes, s->value_size, i, &length) -
                       p->values);
        span[3 * capacity] = span[2 * capacity] + length;
    }
    return TH_OK;
}

/* Puts a portion into the shards of a sharded map, which nobody else knows yet. */
static th_status put_sharded(th_map *map, uint64_t stamp, const th_shape *s, const portion *p) {
    uint32_t shards = th_shards_of(map)->count;
    th_status status = order(map, stamp, s, p, shards);
    uint32_t begin = 0;
    for (uint32_t i = 0; i < shards && status == TH_OK; i++) {
        uint32_t end = p->ends[i];
        if (begin < end) {
            th_map *shard;
            uint64_t shard_stamp;
            status = th_shard(map, stamp, i, &shard, &shard_stamp);
            status = status == TH_OK ? put_all(shard, shard_stamp, s, p, true, begin, end - begin) : status;
        }
        begin = end;
    }
    return status;
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
            status = th_is_sharded(stamp) ? put_sharded(map, stamp, s, p)
                                          : put_all(map, stamp, s, p, false, 0, p->count);
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
