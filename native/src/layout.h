/*
 * The bytes of a map: header, array descriptor, bucket, slots. Everything else in the engine reads and
 * writes memory through the drawings of this file.
 *
 *   th_map, one cache line in the heap's header pages
 *   +--------+-----+-+---------+-------+---------+------------+-----------+-------+ +-------+----------+
 *   | count  |flags|B|noverflow| hash0 | buckets | oldbuckets | nevacuate | extra | | stamp | previous |
 *   +--------+-----+-+---------+-------+---------+------------+-----------+-------+ +-------+----------+
 *   0        8     9 10        12      16        24           32          40        48      56         64
 *
 *   An array is one block or region: a descriptor, 2^B main buckets, then overflow buckets. A link
 *   counts overflow buckets from 1 and always points forward, so that a chain cannot loop.
 *   +------------+----------+----------+-----+------------+------------+---
 *   | descriptor | bucket 0 | bucket 1 | ... | overflow 0 | overflow 1 | ...
 *   +------------+----------+----------+-----+------------+------------+---
 *   -64          0                           2^B
 *
 *   A bucket of 8-byte keys and 8-byte values, 144 bytes
 *   +-----------------+----------+---------+-------+-------+-------+-------+----
 *   | tophash[8]      | overflow | version | key 0 | val 0 | key 1 | val 1 | ...
 *   +-----------------+----------+---------+-------+-------+-------+-------+----
 *   0                 8          12        16      24      32      40
 */
#ifndef TH_LAYOUT_H
#define TH_LAYOUT_H

#include <tophash/tophash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Tophash stores little-endian words"
#endif
_Static_assert(sizeof(void *) == 8, "Tophash needs a 64-bit target");

#define TH_LIKELY(x) __builtin_expect(!!(x), 1)
#define TH_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define TH_INLINE static inline __attribute__((always_inline))
/* For code off the common path: kept out of line so that the common path stays small. */
#define TH_COLD __attribute__((noinline, cold))

#define TH_SLOTS 8u

/*
 * Load factor 13/2 = 6.5 entries a bucket, from Go's measurements (runtime/map.go): at 6.5 one lookup in
 * five meets an overflow bucket, and a bucket's bytes are used to four fifths.
 */
#define TH_LOAD_NUMERATOR 13u
#define TH_LOAD_DENOMINATOR 2u

/* Old buckets that each write evacuates while the map grows. Go moves two; the table is in docs/decisions.md.
 */
#define TH_EVACUATE_STEP 8u

/*
 * States of a slot that a tophash byte below TH_MIN_TOPHASH tells, as in Go. Go's marks of evacuated slots, 2
 * to 4, stay free: here th_header.nevacuate alone tells what is evacuated.
 */
enum {
    TH_EMPTY_REST = 0, /* empty, and so is everything after it in the chain */
    TH_EMPTY_ONE = 1,  /* empty */
    TH_MIN_TOPHASH = 5
};

/* Bits of th_header.flags, Go's values, and a shard's lock. Iterators need no flag here: see iterate.inc.h.
 */
enum { TH_WRITING = 4, TH_SAME_SIZE_GROW = 8, TH_LOCKED = 16 };

struct th_extra;

/*
 * A bucket array as one word, so that a racing reader never pairs one array's address with another's size:
 * the address of bucket 0 (a multiple of 64) plus 63 - B. 0: no array. Bucket of a hash: its high B bits,
 * (hash >> 1) >> (63 - B), which has no special case for B = 0.
 */
typedef uint64_t th_array_word;

typedef struct th_header {
    uint64_t count;
    uint8_t flags;
    uint8_t B;
    uint16_t noverflow; /* overflow buckets of the current array, divided by 2^(B-15) from B = 16 on, at most
                           65535 */
    uint32_t hash0;
    th_array_word buckets;
    th_array_word oldbuckets;
    uint64_t nevacuate; /* old buckets below this are evacuated and their pages may be gone */
    struct th_extra *extra;
} th_header;

_Static_assert(sizeof(th_header) == 48, "the header has the size of Go's hmap");
_Static_assert(offsetof(th_header, count) == 0, "count");
_Static_assert(offsetof(th_header, flags) == 8, "flags");
_Static_assert(offsetof(th_header, B) == 9, "B");
_Static_assert(offsetof(th_header, noverflow) == 10, "noverflow");
_Static_assert(offsetof(th_header, hash0) == 12, "hash0");
_Static_assert(offsetof(th_header, buckets) == 16, "buckets");
_Static_assert(offsetof(th_header, oldbuckets) == 24, "oldbuckets");
_Static_assert(offsetof(th_header, nevacuate) == 32, "nevacuate");
_Static_assert(offsetof(th_header, extra) == 40, "extra");

