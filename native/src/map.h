/* A map beyond its header: what does not fit into Go's 48 bytes, and the rules of calling in. */
#ifndef TH_MAP_H
#define TH_MAP_H

#include "bytes_heap.h"
#include "layout.h"
#include "memory/heap.h"
#include "shape.h"

struct th_shards;
struct th_opened;

/* One block of the heap for each map. Fields that only ordinary calls write are marked (o). */
typedef struct th_extra {
    th_shape shape;           /* (o) */
    th_type type;             /* (o) */
    uint8_t wants_seed;       /* a chain has passed TH_CHAIN_LIMIT */
    uint8_t giant;            /* (o) of a map that was migrated: a region may lie in pages of 1 GiB */
    uint32_t seed_changes;    /* (o) seeds drawn against an attack since the last clear */
    th_heap *memory;          /* (o) */
    th_bytes_heap *bytes;     /* (o) bytes heap of the current array; NULL before the first long key */
    th_bytes_heap *old_bytes; /* (o) of the old array: the same, unless this growth compacts */
    uint64_t grow_at;         /* inserting into a map of at least this size takes th_make_room first */
    uint64_t epoch;           /* (o) how often the map was cleared */
    struct th_shards *whole;  /* (o) what it is a shard of, which has readers beside its writer; or NULL */
    struct th_opened *file;   /* what it was opened from, for reading only; or NULL. Never changes */
    uint16_t index;           /* (o) of the shard */
    th_policy policy;         /* (o) where its memory lies */
    uint8_t first_b;          /* (o) B of the array that the first write makes */
} th_extra;

/*
 * Overflow buckets in one chain that show an attack. At 6.5 random entries a bucket the chance of a chain
 * with more than 72 is below 1e-45 (Poisson), so no ordinary load ever gets there.
 */
#define TH_CHAIN_LIMIT 8u

/* Pages of the old array go back to the OS in pieces of this many bytes. */
#define TH_RELEASE_BYTES ((uint64_t)4 << 20)

TH_INLINE uint64_t th_load_stamp(const th_map *m) {
    return __atomic_load_n(&m->stamp, __ATOMIC_ACQUIRE);
}

/*
 * Racing calls can see these words change under their feet; atomic access makes each one whole. It costs
 * nothing: both architectures read and write aligned words at once.
 */
