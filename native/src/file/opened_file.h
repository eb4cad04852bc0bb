/* A file that is being read: what open.c, check.c, verify.c and unique.c share. */
#ifndef TH_FILE_OPENED_FILE_H
#define TH_FILE_OPENED_FILE_H

#include "file/format.h"
#include "map.h"
#include "opened.h"

/* A file whose header is checked. Its tables are too once `part` is set. */
typedef struct th_file_reader {
    int file;
    th_shape shape;
    th_type type;
    th_file_header header;
    const th_file_part *part;
    const th_file_region *region;
    const uint64_t *sums;
} th_file_reader;

/* check.c */

/* Opens a file and checks its header. The caller closes it with th_file_reader_end, whatever the answer. */
th_status th_file_reader_begin(th_file_reader *r, const char *path, th_file_error *error);
void th_file_reader_end(th_file_reader *r);

/* Bytes of the tables, as the checked header tells. */
TH_INLINE uint64_t th_file_table_bytes(const th_file_header *h) {
    return h->parts * sizeof(th_file_part) + h->regions * sizeof(th_file_region) +
           h->blocks * sizeof(uint64_t);
}

/* Reads the tables to memory of the caller, and checks them. */
th_status th_file_read_tables(th_file_reader *r, void *tables, th_file_error *error);

void th_file_tell(const th_file_reader *r, th_file_info *info);

/* open.c: as th_map_open, in a heap of either mode. */
th_status th_file_open_map(th_heap *heap, const char *path, const th_type *type, th_map **map,
                           uint64_t *stamp, th_file_info *info, th_file_error *error);

/* What (map, stamp) was opened from, and the number of its part: UINT32_MAX for a sharded map. Or NULL. */
const th_opened *th_file_of(const th_map *map, uint64_t stamp, uint32_t *part);

/* verify.c */

/* Compares the blocks of a part with their checksums. */
th_status th_file_check_blocks(const th_opened *file, uint32_t part, th_file_error *error);

/* unique.c */

/* Where an entry lies: the number of its bucket, below 2^41, its slot and its tophash. */
TH_INLINE uint64_t th_file_entry(uint64_t bucket, uint32_t slot, uint8_t tophash) {
    return bucket << 11 | slot << 8 | tophash;
}

TH_INLINE uint64_t th_file_entry_bucket(uint64_t entry) {
    return entry >> 11;
}

TH_INLINE uint32_t th_file_entry_slot(uint64_t entry) {
    return (uint32_t)(entry >> 8) & (TH_SLOTS - 1);
}

TH_INLINE uint8_t th_file_entry_tophash(uint64_t entry) {
    return (uint8_t)entry;
}

/*
 * Whether two of a chain's entries, which are put into another order, have the same key; then *bucket is the
 * later one's. Their keys have to be good.
 */
bool th_file_find_twice(const th_shape *s, th_array_word array, const th_bytes_heap *heap, uint64_t *entry,
                        uint64_t count, uint64_t *bucket);

#endif
