/*
 * The engine, compiled once per kernel. A kernel's .c file includes its kernel header and then this file,
 * which ends in one table of functions: TH_K(functions).
 */
#include "functions.h"
#include "key.h"
#include "map.h"
#include "os/os.h"
#include "sharded.h"

#include "probe.inc.h"

#include "visible.inc.h"

#include "evacuate.inc.h"

#include "write.inc.h"

#include "entry.inc.h"

#include "shard.inc.h"

#include "batch.inc.h"

#include "iterate.inc.h"

/* ---- values as words, by shape ------------------------------------------------------------------- */
#define ANY_SHAPE(m) (&m->h.extra->shape)
#define ANY_EMPTY(m) (m->h.extra == NULL)

#define QUICK(name) TH_K(long_word_##name)
#define SHAPE(m) (&th_shape_long)
#define IS_EMPTY(m) false
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(int_int_word_##name)
#define SHAPE(m) (&th_shape_int_int)
#define IS_EMPTY(m) false
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(int_long_word_##name)
#define SHAPE(m) (&th_shape_int_long)
#define IS_EMPTY(m) false
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(long_int_word_##name)
#define SHAPE(m) (&th_shape_long_int)
#define IS_EMPTY(m) false
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(long_void_word_##name)
#define SHAPE(m) (&th_shape_long_void)
#define IS_EMPTY(m) false
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(any_word_##name)
#define SHAPE(m) ANY_SHAPE(m)
#define IS_EMPTY(m) ANY_EMPTY(m)
#define WORD_KEYS 1
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(bytes_bytes_##name)
#define SHAPE(m) (&th_shape_bytes)
#define IS_EMPTY(m) false
#define WORD_KEYS 0
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(bytes_void_bytes_##name)
#define SHAPE(m) (&th_shape_bytes_void)
#define IS_EMPTY(m) false
#define WORD_KEYS 0
#define SHARDED 0
#include "quick.inc.h"

#define QUICK(name) TH_K(any_bytes_##name)
#define SHAPE(m) ANY_SHAPE(m)
#define IS_EMPTY(m) ANY_EMPTY(m)
#define WORD_KEYS 0
#define SHARDED 0
#include "quick.inc.h"

/* ---- sharded maps: values as words, by shape ------------------------------------------------------ */

#define QUICK(name) TH_K(sharded_long_word_##name)
#define SHAPE(m) (&th_shape_long)
#define IS_EMPTY(m) (th_shards_of(m) == NULL)
#define WORD_KEYS 1
#define SHARDED 1
#include "quick.inc.h"

#define QUICK(name) TH_K(sharded_word_##name)
#define SHAPE(m) shape_of(m, true)
#define IS_EMPTY(m) (th_shards_of(m) == NULL)
#define WORD_KEYS 1
#define SHARDED 1
#include "quick.inc.h"

#define QUICK(name) TH_K(sharded_bytes_bytes_##name)
#define SHAPE(m) (&th_shape_bytes)
#define IS_EMPTY(m) (th_shards_of(m) == NULL)
#define WORD_KEYS 0
#define SHARDED 1
#include "quick.inc.h"

#define QUICK(name) TH_K(sharded_bytes_##name)
#define SHAPE(m) shape_of(m, true)
#define IS_EMPTY(m) (th_shards_of(m) == NULL)
#define WORD_KEYS 0
#define SHARDED 1
#include "quick.inc.h"

/* ---- values of any kind -------------------------------------------------------------------------- */

static bool TH_K(find)(th_map *m, const void *key, uint64_t length, const uint8_t **value,
                       uint64_t *value_length) {
    const th_shape *s = ANY_SHAPE(m);
    th_key k = th_key_of(s, key, length);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    th_place place;
    if (!lookup(s, m, &k, hash, true, &place)) {
        return false;
    }
    *value = stored_value(s, th_bucket_value(s, place.bucket, place.slot), place.heap, value_length);
    return true;
}

TH_INLINE th_status entry_get(th_map *m, uint64_t stamp, bool sharded, const uint8_t *key, uint64_t key_len,
                              uint8_t *value, uint64_t room, uint64_t *length) {
    if (!th_may_read(m, stamp) || (!sharded && ANY_EMPTY(m))) {
        return th_refused_read(m, stamp);
    }
    const th_shape *s = shape_of(m, sharded);
    th_status fits = th_check_key(s, key, key_len);
    if (fits != TH_OK) {
        return fits;
    }
    th_key k = th_key_of(s, key, key_len);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    value_out out = {value, value == NULL ? 0 : room, length, true};
    return unless_closed(m, stamp, sharded, find_entry(s, m, sharded, &k, hash, true, &out));
}

static th_status TH_K(any_entry_get)(th_map *m, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                     uint8_t *value, uint64_t room, uint64_t *length) {
    return entry_get(m, stamp, false, key, key_len, value, room, length);
}

static th_status TH_K(sharded_entry_get)(th_map *m, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                         uint8_t *value, uint64_t room, uint64_t *length) {
    return entry_get(m, stamp, true, key, key_len, value, room, length);
}

static th_status TH_K(any_entry_put)(th_map *m, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                     const uint8_t *value, uint64_t value_len, uint32_t mode, uint8_t *before,
                                     uint64_t room, uint64_t *length) {
    if (!th_may_write(m, stamp)) {
        return th_refusal(m, stamp);
    }
    const th_shape *s = ANY_SHAPE(m);
    th_status status = th_check_key(s, key, key_len);
    if (status == TH_OK) {
        status = mode > TH_PUT_IF_PRESENT ? TH_INVALID : th_check_value(s, value, value_len);
    }
    if (status != TH_OK) {
        return status;
    }
    th_begin_write(m);
    th_key k = th_key_of(s, key, key_len);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    value_out out = {before, room, length, before != NULL};
    status = write_entry(s, m, &k, hash, true, value, value_len, mode, &out);
    th_end_write(m);
    return status;
}

static th_status TH_K(any_entry_remove)(th_map *m, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                        uint8_t *before, uint64_t room, uint64_t *length) {
    if (!th_may_write(m, stamp)) {
        return th_refusal(m, stamp);
    }
    const th_shape *s = ANY_SHAPE(m);
    th_status status = th_check_key(s, key, key_len);
    if (status != TH_OK) {
        return status;
    }
    th_begin_write(m);
    th_key k = th_key_of(s, key, key_len);
    uint64_t hash = th_key_hash(s, &k, m->h.hash0);
    value_out out = {before, room, length, before != NULL};
    status = remove_entry(s, m, &k, hash, &out);
    th_end_write(m);
    return status;
}

TH_INLINE th_status entry_get_all(th_map *m, uint64_t stamp, bool sharded, batch *b, uint64_t n,
                                  th_progress *progress) {
    if (!th_may_read(m, stamp)) {
        return th_refused_read(m, stamp);
    }
    if (!sharded && ANY_EMPTY(m)) {
        return TH_K(batch_in_empty)(BATCH_ENTRY_GET, b, n, progress);
    }
    const th_shape *s = shape_of(m, sharded);
    if (s->value_bytes && b->value_ends == NULL && n > 0) {
        return TH_INVALID;
    }
    th_status status = run_batch(s, KEYS_SPANS, BATCH_ENTRY_GET, sharded, m, b, n, progress);
    return sharded && !th_may_read(m, stamp) ? TH_CLOSED : status;
}

#define ENTRY_GET_ALL_PARAMS                                                                                 \
    th_map *m, uint64_t stamp, const uint8_t *data, uint64_t size, const uint64_t *starts,                   \
        const uint64_t *ends, uint8_t *values, uint64_t value_room, uint64_t *value_ends, uint8_t *found,    \
        uint64_t n, th_progress *progress
#define ENTRY_GET_ALL_BATCH                                                                                  \
    {                                                                                                        \
        .keys = {.data = data, .size = size, .starts = starts, .ends = ends}, .values = values,              \
        .found = found, .value_room = value_room, .value_ends = value_ends                                   \
    }

static th_status TH_K(any_entry_get_all)(ENTRY_GET_ALL_PARAMS) {
    batch b = ENTRY_GET_ALL_BATCH;
    return entry_get_all(m, stamp, false, &b, n, progress);
}

static th_status TH_K(sharded_entry_get_all)(ENTRY_GET_ALL_PARAMS) {
    batch b = ENTRY_GET_ALL_BATCH;
    return entry_get_all(m, stamp, true, &b, n, progress);
}

static th_status TH_K(any_entry_put_all)(th_map *m, uint64_t stamp, const uint8_t *data, uint64_t size,
                                         const uint64_t *starts, const uint64_t *ends, const uint8_t *values,
                                         uint64_t value_size, const uint64_t *value_starts,
                                         const uint64_t *value_ends, uint64_t n, th_progress *progress) {
    batch b = {.keys = {.data = data, .size = size, .starts = starts, .ends = ends},
               .inputs = {.data = values, .size = value_size, .starts = value_starts, .ends = value_ends}};
    if (!th_may_write(m, stamp)) {
        return th_refusal(m, stamp);
    }
    const th_shape *s = ANY_SHAPE(m);
    if (n > 0 && !source_valid(&b.inputs, s->value_bytes, s->value_size)) {
        return TH_INVALID;
    }
    return run_batch(s, KEYS_SPANS, BATCH_ENTRY_PUT, false, m, &b, n, progress);
}

/* ---- walks --------------------------------------------------------------------------------------- */

#define WALK(name, shape)                                                                                    \
    static th_status TH_K(name##_walk)(CURSOR_PARAMS) {                                                      \
        return next_entries(shape, CURSOR_ARGS);                                                             \
    }

WALK(long, &th_shape_long)
WALK(int_int, &th_shape_int_int)
WALK(int_long, &th_shape_int_long)
WALK(long_int, &th_shape_long_int)
WALK(long_void, &th_shape_long_void)
WALK(bytes, &th_shape_bytes)
WALK(any, ANY_SHAPE(m))

/* ---- writes to shards, of maps that have none ----------------------------------------------------- */

#define NO_SHARD_WRITE(name)                                                                                 \
    static uint64_t TH_K(no_##name)(th_map * m, uint64_t stamp, uint64_t key, uint64_t operand,              \
                                    uint64_t otherwise, uint64_t refused) {                                  \
        (void)m, (void)stamp, (void)key, (void)operand, (void)otherwise;                                     \
        return refused;                                                                                      \
    }

NO_SHARD_WRITE(shard_put)
NO_SHARD_WRITE(shard_put_if_absent)
NO_SHARD_WRITE(shard_add)

static uint64_t TH_K(no_shard_remove)(th_map *m, uint64_t stamp, uint64_t key, uint64_t otherwise,
                                      uint64_t refused) {
    (void)m, (void)stamp, (void)key, (void)otherwise;
    return refused;
}

/* ---- the table ----------------------------------------------------------------------------------- */

/*
 * A row: a version for each shape number. `other` stands for the shapes that a family does not suit. The last
 * three are of sharded maps; those of functions that do not read take a sharded map for one that is being
 * written to.
 */
#define ROW(other, long, int_int, int_long, long_int, long_void, bytes, bytes_void, sharded, sharded_long,   \
            sharded_bytes)                                                                                   \
    {                                                                                                        \
        [0] = other, [TH_SHAPE_ANY] = other, [TH_SHAPE_EMPTY] = other, [TH_SHAPE_LONG] = long,               \
        [TH_SHAPE_INT_INT] = int_int, [TH_SHAPE_INT_LONG] = int_long, [TH_SHAPE_LONG_INT] = long_int,        \
        [TH_SHAPE_LONG_VOID] = long_void, [TH_SHAPE_BYTES] = bytes, [TH_SHAPE_BYTES_VOID] = bytes_void,      \
        [TH_SHARDED_ANY] = sharded, [TH_SHARDED_LONG] = sharded_long, [TH_SHARDED_BYTES] = sharded_bytes,    \
        [13] = other, [14] = other, [15] = other                                                             \
    }
#define ANY(name) TH_K(any_##name)
#define WORD_ROW_OF(name, sharded, sharded_long)                                                             \
    .name = ROW(ANY(name), TH_K(long_##name), TH_K(int_int_##name), TH_K(int_long_##name),                   \
                TH_K(long_int_##name), TH_K(long_void_##name), ANY(name), ANY(name), sharded, sharded_long,  \
                sharded),
#define BYTES_ROW_OF(name, sharded, sharded_bytes)                                                           \
    .name = ROW(ANY(name), ANY(name), ANY(name), ANY(name), ANY(name), ANY(name), TH_K(bytes_##name),        \
                TH_K(bytes_void_##name), sharded, sharded, sharded_bytes),
#define ENTRY_ROW_OF(name, sharded)                                                                          \
    .name = ROW(ANY(name), ANY(name), ANY(name), ANY(name), ANY(name), ANY(name), ANY(name), ANY(name),      \
                sharded, sharded, sharded),
#define WORD_READ_ROW(result, name, params, args)                                                            \
    WORD_ROW_OF(name, TH_K(sharded_##name), TH_K(sharded_long_##name))
#define WORD_WRITE_ROW(result, name, params, args) WORD_ROW_OF(name, ANY(name), ANY(name))
#define SHARD_WRITE_ROW(result, name, params, args)                                                          \
    .name = ROW(TH_K(no_##name), TH_K(no_##name), TH_K(no_##name), TH_K(no_##name), TH_K(no_##name),         \
                TH_K(no_##name), TH_K(no_##name), TH_K(no_##name), TH_K(sharded_word_##name),                \
                TH_K(sharded_long_word_##name), TH_K(no_##name)),
#define BYTES_READ_ROW(result, name, params, args)                                                           \
    BYTES_ROW_OF(name, TH_K(sharded_##name), TH_K(sharded_bytes_##name))
#define BYTES_WRITE_ROW(result, name, params, args) BYTES_ROW_OF(name, ANY(name), ANY(name))
#define ENTRY_READ_ROW(result, name, params, args) ENTRY_ROW_OF(name, TH_K(sharded_##name))
#define ENTRY_WRITE_ROW(result, name, params, args) ENTRY_ROW_OF(name, ANY(name))
#define WALK_ROW(result, name, params, args)                                                                 \
    .name = ROW(ANY(name), TH_K(long_##name), TH_K(int_int_##name), TH_K(int_long_##name),                   \
                TH_K(long_int_##name), TH_K(long_void_##name), TH_K(bytes_##name), ANY(name), ANY(name),     \
                ANY(name), ANY(name)),
#define FIELD(result, name, params, args) .name = TH_K(name),

const th_functions TH_K(functions) = {
    TH_WORD_READS(WORD_READ_ROW) TH_WORD_WRITES(WORD_WRITE_ROW) TH_SHARD_WRITES(SHARD_WRITE_ROW)
        TH_BYTES_READS(BYTES_READ_ROW) TH_BYTES_WRITES(BYTES_WRITE_ROW) TH_ENTRY_READS(ENTRY_READ_ROW)
            TH_ENTRY_WRITES(ENTRY_WRITE_ROW) TH_WALK_FUNCTIONS(WALK_ROW) TH_INTERNAL_FUNCTIONS(FIELD)};
