/*
 * The table of functions that each kernel provides. TH_PUBLIC_FUNCTIONS are the quick functions of the
 * public header, th_<name>, called through this table and nothing else; TH_INTERNAL_FUNCTIONS serve api.c,
 * map.c, grow.c and rebuild.c. Each entry: X(result, name, (parameters), (arguments)).
 *
 * A public function has a row of TH_SHAPES versions, one for each shape number. A call takes the one that
 * its stamp names; as every function compares that stamp with the map's, a version only ever works on maps
 * of its shape and need not look again. Sharded maps have columns too, in which the reads are theirs, and
 * TH_SHARD_WRITES.
 */
#ifndef TH_FUNCTIONS_H
#define TH_FUNCTIONS_H

#include "bytes_heap.h"
#include "layout.h"
#include "shape.h"

#define TH_MS th_map *map, uint64_t stamp
#define TH_KEY const uint8_t *key, uint64_t length
#define TH_SPANS const uint8_t *data, uint64_t size, const uint64_t *starts, const uint64_t *ends
#define TH_REST uint64_t n, th_progress *progress

/* Keys as words. */
#define TH_WORD_READS(X)                                                                                     \
    X(uint64_t, word_get, (TH_MS, uint64_t key, uint64_t otherwise), (map, stamp, key, otherwise))           \
    X(th_status, word_contains, (TH_MS, uint64_t key), (map, stamp, key))                                    \
    X(th_status, word_get_all,                                                                               \
      (TH_MS, const void *keys, void *values, uint64_t n, uint64_t otherwise, th_progress *progress),        \
      (map, stamp, keys, values, n, otherwise, progress))                                                    \
    X(th_status, word_contains_all, (TH_MS, const void *keys, uint8_t *found, TH_REST),                      \
      (map, stamp, keys, found, n, progress))
#define TH_WORD_WRITES(X)                                                                                    \
    X(th_status, word_put, (TH_MS, uint64_t key, uint64_t value), (map, stamp, key, value))                  \
    X(th_status, word_put_if_absent, (TH_MS, uint64_t key, uint64_t value), (map, stamp, key, value))        \
    X(th_status, word_add, (TH_MS, uint64_t key, uint64_t delta, uint64_t otherwise),                        \
      (map, stamp, key, delta, otherwise))                                                                   \
    X(th_status, word_add_double, (TH_MS, uint64_t key, uint64_t delta, uint64_t otherwise),                 \
      (map, stamp, key, delta, otherwise))                                                                   \
    X(th_status, word_remove, (TH_MS, uint64_t key), (map, stamp, key))                                      \
    X(th_status, word_put_all, (TH_MS, const void *keys, const void *values, TH_REST),                       \
      (map, stamp, keys, values, n, progress))                                                               \
    X(th_status, word_add_all,                                                                               \
      (TH_MS, const void *keys, const void *deltas, uint64_t n, uint64_t otherwise, th_progress *progress),  \
      (map, stamp, keys, deltas, n, otherwise, progress))                                                    \
    X(th_status, word_add_all_double,                                                                        \
      (TH_MS, const void *keys, const void *deltas, uint64_t n, uint64_t otherwise, th_progress *progress),  \
      (map, stamp, keys, deltas, n, otherwise, progress))                                                    \
    X(th_status, word_remove_all, (TH_MS, const void *keys, TH_REST), (map, stamp, keys, n, progress))

/* Of sharded maps only: writes that take the lock of a key's shard. */
#define TH_SHARD_WRITES(X)                                                                                   \
    X(uint64_t, shard_put, (TH_MS, uint64_t key, uint64_t value, uint64_t otherwise, uint64_t refused),      \
      (map, stamp, key, value, otherwise, refused))                                                          \
    X(uint64_t, shard_put_if_absent,                                                                         \
      (TH_MS, uint64_t key, uint64_t value, uint64_t otherwise, uint64_t refused),                           \
      (map, stamp, key, value, otherwise, refused))                                                          \
    X(uint64_t, shard_add, (TH_MS, uint64_t key, uint64_t delta, uint64_t otherwise, uint64_t refused),      \
      (map, stamp, key, delta, otherwise, refused))                                                          \
    X(uint64_t, shard_remove, (TH_MS, uint64_t key, uint64_t otherwise, uint64_t refused),                   \
      (map, stamp, key, otherwise, refused))

/* Keys by pointer. */
#define TH_BYTES_READS(X)                                                                                    \
    X(uint64_t, bytes_get, (TH_MS, TH_KEY, uint64_t otherwise), (map, stamp, key, length, otherwise))        \
    X(th_status, bytes_contains, (TH_MS, TH_KEY), (map, stamp, key, length))                                 \
    X(th_status, bytes_get_all,                                                                              \
      (TH_MS, TH_SPANS, void *values, uint64_t n, uint64_t otherwise, th_progress *progress),                \
      (map, stamp, data, size, starts, ends, values, n, otherwise, progress))                                \
    X(th_status, bytes_contains_all, (TH_MS, TH_SPANS, uint8_t * found, TH_REST),                            \
      (map, stamp, data, size, starts, ends, found, n, progress))
