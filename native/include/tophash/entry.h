/* Entries: keys and values of any kind by pointer. All calls are quick. */
#ifndef TOPHASH_ENTRY_H
#define TOPHASH_ENTRY_H

#include "map.h"
#include "progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Quick but for the time to copy the bytes of one value. Values go to memory of the caller: `room` bytes at
 * `value` or `before`, and their length to *length. If the room does not do, TH_SMALL_BUFFER: *length tells
 * how much it takes and nothing has been done.
 */

/* TH_PRESENT: the value was copied. TH_ABSENT: nothing was written. */
TH_API th_status th_entry_get(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                              uint8_t *value, uint64_t room, uint64_t *length);

#define TH_PUT_ALWAYS 0u
#define TH_PUT_IF_ABSENT 1u
#define TH_PUT_IF_PRESENT 2u

/*
 * Inserts (TH_ABSENT) or replaces (TH_PRESENT), or one of the two by mode. On TH_PRESENT the value from
 * before is copied to `before`, unless that is NULL. For bytes, *length is not touched on other statuses.
 */
TH_API th_status th_entry_put(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                              const uint8_t *value, uint64_t value_len, uint32_t mode, uint8_t *before,
                              uint64_t room, uint64_t *length);

/* TH_PRESENT: removed, and the value it had copied to `before`, unless that is NULL. */
TH_API th_status th_entry_remove(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                 uint8_t *before, uint64_t room, uint64_t *length);

/*
 * Batches; keys as in th_bytes_get_all. Fixed values: value i is at values + i * value_size, value_ends is
 * NULL, and of an absent key it stays as it is. Bytes values: value i becomes
 * values[value_ends[i-1] .. value_ends[i]) with value_ends[-1] = 0, empty for an absent key. found[i] becomes
 * 1 or 0. When value i would end beyond value_room: TH_SMALL_BUFFER, done is i, and value_ends[i] tells where
 * it would end.
 */
TH_API th_status th_entry_get_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, uint8_t *values,
                                  uint64_t value_room, uint64_t *value_ends, uint8_t *found, uint64_t n,
                                  th_progress *progress);

/* Values as keys: value i is values[value_starts[i] .. value_ends[i]), or packed when both are NULL. */
TH_API th_status th_entry_put_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const uint8_t *values,
                                  uint64_t value_size, const uint64_t *value_starts,
                                  const uint64_t *value_ends, uint64_t n, th_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
