/* The functions of the public header that work on any type of map, and walks. */
#include "functions.h"
#include "map.h"

/*
 * Rounds of making room after which a call gives up. A single writer needs three at most (give pages back,
 * end a growth, start the next); racing writers can use up each other's room for ever.
 */
#define MAX_ROUNDS 64u

/* TH_OK, or why a key (and a value, if there is one) does not fit the map's type. */
static th_status check_key(const th_map *m, const void *key, uint64_t key_len) {
    const th_shape *s = &m->h.extra->shape;
    if (s->key_class == TH_KEY_BYTES) {
        return key_len > TH_MAX_BYTES ? TH_LIMIT : key == NULL && key_len > 0 ? TH_INVALID : TH_OK;
    }
    return key == NULL || key_len != s->key_size ? TH_INVALID : TH_OK;
}

static th_status check_value(const th_map *m, const void *value, uint64_t value_len) {
    const th_shape *s = &m->h.extra->shape;
    if (value == NULL && value_len > 0) {
        return TH_INVALID;
    }
    if (s->value_bytes) {
        return value_len > TH_MAX_BYTES ? TH_LIMIT : TH_OK;
    }
    return value_len != s->value_size ? TH_INVALID : TH_OK;
}

th_status th_find(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void **value,
                  uint64_t *value_len) {
    if (map == NULL) {
        return TH_INVALID;
    }
    if (map == th_empty_map() || !th_may_read(map, stamp, TH_SHAPE_ANY)) {
        return th_refused_read(map, stamp, TH_SHAPE_ANY);
    }
    th_status status = check_key(map, key, key_len);
    if (status != TH_OK) {
        return status;
    }
    const uint8_t *found;
    uint64_t length;
    if (!th_functions_in_use->any_find(map, key, key_len, &found, &length)) {
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

static th_status put(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                     uint64_t value_len, bool replace) {
    if (map == NULL) {
        return TH_INVALID;
    }
    for (uint32_t round = 0; round < MAX_ROUNDS; round++) {
        if (map == th_empty_map() || !th_may_write(map, stamp, TH_SHAPE_ANY)) {
            return th_refusal(map, stamp, TH_SHAPE_ANY);
        }
        th_status status = check_key(map, key, key_len);
        if (status == TH_OK) {
            status = check_value(map, value, value_len);
        }
        if (status != TH_OK) {
            return status;
        }
        th_begin_write(map);
        status = th_functions_in_use->any_put(map, key, key_len, value, value_len, replace);
        th_end_write(map);
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
    return put(map, stamp, key, key_len, value, value_len, true);
}

th_status th_put_if_absent(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                           uint64_t value_len) {
    return put(map, stamp, key, key_len, value, value_len, false);
}

th_status th_remove(th_map *map, uint64_t stamp, const void *key, uint64_t key_len) {
    if (map == NULL) {
        return TH_INVALID;
    }
    for (uint32_t round = 0; round < MAX_ROUNDS; round++) {
        if (map == th_empty_map() || !th_may_write(map, stamp, TH_SHAPE_ANY)) {
            return th_refusal(map, stamp, TH_SHAPE_ANY);
        }
        th_status status = check_key(map, key, key_len);
        if (status != TH_OK) {
            return status;
        }
        th_begin_write(map);
        status = th_functions_in_use->any_remove(map, key, key_len);
        th_end_write(map);
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
    if (!th_may_read(map, stamp, TH_SHAPE_ANY)) {
        return TH_CLOSED;
    }
    memset(cursor, 0, sizeof *cursor);
    if (map->h.extra == NULL) {
        return TH_OK; /* the empty map */
    }
    cursor->epoch = map->h.extra->epoch;
    cursor->seeds[0] = map->h.hash0;
    th_array_word array = th_load_word(&map->h.buckets);
    if (array == 0) {
        return TH_OK; /* from hash 0, should there be anything by then */
    }
    uint32_t shift = (uint32_t)(array & 63u);
    cursor->start[0] = th_index(array, random) << 1 << shift;
    cursor->position[0] = cursor->start[0];
    return TH_OK;
}

th_status th_cursor_next(th_map *map, uint64_t stamp, th_cursor *cursor, uint32_t capacity, uint32_t *count,
                         uint8_t *keys, uint64_t key_room, uint64_t *key_ends, uint8_t *values,
                         uint64_t value_room, uint64_t *value_ends) {
    if (map == NULL || cursor == NULL || count == NULL) {
        return TH_INVALID;
    }
    *count = 0;
    if (!th_may_read(map, stamp, TH_SHAPE_ANY)) {
        return TH_CLOSED;
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
    const th_functions *f = th_functions_in_use;
    switch ((stamp & TH_STAMP_SHAPE) >> 1) {
    case TH_SHAPE_LONG:
        return f->long_cursor_next(map, cursor, capacity, count, keys, key_room, key_ends, values, value_room,
                                   value_ends);
    case TH_SHAPE_BYTES:
        return f->bytes_cursor_next(map, cursor, capacity, count, keys, key_room, key_ends, values,
                                    value_room, value_ends);
    default:
        return f->any_cursor_next(map, cursor, capacity, count, keys, key_room, key_ends, values, value_room,
                                  value_ends);
    }
}
