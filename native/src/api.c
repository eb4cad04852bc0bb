/* The functions of the public header that work on any type of map, and walks. */
#include "functions.h"
#include "key.h"
#include "map.h"
#include "sharded.h"

/*
 * Rounds of making room after which a call gives up. A single writer needs three at most (give pages back,
 * end a growth, start the next); racing writers can use up each other's room for ever.
 */
#define MAX_ROUNDS 64u

th_status th_find(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void **value,
                  uint64_t *value_len) {
    if (map == NULL) {
        return TH_INVALID;
    }
    if (map == th_empty_map() || !th_may_read(map, stamp)) {
        return th_refused_read(map, stamp);
    }
    if (th_is_sharded(stamp)) {
        return TH_INVALID; /* what it would point to may be gone at once */
    }
    th_status status = th_check_key(&map->h.extra->shape, key, key_len);
    if (status != TH_OK) {
        return status;
    }
    const uint8_t *found;
    uint64_t length;
    if (!th_functions_in_use->find(map, key, key_len, &found, &length)) {
        return TH_ABSENT;
    }
    if (value != NULL) {
        *value = found;
    }
    if (value_len != NULL) {
        *value_len = length;
    }
    return TH_PRESENT;
}

/* The column for a type, or 0 when there is none: no shape has that number. */
static uint32_t column_for(const th_type *type, bool sharded) {
    th_shape shape;
    if (type == NULL || th_shape_of(type, &shape, NULL) != TH_OK) {
        return 0;
    }
    return sharded ? th_sharded_column(&shape) : th_shape_id(&shape);
}

#define TYPE_FUNCTION(name, function, sharded)                                                               \
    uint64_t name(const th_type *type) {                                                                     \
        uint32_t column = column_for(type, sharded);                                                         \
        return column == 0 ? 0 : (uint64_t)(uintptr_t)th_functions_in_use->function[column];                 \
    }

TYPE_FUNCTION(th_type_word_get, word_get, false)
TYPE_FUNCTION(th_type_word_contains, word_contains, false)
TYPE_FUNCTION(th_type_sharded_get, word_get, true)
TYPE_FUNCTION(th_type_sharded_contains, word_contains, true)

static th_status put(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                     uint64_t value_len, uint32_t mode) {
    if (map == NULL) {
        return TH_INVALID;
    }
    for (uint32_t round = 0; round < MAX_ROUNDS; round++) {
        th_status status = th_entry_put(map, stamp, key, key_len, value, value_len, mode, NULL, 0, NULL);
        if (status != TH_NEEDS_ROOM) {
            return status;
        }
        status = th_make_room(map, stamp, key_len + value_len);
        if (status != TH_OK) {
            return status;
        }
    }
    return TH_CONCURRENT;
}

th_status th_put(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                 uint64_t value_len) {
    return put(map, stamp, key, key_len, value, value_len, TH_PUT_ALWAYS);
}

th_status th_put_if_absent(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                           uint64_t value_len) {
    return put(map, stamp, key, key_len, value, value_len, TH_PUT_IF_ABSENT);
}

th_status th_remove(th_map *map, uint64_t stamp, const void *key, uint64_t key_len) {
    if (map == NULL) {
        return TH_INVALID;
    }
    for (uint32_t round = 0; round < MAX_ROUNDS; round++) {
        th_status status = th_entry_remove(map, stamp, key, key_len, NULL, 0, NULL);
        if (status != TH_NEEDS_ROOM) {
            return status;
        }
        status = th_make_room(map, stamp, 0); /* gives pages back; allocates nothing */
        if (status != TH_OK) {
            return status;
        }
    }
    return TH_CONCURRENT;
}

uint64_t th_previous(th_map *map) {
    return map->previous;
}

th_status th_cursor_start(th_map *map, uint64_t stamp, uint64_t random, th_cursor *cursor) {
    if (map == NULL || cursor == NULL) {
        return TH_INVALID;
    }
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    if (th_is_sharded(stamp)) {
        return TH_INVALID;
    }
    memset(cursor, 0, sizeof *cursor);
    if (map->h.extra == NULL) {
        return TH_OK; /* the empty map */
    }
    cursor->epoch = map->h.extra->epoch;
    cursor->seeds[0] = map->h.hash0;
    cursor->last = UINT64_MAX;
    th_array_word array = th_load_word(&map->h.buckets);
    if (!th_is_array(array)) {
        return TH_OK; /* from hash 0, should there be anything by then */
    }
    uint32_t shift = (uint32_t)(array & 63u);
    cursor->start[0] = th_index(array, random) << 1 << shift;
    return TH_OK;
}

/* What is left must be worth a second cursor: this many hashes, of 2^64. */
#define SPLIT_LEAST 256u

th_status th_cursor_split(th_cursor *cursor, th_cursor *other) {
    if (cursor == NULL || other == NULL || cursor == other) {
        return TH_INVALID;
    }
    uint64_t left = cursor->last - cursor->passed[0]; /* hashes behind the next one */
    if (cursor->stage != 0 || cursor->done[0] || cursor->passed[0] > cursor->last || left < SPLIT_LEAST) {
        return TH_ABSENT;
    }
    *other = *cursor;
    other->start[0] += cursor->passed[0] + left / 2 + 1;
    other->passed[0] = 0;
    other->last = left - left / 2 - 1;
    cursor->last = cursor->passed[0] + left / 2;
    return TH_PRESENT;
}

th_status th_cursor_next(th_map *map, uint64_t stamp, th_cursor *cursor, uint32_t capacity, uint32_t *count,
                         uint8_t *keys, uint64_t key_room, uint64_t *key_ends, uint8_t *values,
                         uint64_t value_room, uint64_t *value_ends) {
    if (map == NULL || cursor == NULL || count == NULL) {
        return TH_INVALID;
    }
    *count = 0;
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    if (th_is_sharded(stamp)) {
        return TH_INVALID;
    }
    const th_extra *x = map->h.extra;
    if (x == NULL) {
        return TH_OK; /* the empty map */
    }
    bool ends_missing = (keys != NULL && x->shape.key_class == TH_KEY_BYTES && key_ends == NULL) ||
                        (values != NULL && x->shape.value_bytes && value_ends == NULL);
    if (ends_missing) {
        return TH_INVALID;
    }
    return th_functions_in_use->walk[TH_COLUMN(stamp)](map, cursor, capacity, count, keys, key_room, key_ends,
                                                       values, value_room, value_ends);
}
