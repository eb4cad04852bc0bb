/*
 * The layout of maps as data: one constant in the library, th_description, that the compiler fills. Whoever
 * has the file of a library, of any architecture, can read there what the code in it works with, without
 * running it.
 *
 * The symbol th_description is in the dynamic symbol table, its bytes are in .rodata. They hold no pointers,
 * only numbers, all little-endian; the drawing is held by assertions in describe.c.
 *
 *   offset  bytes
 *   0       8      "THLAYOUT"
 *   8       4      version of this record, 1
 *   12      4      bytes of this record, with the fields and shapes
 *   16      16     architecture, padded with NUL: "x86_64", "aarch64"
 *   32      4      bytes of a pointer
 *   36      4      bytes of the header, th_header
 *   40      4      its alignment
 *   44      4      bytes of the header with what follows it in its cache line, th_map
 *   48      4      bytes of an array's descriptor, which ends where bucket 0 begins
 *   52      4      slots in a bucket
 *   56      4      offset of the first slot in a bucket
 *   60      4      bytes of a slot for bytes (TH_KIND_BYTES)
 *   64      4      its alignment
 *   68      4      longest key or value of bytes that lies in its slot
 *   72      4      least alignment of a bucket
 *   76      4      most bytes of a fixed key
 *   80      4      most bytes of a fixed value
 *   84      4      greatest alignment of either
 *   88      4      load factor: entries ...
 *   92      4      ... for so many buckets
 *   96      4      offset of the first field
 *   100     4      fields
 *   104     4      offset of the first shape
 *   108     4      shapes
 *   112     24 each: fields
 *
 *   A field                                       A shape, one of the constants of shape.h
 *   0   16  name, padded with NUL                 0   4  TH_SHAPE_*
 *   16  2   offset in what it is a field of       4   4  1: keys are bytes, 0: they are fixed
 *   18  2   bytes                                 8   4  bytes of a key in its slot
 *   20  2   alignment                             12  4  bytes of a value
 *   22  2   what it is a field of: TH_FIELD_*     16  4  from one key to the next
 *                                                 20  4  offset of the first value in a bucket
 *                                                 24  4  from one value to the next
 *                                                 28  4  bytes of a bucket
 */
#ifndef TH_DESCRIBE_H
#define TH_DESCRIBE_H

#include "tophash/tophash.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TH_DESCRIPTION_VERSION 1u
#define TH_DESCRIBED_FIELDS 14u
#define TH_DESCRIBED_SHAPES 7u

/* What a field belongs to; offsets count from the start of the map, or of the bucket. */
enum {
    TH_FIELD_HEADER = 1, /* th_header */
    TH_FIELD_MAP = 2,    /* th_map, behind the header */
    TH_FIELD_BUCKET = 3  /* a bucket, before its slots */
};

typedef struct th_described_field {
    char name[16];
    uint16_t offset;
    uint16_t size;
    uint16_t align;
    uint16_t part;
} th_described_field;

typedef struct th_described_shape {
    uint32_t id;
    uint32_t key_bytes;
    uint32_t key_size;
    uint32_t value_size;
    uint32_t key_stride;
    uint32_t value_offset;
    uint32_t value_stride;
    uint32_t bucket_size;
} th_described_shape;

typedef struct th_description_record {
    char magic[8];
    uint32_t version;
    uint32_t bytes;
    char architecture[16];
    uint32_t pointer_size;
    uint32_t header_size;
    uint32_t header_align;
    uint32_t map_size;
    uint32_t array_size;
    uint32_t slots;
    uint32_t slots_offset;
    uint32_t bytes_slot;
    uint32_t bytes_align;
    uint32_t inline_bytes;
    uint32_t bucket_align;
    uint32_t max_fixed_key;
    uint32_t max_fixed_value;
    uint32_t max_align;
    uint32_t load_numerator;
    uint32_t load_denominator;
    uint32_t fields_offset;
    uint32_t field_count;
    uint32_t shapes_offset;
    uint32_t shape_count;
    th_described_field fields[TH_DESCRIBED_FIELDS];
    th_described_shape shapes[TH_DESCRIBED_SHAPES];
} th_description_record;

/* For readers of the file, not for callers: the public header does not have it. */
extern TH_API const th_description_record th_description;

#ifdef __cplusplus
}
#endif

#endif
