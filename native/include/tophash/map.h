/* Maps: how they begin, grow, move and end. */
#ifndef TOPHASH_MAP_H
#define TOPHASH_MAP_H

#include "heap.h"
#include "placement.h"
#include "type.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct th_map th_map;

typedef struct th_map_options {
    uint64_t expected_size;        /* entries that fit without growing; 0 allocates no bucket */
    const th_placement *placement; /* of this map; NULL: as the heap says */
    uint32_t seed;                 /* used when has_seed is 1; otherwise it comes from the OS */
    uint8_t has_seed;
    uint8_t reserved;
    uint16_t shards; /* 0: an ordinary map; a power of two up to TH_MAX_SHARDS: a sharded one */
} th_map_options;

/*
 * The map that is always empty: one per process, read-only, never closed. Reading it is allowed with
 * th_empty_stamp for maps of any type; writing to it answers TH_CLOSED. It has no type: th_word_get_all and
 * th_bytes_get_all take its values to have 8 bytes, so for smaller ones they must not be called.
 */
TH_API th_map *th_empty_map(void);
TH_API uint64_t th_empty_stamp(void);

/*
 * Makes a map. NULL options: no expected size, a seed from the OS. The caller closes it. TH_LIMIT: the
 * expected size, or more than TH_MAX_PLACEMENTS different placements in use by maps of one heap; TH_REFUSED:
 * a strict placement that the kernel does not take.
 */
TH_API th_status th_map_create(th_heap *heap, const th_type *type, const th_map_options *options,
                               th_map **map, uint64_t *stamp);

/* Gives all memory back and ends the stamp. Waits for an ordinary (not quick) call that is under way. */
TH_API th_status th_map_close(th_map *map, uint64_t stamp);

/* Entries, 0 .. 2^63-1, or a negative status. Quick. */
TH_API int64_t th_map_size(th_map *map, uint64_t stamp);

/* Removes every entry, keeps the arrays, draws a new seed. */
TH_API th_status th_map_clear(th_map *map, uint64_t stamp);

/* Makes room for `entries` in all without further growth. TH_LIMIT when 2^TH_MAX_B buckets do not do. */
TH_API th_status th_map_reserve(th_map *map, uint64_t stamp, uint64_t entries);

/* Moves the entries into the smallest arrays that hold them; an empty map gives its arrays back. */
TH_API th_status th_map_shrink(th_map *map, uint64_t stamp);

/*
 * Moves a map to another placement, which it keeps from then on, a piece of at most 4 MiB a call: TH_MORE
 * until it is done. Begin with *progress 0; between the calls the map may be written to. Readers that meet a
 * page under way wait for that page. Small arrays are copied, regions keep their addresses. A change of pages
 * (TH_PAGES_*) holds for what is allocated from then on. TH_REFUSED: strict, and the kernel does not take it.
 */
TH_API th_status th_map_migrate(th_map *map, uint64_t stamp, const th_placement *placement,
                                uint64_t *progress);

/*
 * Does what a quick call could not: allocates, starts or ends growth, gives old pages back, extends the
 * bytes heap by at least `bytes` (the key's and value's length; 0 for fixed ones and for removals). Only
 * after TH_NEEDS_ROOM. TH_OK: repeat the call.
 */
TH_API th_status th_make_room(th_map *map, uint64_t stamp, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
