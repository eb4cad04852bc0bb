/* What a map is like inside. */
#ifndef TOPHASH_STATS_H
#define TOPHASH_STATS_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TH_STATS_DEPTH = 8,   /* classes of buckets in a chain or looked at: 1, 2, ... 7, and 8 or more */
    TH_STATS_PARTS = 256, /* equal parts of the bucket array */
    TH_STATS_NODES = 16   /* NUMA nodes told apart: 0, 1, ... 14, and all others */
};

enum {
    TH_REFUSED_NODES = 1, /* memory lies where the kernel's default policy put it */
    TH_REFUSED_PAGES =
        2,              /* regions have transparent huge pages or small ones instead of explicit huge ones */
    TH_REFUSED_MOVE = 4 /* pages that th_map_migrate should have moved stayed where they were */
};

typedef struct th_map_stats {
    uint64_t size;             /* entries */
    uint64_t buckets;          /* 2^B, or 0 before the first write */
    uint64_t overflow_buckets; /* in use, of the current array */
    uint64_t old_buckets;      /* of the array being evacuated, or 0 */
    uint64_t evacuated;        /* old buckets that are done */
    uint64_t grow_at;          /* size at which the next insertion doubles the array */
    uint64_t header_bytes;     /* header and bookkeeping */
    uint64_t bucket_bytes;     /* both arrays' buckets, without overflow */
    uint64_t overflow_bytes;   /* overflow buckets in use */
    uint64_t heap_bytes_live;  /* bytes heap: blocks in use */
    uint64_t heap_bytes_dead;  /* bytes heap: blocks free for reuse */
    uint64_t reserved_bytes;   /* address space and blocks held in all */
    uint64_t pool_bytes;       /* of those, in blocks that share their pages with other maps */
    uint64_t clears;           /* how often the map was cleared, and drew a new seed */
    /* From here on 0 unless asked for. Buckets that growth has still to fill are left out. */
    uint64_t longest_chain;              /* buckets in the longest chain */
    uint64_t occupancy[9];               /* main and overflow buckets with 0..8 entries */
    uint64_t chains[TH_STATS_DEPTH];     /* chains of 1, 2, ... buckets */
    uint64_t hit_probes[TH_STATS_DEPTH]; /* entries found in the 1st, 2nd, ... bucket looked at */
    uint64_t
        miss_probes[TH_STATS_DEPTH];  /* chains in which an absent key costs a look at 1, 2, ... buckets */
    uint64_t density[TH_STATS_PARTS]; /* entries in each part of the array; a smaller array has fewer parts */
    uint64_t resident_bytes;          /* of reserved_bytes, what memory stands behind; blocks count whole */
    uint64_t huge_bytes; /* of those, at most how much lies in transparent huge pages (the kernel counts them
                            by mapping, and a mapping can hold more than one map) */
    uint64_t
        node_bytes[TH_STATS_NODES]; /* bytes of regions on each NUMA node, from a sample; all 0: unknown */
    uint32_t seed_changes;          /* seeds drawn against an attack since the last clear */
    uint8_t b;                      /* log2 of the number of buckets */
    uint8_t growing;                /* 1: an old array is being evacuated */
    uint8_t same_size;              /* 1: that growth keeps the number of buckets */
    uint8_t place;                  /* TH_PLACE_* in force */
    uint8_t pages;                  /* TH_PAGES_* in force */
    uint8_t refused;                /* TH_REFUSED_*: what the kernel did not do for this map's placement */
    uint8_t reserved[6];
    int32_t refused_errno; /* its reason the last time, such as EPERM; 0: none */
} th_map_stats;

/*
 * With full = 1 every bucket is read (not quick, and a writer who calls meanwhile is told TH_CONCURRENT);
 * with full = 0 only counters are (quick; beside a writer, for which the heap must be deferred, they may not
 * belong together).
 */
TH_API th_status th_map_get_stats(th_map *map, uint64_t stamp, uint8_t full, th_map_stats *stats);

/* Copies the 48-byte header, for inspection: see native/README.md for its fields. Of a sharded map only the
 * seed (4 bytes at offset 12), under which th_shard_of hashes, says something to others. */
TH_API th_status th_map_header(th_map *map, uint64_t stamp, uint8_t header[48]);

#ifdef __cplusplus
}
#endif

#endif