TH_INLINE th_array_word th_load_word(const th_array_word *word) {
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

TH_INLINE void th_store_word(th_array_word *word, th_array_word value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    TH_HESITATE();
}

/*
 * The current array of a shard while what goes with it changes: the bytes heaps, the seed. Readers wait for
 * it to end, by the store of an array, which is a few stores away. To others, who may race with a shard's
 * writer against the rules only, it is no array.
 */
#define TH_ARRAY_MOVING ((th_array_word)1)

TH_INLINE bool th_is_array(th_array_word word) {
    return word > TH_ARRAY_MOVING;
}

TH_INLINE uint8_t th_load_flags(const th_map *m) {
    return __atomic_load_n(&m->h.flags, __ATOMIC_RELAXED);
}

TH_INLINE void th_store_flags(th_map *m, uint8_t flags) {
    __atomic_store_n(&m->h.flags, flags, __ATOMIC_RELAXED);
}

/* Why a writer may not go on with (map, stamp): TH_CLOSED, TH_READ_ONLY or TH_CONCURRENT. */
TH_COLD th_status th_refusal(const th_map *m, uint64_t stamp);

/* The same for a reader: TH_CLOSED, or TH_ABSENT for the empty map, which has nothing to look at. */
TH_COLD th_status th_refused_read(const th_map *m, uint64_t stamp);

/*
 * The checks below are what protection against misuse costs a quick call. native/bench compiles the engine a
 * second time without them (TH_UNPROTECTED), to show how much that is; nothing else may.
 */
#if defined(TH_UNPROTECTED)
#define TH_PROTECTED 0
#else
#define TH_PROTECTED 1
#endif

/* Whether a reader may go on. The busy bit does not stop readers. */
TH_INLINE bool th_may_read(const th_map *m, uint64_t stamp) {
    return !TH_PROTECTED || TH_LIKELY((th_load_stamp(m) ^ stamp) <= TH_STAMP_BUSY);
}

/* Whether a quick writer may go on: an open map in which nobody else is writing. */
TH_INLINE bool th_may_write(const th_map *m, uint64_t stamp) {
    return !TH_PROTECTED || TH_LIKELY(th_load_stamp(m) == stamp && (th_load_flags(m) & TH_WRITING) == 0);
}

/* The bytes heaps, read whole: closing a map under a racing call sets them to NULL. */
TH_INLINE th_bytes_heap *th_load_bytes(th_bytes_heap *const *heap) {
    return __atomic_load_n(heap, __ATOMIC_ACQUIRE);
}

TH_INLINE void th_store_bytes(th_bytes_heap **heap, th_bytes_heap *value) {
    __atomic_store_n(heap, value, __ATOMIC_RELEASE);
    TH_HESITATE();
}

TH_INLINE void th_store_seed(th_map *m, uint32_t seed) {
    __atomic_store_n(&m->h.hash0, seed, __ATOMIC_RELEASE);
    TH_HESITATE();
}

/* What readers of a shard look at first, its array at rest: not while that is about to change (th_hide), and
 * again afterwards (th_show). Of other maps, nothing. See sharded.h. */
void th_hide(const th_map *m);
void th_show(const th_map *m);

/* Before a change of several words that readers of a shard must not see half of; ended by th_store_word and
 * th_show. Release stores follow, so that who sees one of these sees that the array is moving, or has moved.
 */
TH_INLINE void th_begin_move(th_map *m) {
    if (m->h.extra->whole != NULL) {
        th_hide(m);
        th_store_word(&m->h.buckets, TH_ARRAY_MOVING);
    }
}

/* Bytes that a compacting growth still has to copy into the current bytes heap: not to be given away. */
TH_INLINE uint64_t th_bytes_to_move(const th_extra *x) {
    const th_bytes_heap *old = th_load_bytes(&x->old_bytes);
    return old == NULL || old == th_load_bytes(&x->bytes) ? 0 : th_bytes_in_use(old);
}

/* Best-effort marks of a quick writer, as in Go: a second writer that sees them gives up. */
TH_INLINE void th_begin_write(th_map *m) {
    if (TH_PROTECTED) {
        th_store_flags(m, th_load_flags(m) | TH_WRITING);
    }
}

TH_INLINE void th_end_write(th_map *m) {
    if (TH_PROTECTED) {
        th_store_flags(m, th_load_flags(m) & (uint8_t)~TH_WRITING);
    }
}

/*
 * The front of evacuation. A racing writer may have left a front here that belongs to another growth, so it
 * is read once at each place, and compared with that place's own array.
 */
TH_INLINE uint64_t th_load_nevacuate(const th_map *m) {
    return __atomic_load_n(&m->h.nevacuate, __ATOMIC_RELAXED);
}

TH_INLINE void th_store_nevacuate(th_map *m, uint64_t front) {
    __atomic_store_n(&m->h.nevacuate, front, __ATOMIC_RELEASE);
}

/* Whether the entries of an old bucket have moved to the new array. */
TH_INLINE bool th_is_evacuated(const th_map *m, uint64_t index) {
    return index < th_load_nevacuate(m);
}

/* Sets or clears TH_SAME_SIZE_GROW without bringing back a writing mark that a quick writer clears meanwhile.
 */
TH_INLINE void th_mark_same_size(th_map *m, bool same_size) {
    if (same_size) {
        (void)__atomic_fetch_or(&m->h.flags, TH_SAME_SIZE_GROW, __ATOMIC_RELAXED);
    } else {
        (void)__atomic_fetch_and(&m->h.flags, (uint8_t)~TH_SAME_SIZE_GROW, __ATOMIC_RELAXED);
    }
}

/* Overflow buckets in use, on the scale of th_header.noverflow. */
TH_INLINE uint16_t th_noverflow(uint64_t overflow, uint32_t b) {
    uint64_t scaled = b > 15 ? overflow >> (b - 15) : overflow;
    return (uint16_t)(scaled > 65535 ? 65535 : scaled);
}

/* ---- arrays: array.c ----------------------------------------------------------------------------- */

/* The smallest B whose array takes this many entries; above TH_MAX_B when there is none. */
uint32_t th_b_for(uint64_t entries);

/* Size from which the next insertion grows an array of 2^b buckets. */
uint64_t th_grow_at(uint32_t b);

/* Bytes of an array with this many buckets, main and overflow ones, descriptor included. */
size_t th_array_bytes(const th_shape *s, uint64_t buckets);

/* An empty array with room for 2^b + overflow buckets; 0 when there is no memory. */
th_array_word th_array_new(const th_extra *x, uint32_t b, uint64_t overflow);
void th_array_retire(th_heap *memory, th_array_word word);

/* Overflow buckets that an array of 2^b gets at first, and the most it can come to need. */
uint64_t th_overflow_first(const th_shape *s, uint32_t b);
uint64_t th_overflow_most(uint32_t b);

/*
 * Replaces a map's array by one with room for more overflow buckets, and whether there can be such a one.
 * Links are indexes and stay good. TH_NO_MEMORY: unchanged.
 */
th_status th_array_extend(const th_map *m, th_array_word *which);

/* Replaces it by one like it, which lies where the map's policy says now. TH_NO_MEMORY: unchanged. */
th_status th_array_copy(const th_map *m, th_array_word *which);
bool th_array_can_extend(th_array_word array);

/* A copy as it lies, where the policy says; 0 when there is no memory. */
th_array_word th_array_clone(const th_extra *x, th_array_word array);

/* ---- ordinary calls: map.c, grow.c, rebuild.c ---------------------------------------------------- */

/* Takes the busy bit: TH_OK, TH_CLOSED, or TH_CONCURRENT when another ordinary call has it or, with
 * wait = false, a quick writer is inside; for a map opened from a file that is TH_READ_ONLY. With wait = true
 * it waits for another ordinary call. */
th_status th_enter(th_map *m, uint64_t stamp, bool wait);
void th_leave(th_map *m, uint64_t stamp);

/* The same for a sharded map itself, which th_enter refuses: waits for another call that has the busy bit. */
th_status th_enter_sharded(th_map *m, uint64_t stamp);

/* Closes a shard, which th_map_close refuses. Waits for another ordinary call. */
void th_close_shard(th_map *shard);

/* Retires arrays and bytes heaps; the header then says "never written". */
void th_drop_arrays(th_map *m);

/* Replaces B, seed and arrays by new ones at once, compacting the bytes heap. Unchanged on failure. */
th_status th_rebuild(th_map *m, uint32_t b, uint32_t seed);

/*
 * Copies every entry into a new array of 2^b main buckets and, if the map has bytes heaps, a new one (else
 * NULL), under this seed. The map stays as it is. The caller retires them.
 */
th_status th_copy_entries(th_map *m, uint32_t b, uint32_t seed, th_array_word *array, th_bytes_heap **bytes);

/*
 * Copies everything as fast as memory can be copied: array and bytes heap as they lie, with what removals
 * have left in them. A map that grows has its entries copied. The map stays as it is. The caller retires
 * them.
 */
th_status th_clone_entries(th_map *m, th_array_word *array, th_bytes_heap **bytes);

/* Draws a new seed against an attack, if there is memory for it, and rebuilds. */
void th_reseed(th_map *m);

/* Evacuates all that is left and retires the old array. TH_NO_MEMORY: some of it may be done. */
th_status th_finish_growth(th_map *m);

#endif
