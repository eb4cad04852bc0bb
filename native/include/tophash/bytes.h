/* Keys by pointer, key[0 .. length), and values as words, which word.h tells about. All calls are quick. */
#ifndef TOPHASH_BYTES_H
#define TOPHASH_BYTES_H

#include "map.h"
#include "progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For maps with keys of any kind and values that are words (word.h); contains, contains_all and remove_all
 * also for values of any other kind. The length of a fixed key must be its key_size, else TH_INVALID.
 */
TH_API uint64_t th_bytes_get(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                             uint64_t otherwise);
TH_API th_status th_bytes_contains(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length);
TH_API th_status th_bytes_put(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                              uint64_t value);
TH_API th_status th_bytes_put_if_absent(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                                        uint64_t value);
TH_API th_status th_bytes_add(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                              uint64_t delta, uint64_t otherwise);
TH_API th_status th_bytes_remove(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length);

/*
 * Batches: key i is data[starts[i] .. ends[i]); for keys that lie end to end, ends is starts + 1. A key that
 * ends before it starts or beyond `size` bytes of data, or whose length is not that of fixed keys, answers
 * TH_INVALID when the batch comes to it. For fixed keys starts and ends may both be NULL: then key i starts
 * at i * key_size.
 */
TH_API th_status th_bytes_get_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, void *values, uint64_t n,
                                  uint64_t otherwise, th_progress *progress);
TH_API th_status th_bytes_contains_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                       const uint64_t *starts, const uint64_t *ends, uint8_t *found,
                                       uint64_t n, th_progress *progress);
TH_API th_status th_bytes_put_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const void *values,
                                  uint64_t n, th_progress *progress);
TH_API th_status th_bytes_add_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const void *deltas,
                                  uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_bytes_remove_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                     const uint64_t *starts, const uint64_t *ends, uint64_t n,
                                     th_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
