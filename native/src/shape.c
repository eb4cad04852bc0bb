#include "shape.h"

static bool valid_part(uint8_t kind, uint16_t size, uint16_t align, uint32_t min, uint32_t max) {
    if (kind == TH_KIND_BYTES) {
        return size == 0 && align == 0;
    }
    bool power = align != 0 && (align & (align - 1)) == 0;
    return kind == TH_KIND_FIXED && size >= min && size <= max && power && align <= TH_MAX_ALIGN &&
           size % align == 0;
}

static uint32_t round_up(uint32_t n, uint32_t align) {
    return (n + align - 1) / align * align;
}

static bool is_word(uint16_t size) {
    return size == 1 || size == 2 || size == 4 || size == 8;
}

static uint8_t key_class(const th_type *type) {
    if (type->key_kind == TH_KIND_BYTES) {
        return TH_KEY_BYTES;
    }
    return is_word(type->key_size) ? TH_KEY_WORD : TH_KEY_FIXED;
}

th_status th_shape_of(const th_type *type, th_shape *shape, th_layout *layout) {
    if (!valid_part(type->key_kind, type->key_size, type->key_align, 1, TH_MAX_FIXED_KEY) ||
        !valid_part(type->value_kind, type->value_size, type->value_align, 0, TH_MAX_FIXED_VALUE)) {
        return TH_INVALID;
    }
    bool key_bytes = type->key_kind == TH_KIND_BYTES;
    bool value_bytes = type->value_kind == TH_KIND_BYTES;
    uint32_t key_size = key_bytes ? TH_BYTES_SLOT : type->key_size;
    uint32_t key_align = key_bytes ? TH_BYTES_ALIGN : type->key_align;
    uint32_t value_size = value_bytes ? TH_BYTES_SLOT : type->value_size;
    uint32_t value_align = value_bytes ? TH_BYTES_ALIGN : type->value_align;
    uint32_t align = key_align > value_align ? key_align : value_align;

    /* Pairs lie together unless that costs padding, as 8 + 1 bytes would: then Go's grouping. */
    uint32_t pair_value = round_up(key_size, value_align);
    uint32_t pair = round_up(pair_value + value_size, align);
    bool interleaved = pair == key_size + value_size;

    shape->key_class = key_class(type);
    shape->value_bytes = value_bytes;
    shape->value_word = !value_bytes && (value_size == 0 || is_word(type->value_size));
    shape->key_size = (uint16_t)key_size;
    shape->value_size = (uint16_t)value_size;
    shape->key_stride = interleaved ? pair : key_size;
    shape->value_stride = interleaved ? pair : value_size;
    shape->value_offset =
        TH_SLOTS_OFFSET + (interleaved ? pair_value : round_up(TH_SLOTS * key_size, value_align));
    uint32_t end =
        interleaved ? TH_SLOTS_OFFSET + TH_SLOTS * pair : shape->value_offset + TH_SLOTS * value_size;
    uint32_t bucket_align = align > TH_BUCKET_ALIGN ? align : TH_BUCKET_ALIGN;
    shape->bucket_size = round_up(end, bucket_align);
    if (layout != NULL) {
        *layout =
            (th_layout){.header_size = sizeof(th_header),
                        .bucket_size = shape->bucket_size,
                        .bucket_align = bucket_align,
                        .slots_offset = TH_SLOTS_OFFSET,
                        .key_stride = shape->key_stride,
                        .value_offset = shape->value_offset,
                        .value_stride = shape->value_stride,
                        .padding = shape->bucket_size - TH_SLOTS_OFFSET - TH_SLOTS * (key_size + value_size),
                        .interleaved = interleaved};
    }
    return TH_OK;
}

static bool same_shape(const th_shape *a, const th_shape *b) {
    return a->key_class == b->key_class && a->value_bytes == b->value_bytes && a->key_size == b->key_size &&
           a->value_size == b->value_size && a->key_stride == b->key_stride &&
           a->value_word == b->value_word && a->value_offset == b->value_offset &&
           a->value_stride == b->value_stride && a->bucket_size == b->bucket_size;
}

uint32_t th_shape_id(const th_shape *shape) {
    static const th_shape *const known[TH_SHAPES] = {
        [TH_SHAPE_LONG] = &th_shape_long,
        [TH_SHAPE_BYTES] = &th_shape_bytes,
        [TH_SHAPE_INT_INT] = &th_shape_int_int,
        [TH_SHAPE_INT_LONG] = &th_shape_int_long,
        [TH_SHAPE_LONG_INT] = &th_shape_long_int,
        [TH_SHAPE_LONG_VOID] = &th_shape_long_void,
        [TH_SHAPE_BYTES_VOID] = &th_shape_bytes_void,
    };
    for (uint32_t id = 0; id < TH_SHAPES; id++) {
        if (known[id] != NULL && same_shape(shape, known[id])) {
            return id;
        }
    }
    return TH_SHAPE_ANY;
}

th_status th_type_layout(const th_type *type, th_layout *layout) {
    th_shape shape;
    return type == NULL || layout == NULL ? TH_INVALID : th_shape_of(type, &shape, layout);
}
