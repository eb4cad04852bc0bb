/* A save that is under way: what save.c and write.c share. For one thread. */
#ifndef TH_FILE_SAVING_H
#define TH_FILE_SAVING_H

#include "file/format.h"
#include "shape.h"

#define TH_SAVE_SCRATCH 16384u /* bytes; the largest bucket has 9,232 */

/* A list that grows. */
typedef struct th_list {
    uint8_t *items;
    uint64_t bytes;
    uint64_t room;
} th_list;

struct th_save {
    int file;
    uint8_t failed; /* 1: nothing more can be done with it */
    uint8_t committed;
    uint64_t own_bytes;
    uint64_t offset; /* where the next byte goes */
    uint64_t fill;   /* bytes in buffer */
    uint32_t parts_wanted;
    th_shape shape;
    th_file_header header;
    th_list parts;
    th_list regions;
    th_list sums;
    char *path; /* the two names lie behind the buffer */
    char *name;
    uint8_t scratch[TH_SAVE_SCRATCH];
    uint8_t buffer[TH_FILE_BLOCK];
};

/* write.c */

/* Adds to a list; false: no memory. The list is the caller's, who frees it. */
bool th_list_append(th_list *to, const void *item, uint64_t bytes);
void th_list_free(th_list *list);

/*
 * Writes a part's regions and notes them in the lists: its buckets, unless it has no entries, and its bytes
 * heap (NULL: none), which must have nothing in it but blocks in use.
 */
th_status th_save_write_part(th_save *s, uint64_t entries, th_array_word array, const th_bytes_heap *bytes,
                             th_file_error *error);

#endif
