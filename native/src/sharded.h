/*
 * A sharded map: 2^k ordinary maps, the shards, behind one header of their own, so that one stamp names them
 * all and readers find the shard of a key in one call.
 *
 *   th_map of the sharded map                                  block of the heap
 *   +-----+-------+-----+-------+---------+------------+-----+     +-------+--------+-----+----------+
 *   | ... | flags | ... | hash0 | buckets | oldbuckets | ... | --> | shape | part 0 | ... | part n-1 |
 *   +-----+-------+-----+-------+---------+------------+-----+     +-------+---|----+-----+----------+
 *           TH_WRITING    seed    none      th_shards                          +--> th_map, array at rest
 *
 * Its header has no th_extra, no buckets, and is marked as being written to for ever, like the map that is
 * always empty: what is not made for it takes it for that one and goes no further. Nothing in it changes
 * after it was made but the stamp, when it is closed; so what readers of all threads share stays in every
 * CPU's cache.
 *
 * A part tells readers where its shard's entries are, so that they need not look into the shard's header, a
 * line that its writer writes with every call. Parts change when an array does.
 */
#ifndef TH_SHARDED_H
#define TH_SHARDED_H

#include "map.h"

typedef struct th_part {
    th_map *shard; /* NULL: never written to */
    /*
     * The shard's array, if all its entries are in it and lie where the sharded map's seed puts them: there
     * is no older array, and the seed was not changed against an attack. 0: to be found out from the header.
     */
    th_array_word resting;
} th_part;

typedef struct th_shards {
    th_shape shape;
    th_type type;
    th_heap *memory;
    th_policy policy;
    struct th_opened *file; /* what it was opened from, for reading only; or NULL */
    uint32_t seed;
    uint32_t count;    /* a power of two */
    uint64_t expected; /* entries of each shard */
    th_part part[];
} th_shards;

/* Columns of functions.h for sharded maps; bits of a stamp. */
enum { TH_SHARDED_ANY = 10, TH_SHARDED_LONG = 11, TH_SHARDED_BYTES = 12 };

/* The column for a shape. */
uint32_t th_sharded_column(const th_shape *shape);

TH_INLINE bool th_is_sharded(uint64_t stamp) {
    uint64_t column = (stamp & TH_STAMP_SHAPE) >> 1;
    return column >= TH_SHARDED_ANY && column <= TH_SHARDED_BYTES;
}

TH_INLINE const th_shards *th_shards_of(const th_map *m) {
    return (const th_shards *)(uintptr_t)__atomic_load_n(&m->h.oldbuckets, __ATOMIC_RELAXED);
}

/*
 * The bits of a hash under the sharded map's seed that choose a shard, at TH_SHARD_SHIFT: neither those that
 * choose a bucket nor those of the tophash. noverflow, of the header, is a mask of them where they stand in a
 * part's offset in its list, which saves readers two instructions.
 */
#define TH_SHARD_SHIFT 8u
#define TH_PART_SHIFT 4u
_Static_assert(sizeof(th_part) == 1 << TH_PART_SHIFT, "th_part");
_Static_assert((TH_MAX_SHARDS - 1) << TH_PART_SHIFT <= UINT16_MAX, "noverflow");

TH_INLINE uint16_t th_part_mask(uint32_t shards) {
    return (uint16_t)((shards - 1) << TH_PART_SHIFT);
}

TH_INLINE uint32_t th_part_offset(const th_map *m, uint64_t hash) {
    return (uint32_t)(hash >> (TH_SHARD_SHIFT - TH_PART_SHIFT)) & m->h.noverflow;
}

/* The shard of a hash under the sharded map's seed. */
TH_INLINE uint32_t th_shard_index(const th_map *m, uint64_t hash) {
    return th_part_offset(m, hash) >> TH_PART_SHIFT;
}

/* What readers know of that shard. */
TH_INLINE const th_part *th_part_in(const th_shards *all, const th_map *m, uint64_t hash) {
    return (const th_part *)(const void *)((const char *)all->part + th_part_offset(m, hash));
}

TH_INLINE const th_part *th_part_of(const th_map *m, uint64_t hash) {
    return th_part_in(th_shards_of(m), m, hash);
}

/* NULL: never written to. */
TH_INLINE th_map *th_shard_at(const th_shards *all, uint32_t index) {
    return __atomic_load_n(&all->part[index].shard, __ATOMIC_ACQUIRE);
}

/*
 * The lock of a shard's writers, in its header: a line that they write to anyway. Only its holder changes
 * the flags meanwhile, with stores that keep this bit.
 */
TH_INLINE bool th_lock_shard(th_map *shard) {
    uint8_t flags = th_load_flags(shard);
    return (flags & TH_LOCKED) == 0 &&
           __atomic_compare_exchange_n(&shard->h.flags, &flags, (uint8_t)(flags | TH_LOCKED), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/*
 * What the writer does next, reading in another shard for instance, comes after its write for everybody: or
 * else two threads that each write one key and then read the other's could both miss the other's write, which
 * no order of these calls explains. A plain store would wait in the CPU's buffer while reads go on.
 */
TH_INLINE void th_unlock_shard(th_map *shard) {
    __atomic_fetch_and(&shard->h.flags, (uint8_t)~TH_LOCKED, __ATOMIC_SEQ_CST);
}

/* Readers take a word in one piece, so it has to lie at a multiple of its size. */
bool th_words_are_aligned(const th_type *type, const th_shape *shape);

/* Bytes of a th_shards. */
TH_INLINE size_t th_shards_bytes(uint32_t count) {
    return sizeof(th_shards) + count * sizeof(th_part);
}

/* What calls for maps of any kind go on with. */
th_status th_sharded_create(th_heap *heap, const th_type *type, const th_shape *shape,
                            const th_map_options *options, uint32_t seed, th_map **map, uint64_t *stamp);
void th_sharded_close(th_map *map);
th_status th_sharded_stats(th_map *map, uint64_t stamp, bool full, th_map_stats *stats);
int64_t th_sharded_size(const th_map *map);
th_status th_sharded_migrate(th_map *map, uint64_t stamp, const th_placement *placement);

#endif
