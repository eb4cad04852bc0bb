/* What a map holds, and how that lies in a bucket. */
#ifndef TOPHASH_TYPE_H
#define TOPHASH_TYPE_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TH_KIND_FIXED = 0, /* size bytes, stored in the slot */
    TH_KIND_BYTES = 1  /* any length; up to 12 bytes in the slot, longer ones in the map's bytes heap */
};

/*
 * What a map holds. Fixed keys: 1 .. TH_MAX_FIXED_KEY bytes, fixed values: 0 .. TH_MAX_FIXED_VALUE bytes,
 * align a power of two up to TH_MAX_ALIGN that divides the size. For bytes, size and align are 0.
 */
typedef struct th_type {
    uint8_t key_kind;
    uint8_t value_kind;
    uint16_t key_size;
    uint16_t key_align;
    uint16_t value_size;
    uint16_t value_align;
} th_type;

/* Bytes and offsets of a bucket for a type, all in bytes; also the answer to "is this type valid". */
typedef struct th_layout {
    uint32_t header_size; /* 48, as in Go */
    uint32_t bucket_size; /* tophash, links and eight slots, padded to its alignment */
    uint32_t bucket_align;
    uint32_t slots_offset; /* of the first key, after tophash and links */
    uint32_t key_stride;   /* from one key to the next */
    uint32_t value_offset; /* of the first value */
    uint32_t value_stride;
    uint32_t padding;    /* bytes of a bucket that hold nothing */
    uint8_t interleaved; /* 1: key,value,key,value...; 0: eight keys, then eight values */
    uint8_t reserved[3];
} th_layout;

/* TH_INVALID for a type that breaks the rules above. */
TH_API th_status th_type_layout(const th_type *type, th_layout *layout);

#ifdef __cplusplus
}
#endif

#endif
