/*
 * The engine, compiled once per kernel. A kernel's .c file includes its kernel header and then this file,
 * which ends in one table of functions: TH_K(functions).
 */
#include "functions.h"
#include "key.h"
#include "map.h"

#include "probe.inc.h"

#include "evacuate.inc.h"

#include "write.inc.h"

#include "batch.inc.h"

#include "iterate.inc.h"

/* ---- 8-byte keys, 8-byte values ------------------------------------------------------------------ */
#define QUICK(name) TH_K(long_##name)
#define SHAPE th_shape_long
#define SHAPE_ID TH_SHAPE_LONG
#define KEY_PARAMS uint64_t key
#define KEY_ARGS key
#define KEY_MAKE th_key_word(key)
#define KEY_VALID true
#define BATCH_PARAMS const uint64_t *keys
#define BATCH_SOURCE                                                                                         \
    { keys, NULL, 0, NULL, NULL }
#include "quick.inc.h"

/* ---- bytes keys, 8-byte values ------------------------------------------------------------------- */
#define QUICK(name) TH_K(bytes_##name)
#define SHAPE th_shape_bytes
#define SHAPE_ID TH_SHAPE_BYTES
#define KEY_PARAMS const uint8_t *key, uint64_t length
#define KEY_ARGS key, length
#define KEY_MAKE th_key_bytes(key, length)
#define KEY_VALID length <= TH_MAX_BYTES
#define BATCH_PARAMS const uint8_t *data, uint64_t size, const uint64_t *starts, const uint64_t *ends
#define BATCH_SOURCE                                                                                         \
    { NULL, data, size, starts, ends }
#include "quick.inc.h"

/* ---- any type ------------------------------------------------------------------------------------ */

static bool TH_K(any_find)(th_map *m, const void *key, uint64_t length, const uint8_t **value,
                           uint64_t *value_length) {
    const th_shape *s = &m->h.extra->shape;
    th_key k = th_key_of(s, key, length);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    th_place place;
    if (!lookup(s, m, &k, hash, &place)) {
        return false;
    }
    const uint8_t *slot = th_bucket_value(s, place.bucket, place.slot);
    *value = slot;
    *value_length = s->value_size;
    if (s->value_bytes) {
        *value = th_slot_bytes(slot, bytes_of(s, m, place.array != m->h.buckets), value_length);
    }
    return true;
}

/* Writes a value into a slot; for bytes, room for it has been seen to. */
static void TH_K(store_value)(const th_shape *s, th_bytes_heap *heap, uint8_t *slot, const void *value,
                              uint64_t length) {
    if (s->value_bytes) {
        th_key image = th_key_bytes(value, length);
        th_bytes_store(slot, &image, heap);
    } else if (length > 0) {
        memcpy(slot, value, length);
    }
}

static th_status TH_K(any_put)(th_map *m, const void *key, uint64_t length, const void *value,
                               uint64_t value_length, bool replace) {
    const th_shape *s = &m->h.extra->shape;
    th_key k = th_key_of(s, key, length);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    th_place place;
    th_bytes_heap *heap = bytes_of(s, m, false);
    th_status status = upsert(s, m, &k, hash, s->value_bytes ? value_length : 0, heap, &place);
    if (status < 0 || (status == TH_PRESENT && !replace)) {
        return status;
    }
    uint8_t *slot = th_bucket_value(s, place.bucket, place.slot);
    if (status == TH_PRESENT && s->value_bytes) {
        if (!th_bytes_has_room(heap, 0, value_length, th_bytes_to_move(m->h.extra))) {
            return TH_NEEDS_ROOM;
        }
        th_bytes_drop(slot, heap);
    }
    TH_K(store_value)(s, heap, slot, value, value_length);
    return status;
}

static th_status TH_K(any_remove)(th_map *m, const void *key, uint64_t length) {
    const th_shape *s = &m->h.extra->shape;
    th_key k = th_key_of(s, key, length);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    th_place place;
    th_status status = find_to_remove(s, m, &k, hash, &place);
    if (status == TH_PRESENT) {
        erase(s, m, &place, hash);
    }
    return status;
}

static th_status TH_K(any_cursor_next)(CURSOR_PARAMS) {
    return next_entries(&m->h.extra->shape, CURSOR_ARGS);
}

#define TH_FIELD(result, name, params, args) .name = TH_K(name),
const th_functions TH_K(functions) = {TH_PUBLIC_FUNCTIONS(TH_FIELD) TH_INTERNAL_FUNCTIONS(TH_FIELD)};
