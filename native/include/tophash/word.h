/* Words: fixed keys and values that fit a register. All calls are quick. */
#ifndef TOPHASH_WORD_H
#define TOPHASH_WORD_H

#include "map.h"
#include "progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For maps whose keys are fixed of 1, 2, 4 or 8 bytes and whose values are fixed of 0, 1, 2, 4 or 8 bytes; on
 * others these answer TH_INVALID (th_word_get: `otherwise`). A key is the low key_size bytes of its argument
 * and a value the low value_size bytes; what lies above is ignored, and zero in results. A set is a map with
 * values of 0 bytes: its values read as 0.
 */

/* The value, or `otherwise` when the key is absent or the stamp is outdated. */
TH_API uint64_t th_word_get(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise);
/* TH_ABSENT, TH_PRESENT or TH_CLOSED. */
TH_API th_status th_word_contains(th_map *map, uint64_t stamp, uint64_t key);

/*
 * The address of the function that th_word_get or th_word_contains goes on to for maps of one type, with the
 * kernel in use; 0 for a type that is invalid. It has the same parameters, and may be called for maps of that
 * type and for th_empty_map only. For code that knows the type of its maps and makes many single calls.
 */
TH_API uint64_t th_type_word_get(const th_type *type);
TH_API uint64_t th_type_word_contains(const th_type *type);
/* The same for sharded maps of a type. */
TH_API uint64_t th_type_sharded_get(const th_type *type);
TH_API uint64_t th_type_sharded_contains(const th_type *type);
/* On TH_PRESENT these leave the previous value where th_previous finds it. */
TH_API th_status th_word_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
TH_API th_status th_word_put_if_absent(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
/* Adds delta (wrapping at the value's width) to the value; an absent key starts from `otherwise`. */
TH_API th_status th_word_add(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta, uint64_t otherwise);
/* The same for values that are IEEE 754 doubles; all three are bits. TH_INVALID unless values have 8 bytes.
 */
TH_API th_status th_word_add_double(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta,
                                    uint64_t otherwise);
TH_API th_status th_word_remove(th_map *map, uint64_t stamp, uint64_t key);

/*
 * The value that the last write to this map replaced or removed, if it has at most 8 bytes. Only its writer
 * may ask. Quick; the same 8 bytes lie at TH_PREVIOUS_OFFSET from the map's address, for callers to whom a
 * call is dear.
 */
TH_API uint64_t th_previous(th_map *map);
#define TH_PREVIOUS_OFFSET 56u

/*
 * Batches, as progress.h says. keys is an array of n keys of key_size bytes each, values and deltas are
 * arrays of n values of value_size bytes; element i of one goes with element i of the other. Arrays need no
 * alignment.
 */
TH_API th_status th_word_get_all(th_map *map, uint64_t stamp, const void *keys, void *values, uint64_t n,
                                 uint64_t otherwise, th_progress *progress);
/* found[i] becomes 1 or 0. */
TH_API th_status th_word_contains_all(th_map *map, uint64_t stamp, const void *keys, uint8_t *found,
                                      uint64_t n, th_progress *progress);
TH_API th_status th_word_put_all(th_map *map, uint64_t stamp, const void *keys, const void *values,
                                 uint64_t n, th_progress *progress);
TH_API th_status th_word_add_all(th_map *map, uint64_t stamp, const void *keys, const void *deltas,
                                 uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_word_add_all_double(th_map *map, uint64_t stamp, const void *keys, const void *deltas,
                                        uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_word_remove_all(th_map *map, uint64_t stamp, const void *keys, uint64_t n,
                                    th_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