/*
 * stamp: generation << 8 | shape << 1 | busy. An ordinary (not quick) call holds the busy bit while it
 * works; closing a map raises the generation, so that every older stamp is outdated for ever.
 */
struct th_map {
    th_header h;
    uint64_t stamp;
    uint64_t previous; /* the value that the last write replaced, for th_previous */
};
_Static_assert(sizeof(struct th_map) == 64, "a map header is one cache line");
_Static_assert(offsetof(struct th_map, previous) == TH_PREVIOUS_OFFSET, "as the public header says");

#define TH_STAMP_BUSY 1u
#define TH_STAMP_SHAPE 0xfeu
#define TH_STAMP_GENERATION 0x100u

/* Right before bucket 0. A retired array reads as zeros: no capacity, so no link is followed. */
typedef struct th_array {
    uint64_t capacity; /* main and overflow buckets that fit; never changes */
    uint64_t used;     /* main and overflow buckets in use: the index of the next overflow bucket */
    uint64_t bytes;    /* size of the block or region, with this descriptor */
    uint64_t released; /* bytes from the region's start whose pages are back with the OS */
    uint64_t kept;     /* 1: its pages cannot be given back one by one */
    uint64_t spare[3];
} th_array;
_Static_assert(sizeof(th_array) == 64, "keeps bucket 0 aligned to a cache line");

#define TH_TOPHASH_OFFSET 0u
#define TH_OVERFLOW_OFFSET 8u
#define TH_VERSION_OFFSET 12u
#define TH_SLOTS_OFFSET 16u

TH_INLINE uint8_t *th_array_base(th_array_word word) {
    return __builtin_assume_aligned((uint8_t *)(uintptr_t)(word & ~(uint64_t)63), 64);
}

TH_INLINE uint32_t th_array_b(th_array_word word) {
    return 63u - (uint32_t)(word & 63u);
}

TH_INLINE uint64_t th_array_main(th_array_word word) {
    return (uint64_t)1 << th_array_b(word);
}

TH_INLINE th_array *th_array_of(th_array_word word) {
    return (th_array *)(void *)(th_array_base(word) - sizeof(th_array));
}

TH_INLINE uint64_t th_index(th_array_word word, uint64_t hash) {
    return (hash >> 1) >> (word & 63u);
}

/* The byte kept in the slot; its bits are the hash's lowest, the bucket's number its highest. */
TH_INLINE uint8_t th_tophash(uint64_t hash) {
    uint8_t top = (uint8_t)hash;
    return top < TH_MIN_TOPHASH ? (uint8_t)(top + TH_MIN_TOPHASH) : top;
}

TH_INLINE uint64_t th_load64(const void *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

TH_INLINE uint32_t th_load32(const void *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

TH_INLINE uint16_t th_load16(const void *p) {
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

TH_INLINE void th_store64(void *p, uint64_t v) {
    memcpy(p, &v, sizeof v);
}

TH_INLINE void th_store32(void *p, uint32_t v) {
    memcpy(p, &v, sizeof v);
}

/* The low `size` bytes of a word; at most 8. */
TH_INLINE uint64_t th_low_bytes(uint64_t word, uint32_t size) {
    return size >= 8 ? word : word & (((uint64_t)1 << (8 * size)) - 1);
}

/* size bytes as a word, zero-extended; at most 8. A constant size leaves one instruction. */
TH_INLINE uint64_t th_load_n(const void *p, uint32_t size) {
    uint64_t v = 0;
    switch (size) {
    case 0:
        return 0;
    case 1:
        return *(const uint8_t *)p;
    case 2:
        return th_load16(p);
    case 4:
        return th_load32(p);
    case 8:
        return th_load64(p);
    default:
        memcpy(&v, p, size);
        return v;
    }
}

/* Stores the low bytes of a word; size is that of a word, or 0. */
TH_INLINE void th_store_n(void *p, uint32_t size, uint64_t v) {
    switch (size) {
    case 0:
        break;
    case 1:
        *(uint8_t *)p = (uint8_t)v;
        break;
    case 2:
        memcpy(p, &(uint16_t){(uint16_t)v}, sizeof(uint16_t));
        break;
    case 4:
        th_store32(p, (uint32_t)v);
        break;
    default:
        th_store64(p, v);
        break;
    }
}

/* More than 8 entries, and more than 6.5 for each of the 2^b buckets. */
TH_INLINE bool th_over_load(uint64_t count, uint32_t b) {
    return count > TH_SLOTS && count > TH_LOAD_NUMERATOR * (((uint64_t)1 << b) / TH_LOAD_DENOMINATOR);
}

#endif
