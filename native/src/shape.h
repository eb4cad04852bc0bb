/*
 * A shape is a map type worked out: where keys and values lie in a bucket. Engine code takes a shape; for
 * the common ones it is a compile-time constant, and the code becomes as tight as if written for it.
 */
#ifndef TH_SHAPE_H
#define TH_SHAPE_H

#include "layout.h"
#include "racing.h"

/* A word is fixed and has 1, 2, 4 or 8 bytes. */
enum { TH_KEY_WORD, TH_KEY_FIXED, TH_KEY_BYTES };

/* What the rule in shape.c goes by, besides what the public header and layout.h say. */
#define TH_BYTES_SLOT 16u  /* bytes of a slot for a key or value of bytes; drawn in bytes_heap.h */
#define TH_BYTES_ALIGN 8u  /* its alignment */
#define TH_BUCKET_ALIGN 8u /* the least alignment of a bucket */

typedef struct th_shape {
    uint8_t key_class;   /* TH_KEY_* */
    uint8_t value_bytes; /* 1: values are bytes */
    uint8_t value_word;  /* 1: values are words, or have no bytes */
    uint16_t key_size;   /* in the slot: 16 for bytes */
    uint16_t value_size; /* in the slot: 16 for bytes */
    uint32_t key_stride;
    uint32_t value_offset;
    uint32_t value_stride;
    uint32_t bucket_size;
} th_shape;

/*
 * A shape's number, bits 1..7 of a stamp: which functions work on a map. All but ANY (worked out at run time)
 * and EMPTY (of the map that is always empty) name a constant below. In functions.h each has a column.
 */
enum {
    TH_SHAPE_ANY = 1,
    TH_SHAPE_LONG = 2,  /* 8-byte keys, 8-byte values */
    TH_SHAPE_BYTES = 3, /* bytes keys, 8-byte values */
    TH_SHAPE_EMPTY = 4,
    TH_SHAPE_INT_INT = 5, /* 4-byte keys, 4-byte values; and so on */
    TH_SHAPE_INT_LONG = 6,
    TH_SHAPE_LONG_INT = 7,
    TH_SHAPE_LONG_VOID = 8, /* sets */
    TH_SHAPE_BYTES_VOID = 9,
    TH_SHAPES = 16 /* numbers that a table has; those not named are as ANY */
};

/* In a list, so that describe.c writes the same numbers into its record. */
#define TH_KNOWN_SHAPES(X)                                                                                   \
    X(long, TH_SHAPE_LONG, TH_KEY_WORD, 0, 1, 8, 8, 16, 24, 16, 144)                                         \
    X(bytes, TH_SHAPE_BYTES, TH_KEY_BYTES, 0, 1, 16, 8, 24, 32, 24, 208)                                     \
    X(int_int, TH_SHAPE_INT_INT, TH_KEY_WORD, 0, 1, 4, 4, 8, 20, 8, 80)                                      \
    X(int_long, TH_SHAPE_INT_LONG, TH_KEY_WORD, 0, 1, 4, 8, 4, 48, 8, 112)                                   \
    X(long_int, TH_SHAPE_LONG_INT, TH_KEY_WORD, 0, 1, 8, 4, 8, 80, 4, 112)                                   \
    X(long_void, TH_SHAPE_LONG_VOID, TH_KEY_WORD, 0, 1, 8, 0, 8, 24, 8, 80)                                  \
    X(bytes_void, TH_SHAPE_BYTES_VOID, TH_KEY_BYTES, 0, 1, 16, 0, 16, 32, 16, 144)

#define TH_SHAPE_CONSTANT(name, id, ...) static const th_shape th_shape_##name = {__VA_ARGS__};
TH_KNOWN_SHAPES(TH_SHAPE_CONSTANT)
#undef TH_SHAPE_CONSTANT

/* TH_INVALID for a type that the header's rules refuse. layout may be NULL. */
th_status th_shape_of(const th_type *type, th_shape *shape, th_layout *layout);

/* The number of the constant that a shape is equal to, TH_SHAPE_ANY for every other. */
uint32_t th_shape_id(const th_shape *shape);

TH_INLINE uint8_t *th_bucket_key(const th_shape *s, uint8_t *bucket, uint32_t slot) {
    return bucket + TH_SLOTS_OFFSET + (size_t)slot * s->key_stride;
}

TH_INLINE uint8_t *th_bucket_value(const th_shape *s, uint8_t *bucket, uint32_t slot) {
    return bucket + s->value_offset + (size_t)slot * s->value_stride;
}

/* A shape that is known to have words for keys and values, so that the compiler sees it too. */
TH_INLINE th_shape th_word_shape(const th_shape *s) {
    th_shape known = *s;
    known.key_class = TH_KEY_WORD;
    known.value_bytes = 0;
    known.value_word = 1;
    return known;
}

/* Whether eight keys precede eight values, instead of each value following its key. */
TH_INLINE bool th_is_grouped(const th_shape *s) {
    return s->value_offset > TH_SLOTS_OFFSET + s->key_stride;
}

TH_INLINE uint8_t *th_bucket_at(const th_shape *s, th_array_word word, uint64_t index) {
    return th_array_base(word) + index * s->bucket_size;
}

/* Whether a bucket has a link, wherever it leads. */
TH_INLINE bool th_has_next(const uint8_t *bucket) {
    return th_racing_load32(bucket + TH_OVERFLOW_OFFSET) != 0;
}

/*
 * The bucket after this one in its chain, or 0. A link counts overflow buckets from 1, so that 32 bits do for
 * arrays with more main buckets than that. One that does not point forward, or past the array, ends the
 * chain: it can only come from a torn read.
 */
TH_INLINE uint64_t th_next_bucket(th_array_word word, const uint8_t *bucket, uint64_t index) {
    uint64_t link = th_racing_load32(bucket + TH_OVERFLOW_OFFSET);
    if (TH_LIKELY(link == 0)) {
        return 0;
    }
    uint64_t next = th_array_main(word) + link - 1;
    return next > index && next < th_array_of(word)->capacity ? next : 0;
}

#endif
