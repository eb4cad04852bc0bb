/* Keys and values of any type, by pointers. These calls grow by themselves, and none is quick. */
#ifndef TOPHASH_ANY_H
#define TOPHASH_ANY_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Finds a key. Fixed keys: key_len is the type's key_size. On TH_PRESENT *value points to the value inside
 * the map and *value_len is its length. value and value_len may be NULL.
 */
TH_API th_status th_find(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void **value,
                         uint64_t *value_len);

/* Inserts (TH_ABSENT) or replaces the value (TH_PRESENT). */
TH_API th_status th_put(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                        uint64_t value_len);

/* Inserts (TH_ABSENT) or leaves the entry as it is (TH_PRESENT). */
TH_API th_status th_put_if_absent(th_map *map, uint64_t stamp, const void *key, uint64_t key_len,
                                  const void *value, uint64_t value_len);

/* TH_PRESENT: removed. Never fails for want of memory. */
TH_API th_status th_remove(th_map *map, uint64_t stamp, const void *key, uint64_t key_len);

#ifdef __cplusplus
}
#endif

#endif
