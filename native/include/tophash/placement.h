/* Placement: on which NUMA nodes the memory of maps lies, and in which pages. */
#ifndef TOPHASH_PLACEMENT_H
#define TOPHASH_PLACEMENT_H

#include "heap.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TH_PLACE_HEAP = 0, /* as th_heap_set_placement says; there, and without it, first touch */
    TH_PLACE_FIRST_TOUCH =
        1, /* as the policy of the thread that touches a page first says: nearly always its node */
    TH_PLACE_LOCAL = 2,  /* the node of the thread that touches a page first, whatever that policy says */
    TH_PLACE_BIND = 3,   /* `nodes` and no others (small blocks: others too); full, the kernel may end us */
    TH_PLACE_PREFER = 4, /* the lowest of `nodes`; others when it is full */
    TH_PLACE_INTERLEAVE = 5, /* page by page over `nodes`; small blocks in turn */
    TH_PLACE_SPREAD = 6      /* each map on one of `nodes`, in turn; others when it is full */
};

enum {
    TH_PAGES_HEAP = 0,  /* as the heap says: transparent huge pages, unless its options are without them */
    TH_PAGES_HUGE = 1,  /* advise transparent huge pages: fewer TLB misses */
    TH_PAGES_SMALL = 2, /* advise against: sparse growth touches less memory */
    /* Explicit huge pages of 2 MiB from the system's pool, as many whole ones as a region will use in any
       case; they are touched when it is made and go back when it is freed. Without them as TH_PAGES_HUGE. */
    TH_PAGES_2M = 3,
    TH_PAGES_1G = 4 /* of 1 GiB; as TH_PAGES_2M for regions that use less, and, if not strict, without them */
};

#define TH_MAX_NODES 1024u     /* node numbers are below this, as in Linux */
#define TH_MAX_PLACEMENTS 255u /* different ones in use in a heap at a time */

/* Where the memory of a map lies, from its first array to its last. All zero: as the heap says. */
typedef struct th_placement {
    uint64_t nodes[TH_MAX_NODES / 64]; /* bit n % 64 of word n / 64: node n. None set: all that have memory */
    uint8_t mode;                      /* TH_PLACE_* */
    uint8_t pages;                     /* TH_PAGES_*, of regions: what is larger than 32 KiB */
    uint8_t strict;                    /* 1: refusals are failures; 0: go on without, th_map_stats tells */
    uint8_t reserved[5];
} th_placement;

/*
 * What maps get from now on whose own placement says TH_PLACE_HEAP or TH_PAGES_HEAP; NULL: first touch and
 * the heap's options. TH_INVALID: a mode, pages or nodes that there cannot be; TH_LIMIT: see th_map_create;
 * TH_REFUSED: strict, and the kernel does not take it.
 */
TH_API th_status th_heap_set_placement(th_heap *heap, const th_placement *placement);

#ifdef __cplusplus
}
#endif

#endif
