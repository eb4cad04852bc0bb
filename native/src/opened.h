/*
 * A file that a map, or all shards of a sharded one, were opened from. file/open.c makes it; the rest of the
 * engine only has to know how to end it and what it takes.
 *
 *   The address range of an opened map; every part has a page or more of our own before its buckets, and what
 *   its last segment lacks behind its bytes.
 *   +---------------+----------------+----------------+-------------+---------------+----
 *   | ... descriptor| buckets of the | bytes heap of  | zeros up to | ... descriptor| ...
 *   |     ours      | file           | the file       | a segment   |     ours      |
 *   +---------------+----------------+----------------+-------------+---------------+----
 */
#ifndef TH_OPENED_H
#define TH_OPENED_H

#include "map.h"

struct th_os_watch;

typedef struct th_opened_region {
    const uint8_t *address;
    uint64_t bytes;
    uint64_t offset; /* in the file */
    uint64_t sum;    /* number of its first block's checksum */
} th_opened_region;

typedef struct th_opened_part {
    uint64_t live; /* bytes of blocks in use that its bytes heap should have */
    uint32_t first_region;
    uint32_t regions;
    uint32_t has_array; /* 1: its first region has buckets */
    uint32_t spare;
} th_opened_part;

/* One piece of the heap, with its arrays behind it. */
typedef struct th_opened {
    uint64_t bytes; /* of that piece */
    uint8_t *range; /* NULL: nothing of the file is mapped */
    uint64_t range_bytes;
    struct th_os_watch *watch;
    uint32_t parts;
    uint32_t regions;
    th_opened_part *part;
    th_opened_region *region;
    const uint64_t *sums;
} th_opened;

/* Whether (map, stamp), which is of a map or sharded map that was open a moment ago, was opened from a file.
 */
bool th_is_opened(const th_map *m, uint64_t stamp);

/* Lets go of the file; readers that are late see zeros. */
void th_opened_close(th_heap *memory, th_opened *file);

/* Adds what it takes: bookkeeping and mapped bytes. */
void th_opened_add(const th_opened *file, bool full, th_map_stats *stats);

#endif
