#include "describe.h"

#include "bytes_heap.h"
#include "shape.h"

/* The record is read at offsets that describe.h draws, so its struct has no padding. */
_Static_assert(offsetof(th_description_record, pointer_size) == 32, "after the architecture");
_Static_assert(offsetof(th_description_record, slots) == 52, "slots");
_Static_assert(offsetof(th_description_record, max_fixed_key) == 76, "limits");
_Static_assert(offsetof(th_description_record, fields_offset) == 96, "tables");
_Static_assert(offsetof(th_description_record, fields) == 112, "fields");
_Static_assert(sizeof(th_described_field) == 24 && sizeof(th_described_shape) == 32, "entries");
_Static_assert(sizeof(th_description_record) == 112 + 24 * TH_DESCRIBED_FIELDS + 32 * TH_DESCRIBED_SHAPES,
               "nothing between or behind them");

#if defined(__x86_64__)
#define ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE "aarch64"
#else
#error "name this architecture here"
#endif

/* A field of a struct: name, offset, size, alignment, all from the compiler. */
#define FIELD(type, field, what)                                                                             \
    {                                                                                                        \
        .name = #field, .offset = offsetof(type, field), .size = sizeof(((type *)0)->field),                 \
        .align = _Alignof(__typeof__(((type *)0)->field)), .part = (what)                                    \
    }

/* A bucket is no struct, since its size depends on the map's type: its fixed parts, by their constants. */
#define IN_BUCKET(field, at, bytes, type)                                                                    \
    { .name = #field, .offset = (at), .size = (bytes), .align = _Alignof(type), .part = TH_FIELD_BUCKET }

#define SHAPE(name, number, class, value_bytes, value_word, key, value, key_step, value_at, value_step, all) \
    {.id = (number),                                                                                         \
     .key_bytes = (class) == TH_KEY_BYTES,                                                                   \
     .key_size = (key),                                                                                      \
     .value_size = (value),                                                                                  \
     .key_stride = (key_step),                                                                               \
     .value_offset = (value_at),                                                                             \
     .value_stride = (value_step),                                                                           \
     .bucket_size = (all)},

const th_description_record th_description = {
    .magic = {'T', 'H', 'L', 'A', 'Y', 'O', 'U', 'T'},
    .version = TH_DESCRIPTION_VERSION,
    .bytes = sizeof(th_description_record),
    .architecture = ARCHITECTURE,
    .pointer_size = sizeof(void *),
    .header_size = sizeof(th_header),
    .header_align = _Alignof(th_header),
    .map_size = sizeof(struct th_map),
    .array_size = sizeof(th_array),
    .slots = TH_SLOTS,
    .slots_offset = TH_SLOTS_OFFSET,
    .bytes_slot = TH_BYTES_SLOT,
    .bytes_align = TH_BYTES_ALIGN,
    .inline_bytes = TH_INLINE_BYTES,
    .bucket_align = TH_BUCKET_ALIGN,
    .max_fixed_key = TH_MAX_FIXED_KEY,
    .max_fixed_value = TH_MAX_FIXED_VALUE,
    .max_align = TH_MAX_ALIGN,
    .load_numerator = TH_LOAD_NUMERATOR,
    .load_denominator = TH_LOAD_DENOMINATOR,
    .fields_offset = offsetof(th_description_record, fields),
    .field_count = TH_DESCRIBED_FIELDS,
    .shapes_offset = offsetof(th_description_record, shapes),
    .shape_count = TH_DESCRIBED_SHAPES,
    .fields =
        {
            FIELD(th_header, count, TH_FIELD_HEADER),
            FIELD(th_header, flags, TH_FIELD_HEADER),
            FIELD(th_header, B, TH_FIELD_HEADER),
            FIELD(th_header, noverflow, TH_FIELD_HEADER),
            FIELD(th_header, hash0, TH_FIELD_HEADER),
            FIELD(th_header, buckets, TH_FIELD_HEADER),
            FIELD(th_header, oldbuckets, TH_FIELD_HEADER),
            FIELD(th_header, nevacuate, TH_FIELD_HEADER),
            FIELD(th_header, extra, TH_FIELD_HEADER),
            FIELD(struct th_map, stamp, TH_FIELD_MAP),
            FIELD(struct th_map, previous, TH_FIELD_MAP),
            IN_BUCKET(tophash, TH_TOPHASH_OFFSET, TH_SLOTS, uint8_t),
            IN_BUCKET(overflow, TH_OVERFLOW_OFFSET, sizeof(uint32_t), uint32_t),
            IN_BUCKET(version, TH_VERSION_OFFSET, sizeof(uint32_t), uint32_t),
        },
    .shapes = {TH_KNOWN_SHAPES(SHAPE)},
};
