/*
 * The table of functions that each kernel provides. TH_PUBLIC_FUNCTIONS are the quick functions of the
 * public header, th_<name>, called through this table and nothing else; TH_INTERNAL_FUNCTIONS serve map.c
 * and grow.c. Each entry: X(result, name, (parameters), (arguments)).
 */
#ifndef TH_FUNCTIONS_H
#define TH_FUNCTIONS_H

#include "bytes_heap.h"
#include "layout.h"

#define TH_MS th_map *map, uint64_t stamp
#define TH_SPANS const uint8_t *data, uint64_t size, const uint64_t *starts, const uint64_t *ends
#define TH_REST uint64_t n, th_progress *progress

#define TH_PUBLIC_FUNCTIONS(X)                                                                               \
    X(uint64_t, long_get, (TH_MS, uint64_t key, uint64_t otherwise), (map, stamp, key, otherwise))           \
    X(th_status, long_contains, (TH_MS, uint64_t key), (map, stamp, key))                                    \
    X(th_status, long_put, (TH_MS, uint64_t key, uint64_t value), (map, stamp, key, value))                  \
    X(th_status, long_put_if_absent, (TH_MS, uint64_t key, uint64_t value), (map, stamp, key, value))        \
    X(th_status, long_add, (TH_MS, uint64_t key, uint64_t delta, uint64_t otherwise),                        \
      (map, stamp, key, delta, otherwise))                                                                   \
    X(th_status, long_remove, (TH_MS, uint64_t key), (map, stamp, key))                                      \
    X(th_status, long_get_all,                                                                               \
      (TH_MS, const uint64_t *keys, uint64_t *values, uint64_t n, uint64_t otherwise,                        \
       th_progress *progress),                                                                               \
      (map, stamp, keys, values, n, otherwise, progress))                                                    \
    X(th_status, long_contains_all, (TH_MS, const uint64_t *keys, uint8_t *found, TH_REST),                  \
      (map, stamp, keys, found, n, progress))                                                                \
    X(th_status, long_put_all, (TH_MS, const uint64_t *keys, const uint64_t *values, TH_REST),               \
      (map, stamp, keys, values, n, progress))                                                               \
    X(th_status, long_add_all,                                                                               \
      (TH_MS, const uint64_t *keys, const uint64_t *deltas, uint64_t n, uint64_t otherwise,                  \
       th_progress *progress),                                                                               \
      (map, stamp, keys, deltas, n, otherwise, progress))                                                    \
    X(th_status, long_remove_all, (TH_MS, const uint64_t *keys, TH_REST), (map, stamp, keys, n, progress))   \
    X(uint64_t, bytes_get, (TH_MS, const uint8_t *key, uint64_t length, uint64_t otherwise),                 \
      (map, stamp, key, length, otherwise))                                                                  \
    X(th_status, bytes_contains, (TH_MS, const uint8_t *key, uint64_t length), (map, stamp, key, length))    \
    X(th_status, bytes_put, (TH_MS, const uint8_t *key, uint64_t length, uint64_t value),                    \
      (map, stamp, key, length, value))                                                                      \
    X(th_status, bytes_put_if_absent, (TH_MS, const uint8_t *key, uint64_t length, uint64_t value),          \
      (map, stamp, key, length, value))                                                                      \
    X(th_status, bytes_add,                                                                                  \
      (TH_MS, const uint8_t *key, uint64_t length, uint64_t delta, uint64_t otherwise),                      \
      (map, stamp, key, length, delta, otherwise))                                                           \
    X(th_status, bytes_remove, (TH_MS, const uint8_t *key, uint64_t length), (map, stamp, key, length))      \
    X(th_status, bytes_get_all,                                                                              \
      (TH_MS, TH_SPANS, uint64_t * values, uint64_t n, uint64_t otherwise, th_progress * progress),          \
      (map, stamp, data, size, starts, ends, values, n, otherwise, progress))                                \
    X(th_status, bytes_contains_all, (TH_MS, TH_SPANS, uint8_t * found, TH_REST),                            \
      (map, stamp, data, size, starts, ends, found, n, progress))                                            \
    X(th_status, bytes_put_all, (TH_MS, TH_SPANS, const uint64_t *values, TH_REST),                          \
      (map, stamp, data, size, starts, ends, values, n, progress))                                           \
    X(th_status, bytes_add_all,                                                                              \
      (TH_MS, TH_SPANS, const uint64_t *deltas, uint64_t n, uint64_t otherwise, th_progress *progress),      \
      (map, stamp, data, size, starts, ends, deltas, n, otherwise, progress))                                \
    X(th_status, bytes_remove_all, (TH_MS, TH_SPANS, TH_REST),                                               \
      (map, stamp, data, size, starts, ends, n, progress))

#define TH_WALK                                                                                              \
    th_map *map, th_cursor *cursor, uint32_t capacity, uint32_t *count, uint8_t *keys, uint64_t key_room,    \
        uint64_t *key_ends, uint8_t *values, uint64_t value_room, uint64_t *value_ends
#define TH_WALK_ARGS (map, cursor, capacity, count, keys, key_room, key_ends, values, value_room, value_ends)

#define TH_INTERNAL_FUNCTIONS(X)                                                                             \
    X(bool, any_find,                                                                                        \
      (th_map * map, const void *key, uint64_t length, const uint8_t **value, uint64_t *value_length),       \
      (map, key, length, value, value_length))                                                               \
    X(th_status, any_put,                                                                                    \
      (th_map * map, const void *key, uint64_t length, const void *value, uint64_t value_length,             \
       bool replace),                                                                                        \
      (map, key, length, value, value_length, replace))                                                      \
    X(th_status, any_remove, (th_map * map, const void *key, uint64_t length), (map, key, length))           \
    X(th_status, long_cursor_next, (TH_WALK), TH_WALK_ARGS)                                                  \
    X(th_status, bytes_cursor_next, (TH_WALK), TH_WALK_ARGS)                                                 \
    X(th_status, any_cursor_next, (TH_WALK), TH_WALK_ARGS)                                                   \
    X(uint64_t, drain, (th_map * map, uint64_t buckets), (map, buckets))                                     \
    X(bool, copy_entries,                                                                                    \
      (th_map * map, th_array_word from, th_bytes_heap * from_bytes, th_array_word to,                       \
       th_bytes_heap * to_bytes, uint32_t seed, bool is_old),                                                \
      (map, from, from_bytes, to, to_bytes, seed, is_old))

#define TH_MEMBER(result, name, params, args) result(*name) params;
typedef struct th_functions {
    TH_PUBLIC_FUNCTIONS(TH_MEMBER)
    TH_INTERNAL_FUNCTIONS(TH_MEMBER)
} th_functions;
#undef TH_MEMBER

/* The selected kernel's table: the library's only state. */
extern const th_functions *th_functions_in_use;

#endif