#define TH_BYTES_WRITES(X)                                                                                   \
    X(th_status, bytes_put, (TH_MS, TH_KEY, uint64_t value), (map, stamp, key, length, value))               \
    X(th_status, bytes_put_if_absent, (TH_MS, TH_KEY, uint64_t value), (map, stamp, key, length, value))     \
    X(th_status, bytes_add, (TH_MS, TH_KEY, uint64_t delta, uint64_t otherwise),                             \
      (map, stamp, key, length, delta, otherwise))                                                           \
    X(th_status, bytes_remove, (TH_MS, TH_KEY), (map, stamp, key, length))                                   \
    X(th_status, bytes_put_all, (TH_MS, TH_SPANS, const void *values, TH_REST),                              \
      (map, stamp, data, size, starts, ends, values, n, progress))                                           \
    X(th_status, bytes_add_all,                                                                              \
      (TH_MS, TH_SPANS, const void *deltas, uint64_t n, uint64_t otherwise, th_progress *progress),          \
      (map, stamp, data, size, starts, ends, deltas, n, otherwise, progress))                                \
    X(th_status, bytes_remove_all, (TH_MS, TH_SPANS, TH_REST),                                               \
      (map, stamp, data, size, starts, ends, n, progress))

/* Keys and values by pointer. */
#define TH_ENTRY_READS(X)                                                                                    \
    X(th_status, entry_get,                                                                                  \
      (TH_MS, const uint8_t *key, uint64_t key_len, uint8_t *value, uint64_t room, uint64_t *length),        \
      (map, stamp, key, key_len, value, room, length))                                                       \
    X(th_status, entry_get_all,                                                                              \
      (TH_MS, TH_SPANS, uint8_t * values, uint64_t value_room, uint64_t * value_ends, uint8_t * found,       \
       TH_REST),                                                                                             \
      (map, stamp, data, size, starts, ends, values, value_room, value_ends, found, n, progress))
#define TH_ENTRY_WRITES(X)                                                                                   \
    X(th_status, entry_put,                                                                                  \
      (TH_MS, const uint8_t *key, uint64_t key_len, const uint8_t *value, uint64_t value_len, uint32_t mode, \
       uint8_t *before, uint64_t room, uint64_t *length),                                                    \
      (map, stamp, key, key_len, value, value_len, mode, before, room, length))                              \
    X(th_status, entry_remove,                                                                               \
      (TH_MS, const uint8_t *key, uint64_t key_len, uint8_t *before, uint64_t room, uint64_t *length),       \
      (map, stamp, key, key_len, before, room, length))                                                      \
    X(th_status, entry_put_all,                                                                              \
      (TH_MS, TH_SPANS, const uint8_t *values, uint64_t value_size, const uint64_t *value_starts,            \
       const uint64_t *value_ends, TH_REST),                                                                 \
      (map, stamp, data, size, starts, ends, values, value_size, value_starts, value_ends, n, progress))

#define TH_PUBLIC_FUNCTIONS(X)                                                                               \
    TH_WORD_READS(X)                                                                                         \
    TH_WORD_WRITES(X)                                                                                        \
    TH_SHARD_WRITES(X)                                                                                       \
    TH_BYTES_READS(X) TH_BYTES_WRITES(X) TH_ENTRY_READS(X) TH_ENTRY_WRITES(X)

/* A walk is public, but api.c looks at its arguments first. */
#define TH_WALK_FUNCTIONS(X)                                                                                 \
    X(th_status, walk,                                                                                       \
      (th_map * map, th_cursor * cursor, uint32_t capacity, uint32_t * count, uint8_t * keys,                \
       uint64_t key_room, uint64_t * key_ends, uint8_t * values, uint64_t value_room,                        \
       uint64_t * value_ends),                                                                               \
      (map, cursor, capacity, count, keys, key_room, key_ends, values, value_room, value_ends))

#define TH_INTERNAL_FUNCTIONS(X)                                                                             \
    X(bool, find,                                                                                            \
      (th_map * map, const void *key, uint64_t length, const uint8_t **value, uint64_t *value_length),       \
      (map, key, length, value, value_length))                                                               \
    X(uint64_t, drain, (th_map * map, uint64_t buckets), (map, buckets))                                     \
    X(bool, copy_entries,                                                                                    \
      (th_map * map, th_array_word from, th_bytes_heap * from_bytes, th_array_word to,                       \
       th_bytes_heap * to_bytes, uint32_t seed, bool is_old),                                                \
      (map, from, from_bytes, to, to_bytes, seed, is_old))

#define TH_ROW_MEMBER(result, name, params, args) result(*name[TH_SHAPES]) params;
#define TH_MEMBER(result, name, params, args) result(*name) params;
typedef struct th_functions {
    TH_PUBLIC_FUNCTIONS(TH_ROW_MEMBER)
    TH_WALK_FUNCTIONS(TH_ROW_MEMBER)
    TH_INTERNAL_FUNCTIONS(TH_MEMBER)
} th_functions;
#undef TH_ROW_MEMBER
#undef TH_MEMBER

/* The column of a table for a stamp, whatever the stamp. */
#define TH_COLUMN(stamp) (((stamp) >> 1) & (TH_SHAPES - 1))

/* The selected kernel's table: the library's only state. */
extern const th_functions *th_functions_in_use;

#endif
