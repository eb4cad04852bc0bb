/* Capacity: what a map will take, before there is one. */
#ifndef TOPHASH_CAPACITY_H
#define TOPHASH_CAPACITY_H

#include "type.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A map of so many entries that was only inserted into, once its growth has ended, or made for that many.
 * Bytes are counted as th_map_stats counts them. Which chains get an overflow bucket is up to the keys and
 * the seed, so overflow buckets in use are no part of this.
 */
typedef struct th_capacity_plan {
    uint64_t buckets;           /* main buckets, 2^b; 0 for no entries */
    uint64_t grow_at;           /* size at which the next insertion doubles the array */
    uint64_t bucket_size;       /* bytes of one bucket */
    uint64_t header_bytes;      /* header and bookkeeping, that of a bytes heap included */
    uint64_t bucket_bytes;      /* main buckets */
    uint64_t reserved_bytes;    /* in all, with the overflow buckets that the array begins with */
    uint64_t reserved_most;     /* the same with the most overflow buckets that it can get */
    uint64_t heap_bytes_dead;   /* bytes heap: ends of segments that no block fits into (estimate) */
    uint64_t old_buckets;       /* main buckets of the array that it grows out of; 0 for the first one */
    uint64_t old_reserved;      /* bytes that the old array holds until growth has ended */
    uint64_t old_reserved_most; /* the same with the most overflow buckets */
    uint64_t
        old_kept_bytes; /* both arrays' main buckets in use at the peak of that growth, beyond bucket_bytes */
    uint64_t settled_at; /* size with which, inserting one by one, that growth has ended at the latest */
    uint8_t b;           /* log2 of the number of buckets */
    uint8_t reserved[7];
} th_capacity_plan;

/*
 * Plans a map of `entries` entries whose keys and values have `heap_bytes` bytes in the bytes heap together,
 * the sum of th_capacity_block. For equal blocks of up to 1 KiB the segments of the bytes heap come out as
 * they will be, give or take one block each; larger ones can do with a smaller first segment than planned.
 * TH_INVALID: a type that is none; TH_LIMIT: more than a map can have. Quick.
 */
TH_API th_status th_capacity(const th_type *type, uint64_t entries, uint64_t heap_bytes,
                             th_capacity_plan *plan);

/* Bytes that a key or value of `length` bytes takes in the bytes heap: 0 if it fits into the slot. Quick. */
TH_API uint64_t th_capacity_block(uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
