/*
 * The bytes of a map file. docs/file-format.md tells the same to whoever reads one in another way. All
 * numbers are little-endian; a file is the same on every architecture.
 *
 *   +--------+-----+---------+-----+---------+-----+---------+-------+---------+------+
 *   | header | gap | region  | gap | region  | ... | region  | gap   | tables         |
 *   +--------+-----+---------+-----+---------+-----+---------+-------+---------+------+
 *   0        4096  multiples of 4096, 64 KiB, 2 MiB                   parts, regions, checksums
 *
 *   A part is an ordinary map, or one shard. Its regions follow each other: its buckets as they are in
 * memory, main ones first, then the overflow buckets in use; then runs of segments of its bytes heap, each
 * run without a hole between its segments, the last one up to the last block in use.
 *
 *   Tables: a th_file_part for each part, a th_file_region for each region, then 8 bytes for each block: the
 *   XXH3-64 of TH_FILE_BLOCK bytes of a region, or of what is left at its end. Blocks are counted through all
 *   regions in their order.
 */
#ifndef TH_FILE_FORMAT_H
#define TH_FILE_FORMAT_H

#include "bytes_heap.h"
#include "layout.h"

#define TH_FILE_MAGIC "TOPHASH\x1a" /* the last byte ends what a terminal shows of it on some systems */
#define TH_FILE_FEATURES 0u         /* known ones */

/* Regions begin where large pages of the machines that map them do; a reader counts on TH_FILE_ALIGN only. */
#define TH_FILE_ALIGN 4096u
#define TH_FILE_ALIGN_64K ((uint64_t)64 << 10) /* from TH_FILE_LARGE bytes on: pages of arm64 */
#define TH_FILE_ALIGN_2M ((uint64_t)2 << 20)   /* from TH_FILE_HUGE bytes on: transparent huge pages */
#define TH_FILE_LARGE ((uint64_t)1 << 20)
#define TH_FILE_HUGE ((uint64_t)32 << 20)

/* Regions of a part: its buckets, and runs of segments, between any two of which one is missing. */
#define TH_FILE_PART_REGIONS (1u + (TH_SEGMENTS + 1u) / 2u)

typedef struct th_file_header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes; /* of this struct */
    uint64_t features;     /* bits that a reader has to know; none so far */
    uint64_t bytes;        /* of the file */
    uint64_t created;      /* seconds since 1970 */
    uint64_t entries;      /* of all parts */
    uint32_t seed;
    uint32_t shards; /* 0: of an ordinary map, whose one part follows */
    uint8_t key_kind;
    uint8_t value_kind;
    uint16_t key_size;
    uint16_t key_align;
    uint16_t value_size;
    uint16_t value_align;
    uint16_t zero;
    uint32_t bucket_size; /* follows from the type */
    uint64_t tables;      /* offset of the tables */
    uint64_t blocks;      /* checksums in them */
    uint32_t parts;
    uint32_t regions;
    uint64_t tables_sum; /* XXH3-64 of the tables */
    char key_name[TH_FILE_NAME];
    char value_name[TH_FILE_NAME];
    char tool[TH_FILE_NAME];
    uint8_t zeros[3792];
    uint64_t sum; /* XXH3-64 of all bytes before it */
} th_file_header;

_Static_assert(sizeof(th_file_header) == 4096, "a page");
_Static_assert(offsetof(th_file_header, version) == 8, "version");
_Static_assert(offsetof(th_file_header, features) == 16, "features");
_Static_assert(offsetof(th_file_header, bytes) == 24, "bytes");
_Static_assert(offsetof(th_file_header, entries) == 40, "entries");
_Static_assert(offsetof(th_file_header, seed) == 48, "seed");
_Static_assert(offsetof(th_file_header, shards) == 52, "shards");
_Static_assert(offsetof(th_file_header, key_kind) == 56, "type");
_Static_assert(offsetof(th_file_header, bucket_size) == 68, "bucket_size");
_Static_assert(offsetof(th_file_header, tables) == 72, "tables");
_Static_assert(offsetof(th_file_header, parts) == 88, "parts");
_Static_assert(offsetof(th_file_header, tables_sum) == 96, "tables_sum");
_Static_assert(offsetof(th_file_header, key_name) == 104, "names");
_Static_assert(offsetof(th_file_header, sum) == 4088, "the last 8 bytes");

typedef struct th_file_part {
    uint64_t entries;
    uint64_t used; /* main and overflow buckets in the file; 0: no region of buckets */
    uint64_t live; /* bytes of blocks in use of the bytes heap */
    uint32_t regions;
    uint8_t b; /* log2 of the number of main buckets */
    uint8_t zero[3];
} th_file_part;
_Static_assert(sizeof(th_file_part) == 32, "drawn in docs/file-format.md");

typedef struct th_file_region {
    uint64_t offset;
    uint64_t bytes;
    uint32_t kind;          /* TH_FILE_BUCKETS, TH_FILE_SEGMENTS */
    uint16_t first_segment; /* of a run */
    uint16_t segments;
} th_file_region;
_Static_assert(sizeof(th_file_region) == 24, "drawn in docs/file-format.md");

enum { TH_FILE_BUCKETS = 1, TH_FILE_SEGMENTS = 2 };

/* Blocks of a region. */
TH_INLINE uint64_t th_file_blocks(uint64_t bytes) {
    return bytes / TH_FILE_BLOCK + (bytes % TH_FILE_BLOCK != 0);
}

/* Bytes of all segments of a run. */
TH_INLINE uint64_t th_file_run_bytes(uint32_t first, uint32_t segments) {
    return th_segment_start(first + segments) - th_segment_start(first);
}

/* Where a region of so many bytes may begin. */
TH_INLINE uint64_t th_file_align(uint64_t bytes) {
    return bytes >= TH_FILE_HUGE    ? TH_FILE_ALIGN_2M
           : bytes >= TH_FILE_LARGE ? TH_FILE_ALIGN_64K
                                    : TH_FILE_ALIGN;
}

TH_INLINE uint64_t th_file_round_up(uint64_t offset, uint64_t align) {
    return (offset + align - 1) / align * align;
}

/* ---- errors --------------------------------------------------------------------------------------- */

/* Each fills an error, unless that is NULL, and returns TH_BAD_FILE. */
TH_INLINE th_status th_file_fail(th_file_error *error, uint32_t reason, uint64_t offset, uint64_t expected,
                                 uint64_t found) {
    if (error != NULL) {
        *error = (th_file_error){.reason = reason, .offset = offset, .expected = expected, .found = found};
    }
    return TH_BAD_FILE;
}

/* what: TH_FILE_OPEN ...; errno: what the system said. */
TH_INLINE th_status th_file_fail_os(th_file_error *error, uint32_t what, int os_error) {
    if (error != NULL) {
        *error = (th_file_error){.reason = TH_FILE_OS, .what = what, .os_error = os_error};
    }
    return TH_BAD_FILE;
}

#endif
