/* Heaps: who owns the memory of maps, its limit, and when it is used again. */
#ifndef TOPHASH_HEAP_H
#define TOPHASH_HEAP_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct th_heap th_heap;

typedef struct th_heap_options {
    uint64_t byte_limit; /* most bytes of maps; 0: none. Reserved but untouched bytes count as well. */
    uint8_t deferred;    /* 0: freed memory is reused at once. 1: it waits for th_heap_reclaim. */
    uint8_t huge_pages;  /* 1: advise transparent huge pages for large regions */
    uint8_t reserved[6];
} th_heap_options;

typedef struct th_heap_stats {
    uint64_t maps;          /* open maps with a header of their own */
    uint64_t live_bytes;    /* bytes of headers, blocks and regions that open maps hold (reserved) */
    uint64_t retired_bytes; /* bytes that wait for th_heap_reclaim; their pages are back with the OS */
    uint64_t retired_items; /* how many headers, blocks and regions that is */
    uint64_t pool_bytes;    /* bytes mapped for headers and small blocks, in use or not */
    uint64_t byte_limit;    /* the limit in force; 0: none */
    uint64_t refusals;      /* how often the limit has refused an allocation */
    uint64_t refused_bytes; /* size of the allocation that was refused last */
    uint64_t refused_live;  /* live_bytes at that moment */
    uint64_t refused_here;  /* 1: the calling thread's last failed allocation was that one; else 0 */
} th_heap_stats;

/* Makes a heap; NULL options are all zero with huge pages. The caller owns it: th_heap_destroy. */
TH_API th_status th_heap_create(const th_heap_options *options, th_heap **heap);

/* Returns all its memory to the OS. TH_BUSY, and nothing done, while a map is open. */
TH_API th_status th_heap_destroy(th_heap *heap);

TH_API th_status th_heap_get_stats(th_heap *heap, th_heap_stats *stats);

/* Sets the byte limit anew; 0: none. What is held already stays, even if it is more. */
TH_API th_status th_heap_set_limit(th_heap *heap, uint64_t bytes);

/*
 * 1 when enough retired memory waits (about 16 MiB of small blocks, 1,024 regions or 1 TiB of address space)
 * that the caller should seal and reclaim; 0 otherwise. Always 0 in immediate mode.
 */
TH_API int32_t th_heap_wants_reclaim(th_heap *heap);

/* Ends the current batch of retired memory and tells its number, for th_heap_reclaim. */
TH_API th_status th_heap_seal(th_heap *heap, uint64_t *batch);

/*
 * Frees what was retired up to and including a sealed batch. The caller promises that every thread which
 * was inside a quick call when the batch was sealed has left it.
 */
TH_API th_status th_heap_reclaim(th_heap *heap, uint64_t batch);

#ifdef __cplusplus
}
#endif

#endif
