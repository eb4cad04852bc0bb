/* Walks over maps. */
#ifndef TOPHASH_CURSOR_H
#define TOPHASH_CURSOR_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TH_CURSOR_STAGES 8u /* a map draws a new seed against an attack at most one time fewer */

/*
 * A walk over a map; the caller owns the memory, nothing has to be freed. It promises, as Go does:
 * (1) it starts at a random bucket; (2) an entry that is in the map during the whole walk is returned
 * exactly once; (3) no entry is returned twice; (4) an entry removed before it is reached is not returned;
 * (5) an entry inserted during the walk may or may not be returned; (6) growth, shrinking and reseeding
 * between two calls change none of this; (7) after th_map_clear the walk ends.
 */
typedef struct th_cursor {
    uint64_t needed_keys; /* after TH_SMALL_BUFFER: bytes, respectively entries, that the next chain takes */
    uint64_t needed_values;
    uint64_t needed_entries;
    uint64_t epoch; /* the rest is private */
    uint32_t stage;
    uint32_t seeds[TH_CURSOR_STAGES];
    uint32_t reserved;
    uint64_t start[TH_CURSOR_STAGES];  /* the first hash of a stage */
    uint64_t passed[TH_CURSOR_STAGES]; /* hashes from there on that it has visited */
    uint64_t last;                     /* the last hash of the first stage, counted from its start */
    uint8_t done[TH_CURSOR_STAGES];    /* 1: all of them are */
} th_cursor;

/* Starts a walk at the bucket that `random` selects. Quick. */
TH_API th_status th_cursor_start(th_map *map, uint64_t stamp, uint64_t random, th_cursor *cursor);

/*
 * Splits what is left of a walk in two: `other` becomes a cursor over the second half. Together the two keep
 * the promises of the one. TH_PRESENT: done; TH_ABSENT: there is nothing to split, or the map had a new seed.
 * Reads and writes nothing but the cursors. Quick.
 */
TH_API th_status th_cursor_split(th_cursor *cursor, th_cursor *other);

/* Where th_cursor_next puts entries. Fixed keys: keys is an array of key_size elements and key_ends NULL.
 * Bytes keys: key i is keys[key_ends[i-1] .. key_ends[i]) with key_ends[-1] = 0. The same for values.
 * keys or values may be NULL: then they are not fetched. */

/*
 * Fetches the next entries, whole bucket chains, at most `capacity` of them: *count tells how many (it may
 * be 0 before the end). TH_MORE: call again; TH_OK: the walk has ended; TH_SMALL_BUFFER: nothing fetched.
 * key_room and value_room are the sizes of keys and values in bytes. Quick for capacities up to 1,024.
 */
TH_API th_status th_cursor_next(th_map *map, uint64_t stamp, th_cursor *cursor, uint32_t capacity,
                                uint32_t *count, uint8_t *keys, uint64_t key_room, uint64_t *key_ends,
                                uint8_t *values, uint64_t value_room, uint64_t *value_ends);

#ifdef __cplusplus
}
#endif

#endif
