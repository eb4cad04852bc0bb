/* Keys and values as the engine sees them: images of slots, equality, hashing, storing. */
#ifndef TH_KEY_H
#define TH_KEY_H

#include "bytes_heap.h"
#include "hash.h"
#include "shape.h"

/*
 * A key that is looked for. low and high are what its slot would hold: the word itself, or for bytes the
 * length with four bytes (inline ones, or half of the hash) and the other eight.
 */
typedef struct th_key {
    const uint8_t *bytes;
    uint64_t length;
    uint64_t low;
    uint64_t high;
} th_key;

/* The 16 bytes of a slot for at most 12 bytes; reads nothing beyond them. */
TH_INLINE void th_inline_image(const uint8_t *p, uint64_t length, uint64_t *low, uint64_t *high) {
    uint64_t first = 0;
    uint64_t rest = 0;
    if (length >= 8) {
        uint64_t a = th_load64(p);
        uint64_t b = length == 8 ? 0 : th_load64(p + length - 8) >> (8 * (16 - length));
        first = a & 0xffffffffu;
        rest = a >> 32 | b << 32;
    } else if (length >= 4) {
        first = th_load32(p);
        rest = (uint64_t)th_load32(p + length - 4) >> (8 * (8 - length));
    } else if (length > 0) {
        uint64_t middle = length / 2;
        first = (uint64_t)p[0] | (uint64_t)p[middle] << (8 * middle) |
                (uint64_t)p[length - 1] << (8 * (length - 1));
    }
    *low = length | first << 32;
    *high = rest;
}

TH_INLINE th_key th_key_word(const th_shape *s, uint64_t word) {
    return (th_key){NULL, s->key_size, th_low_bytes(word, s->key_size), 0};
}

TH_INLINE th_key th_key_bytes(const uint8_t *bytes, uint64_t length) {
    th_key key = {bytes, length, length, 0};
    if (length <= TH_INLINE_BYTES) {
        th_inline_image(bytes, length, &key.low, &key.high);
    }
    return key;
}

/* For th_key_bytes_within: which bytes of 16 belong to a key of 0 .. 12. */
static const uint64_t th_image_masks[16][2] = {
    {0, 0},
    {0xff, 0},
    {0xffff, 0},
    {0xffffff, 0},
    {0xffffffff, 0},
    {0xffffffffff, 0},
    {0xffffffffffff, 0},
    {0xffffffffffffff, 0},
    {UINT64_MAX, 0},
    {UINT64_MAX, 0xff},
    {UINT64_MAX, 0xffff},
    {UINT64_MAX, 0xffffff},
    {UINT64_MAX, 0xffffffff},
};

/* The same where `room` bytes from the key on may be read: with 16, there is no branch on a short key's
 * length. */
TH_INLINE th_key th_key_bytes_within(const uint8_t *bytes, uint64_t length, uint64_t room) {
    if (TH_UNLIKELY(room < 16)) {
        return th_key_bytes(bytes, length);
    }
    const uint64_t *mask = th_image_masks[length & 15];
    uint64_t front = th_load64(bytes) & mask[0];
    uint64_t back = th_load64(bytes + 8) & mask[1];
    bool in_slot = length <= TH_INLINE_BYTES;
    return (th_key){bytes, length, in_slot ? length | front << 32 : length,
                    in_slot ? front >> 32 | back << 32 : 0};
}

/* TH_OK, or why key[0 .. length) cannot be a key of the shape. */
TH_INLINE th_status th_check_key(const th_shape *s, const void *key, uint64_t length) {
    if (s->key_class == TH_KEY_BYTES) {
        return TH_UNLIKELY(length > TH_MAX_BYTES)       ? TH_LIMIT
               : TH_UNLIKELY(key == NULL && length > 0) ? TH_INVALID
                                                        : TH_OK;
    }
    return key == NULL || length != s->key_size ? TH_INVALID : TH_OK;
}

/* The same for a value. */
TH_INLINE th_status th_check_value(const th_shape *s, const void *value, uint64_t length) {
    if (value == NULL && length > 0) {
        return TH_INVALID;
    }
    if (s->value_bytes) {
        return length > TH_MAX_BYTES ? TH_LIMIT : TH_OK;
    }
    return length != s->value_size ? TH_INVALID : TH_OK;
}

/* From a pointer that th_check_key has found good. */
TH_INLINE th_key th_key_of(const th_shape *s, const void *bytes, uint64_t length) {
    switch (s->key_class) {
    case TH_KEY_WORD:
        return th_key_word(s, th_load_n(bytes, s->key_size));
    case TH_KEY_BYTES:
        return th_key_bytes(bytes, length);
    default:
        return (th_key){bytes, length, 0, 0};
    }
}

/* Hashes a key and completes the image of a long one. */
TH_INLINE uint64_t th_key_hash(const th_shape *s, th_key *key, uint32_t seed) {
    if (s->key_class == TH_KEY_WORD) {
        return th_hash_word(key->low, seed);
    }
    if (s->key_class == TH_KEY_BYTES && key->length <= TH_INLINE_BYTES) {
        return th_hash_image(key->low, key->high, seed);
    }
    uint64_t hash = th_hash_bytes(key->bytes, key->length, seed);
    if (s->key_class == TH_KEY_BYTES) {
        key->low = key->length | (hash >> 32 << 32);
    }
    return hash;
}

/* Where the bytes of a bytes slot are: in the slot or in the heap; NULL after a torn read. */
TH_INLINE const uint8_t *th_slot_bytes(const uint8_t *slot, const th_bytes_heap *heap, uint64_t *length) {
    *length = th_racing_load32(slot);
    return *length <= TH_INLINE_BYTES ? slot + 4 : th_bytes_at(heap, th_racing_load64(slot + 8), *length);
}

/* racing (a constant): the key is one of a shard that another thread may be writing to. */
TH_INLINE bool th_stored_equal(const uint8_t *stored, const uint8_t *bytes, uint64_t length, bool racing) {
    return racing ? th_racing_equal(stored, bytes, length) : memcmp(stored, bytes, length) == 0;
}

TH_INLINE bool th_key_equal(const th_shape *s, const uint8_t *slot, const th_key *key,
                            const th_bytes_heap *heap, bool racing) {
    switch (s->key_class) {
    case TH_KEY_WORD:
        return (racing ? th_racing_load_n(slot, s->key_size) : th_load_n(slot, s->key_size)) == key->low;
    case TH_KEY_FIXED:
        return th_stored_equal(slot, key->bytes, s->key_size, racing);
    default:
        break;
    }
    if (th_racing_load64(slot) != key->low) {
        return false;
    }
    uint64_t high = th_racing_load64(slot + 8);
    if (key->length <= TH_INLINE_BYTES) {
        return high == key->high;
    }
    const uint8_t *bytes = th_bytes_at(heap, high, key->length);
    return bytes != NULL && th_stored_equal(bytes, key->bytes, key->length, racing);
}

/* Fills a bytes slot whose image is low/high, taking a block for a long one. */
TH_INLINE void th_bytes_store(uint8_t *slot, const th_key *image, th_bytes_heap *heap) {
    uint64_t high = image->high;
    if (image->length > TH_INLINE_BYTES) {
        high = th_bytes_take(heap, image->length);
        uint8_t *block = th_bytes_at(heap, high, image->length);
        if (block != NULL) {
            th_racing_copy_in(block, image->bytes, image->length);
        }
    }
    th_racing_store64(slot, image->low);
    th_racing_store64(slot + 8, high);
}

TH_INLINE void th_key_store(const th_shape *s, uint8_t *slot, const th_key *key, th_bytes_heap *heap) {
    switch (s->key_class) {
    case TH_KEY_WORD:
        th_racing_store_n(slot, s->key_size, key->low);
        break;
    case TH_KEY_FIXED:
        th_racing_copy_in(slot, key->bytes, s->key_size);
        break;
    default:
        th_bytes_store(slot, key, heap);
        break;
    }
}

/* Frees the block of a bytes slot, if it has one. */
TH_INLINE void th_bytes_drop(const uint8_t *slot, th_bytes_heap *heap) {
    uint64_t length = th_load32(slot);
    if (length > TH_INLINE_BYTES && heap != NULL) {
        th_bytes_give(heap, th_load64(slot + 8), length);
    }
}

/* The hash of a stored key. */
TH_INLINE uint64_t th_slot_hash(const th_shape *s, const uint8_t *slot, const th_bytes_heap *heap,
                                uint32_t seed) {
    switch (s->key_class) {
    case TH_KEY_WORD:
        return th_hash_word(th_load_n(slot, s->key_size), seed);
    case TH_KEY_FIXED:
        return th_hash_bytes(slot, s->key_size, seed);
    default:
        break;
    }
    uint64_t length;
    const uint8_t *bytes = th_slot_bytes(slot, heap, &length);
    if (length <= TH_INLINE_BYTES) {
        return th_hash_image(th_load64(slot), th_load64(slot + 8), seed);
    }
    return bytes == NULL ? 0 : th_hash_bytes(bytes, length, seed);
}

/*
 * A stored key's hash with at least its highest b bits right, which is what finding its bucket takes: a
 * long key's slot has 32 of them, so that moving it does not read the bytes heap.
 */
TH_INLINE uint64_t th_slot_bucket_hash(const th_shape *s, const uint8_t *slot, const th_bytes_heap *heap,
                                       uint32_t seed, uint32_t b) {
    if (s->key_class == TH_KEY_BYTES && b <= 32 && th_load32(slot) > TH_INLINE_BYTES) {
        return (uint64_t)th_load32(slot + 4) << 32;
    }
    return th_slot_hash(s, slot, heap, seed);
}

/* A bytes slot moved to another bytes heap (or copied as it is, when from == to). */
TH_INLINE void th_bytes_move(uint8_t *to_slot, const uint8_t *from_slot, th_bytes_heap *to,
                             th_bytes_heap *from) {
    memcpy(to_slot, from_slot, 16);
    uint64_t length = th_load32(from_slot);
    if (from == to || length <= TH_INLINE_BYTES || to == NULL) {
        return;
    }
    const uint8_t *source = th_bytes_at(from, th_load64(from_slot + 8), length);
    uint64_t reference = th_bytes_take(to, length);
    uint8_t *block = th_bytes_at(to, reference, length);
    if (source != NULL && block != NULL) {
        th_racing_copy_in(block, source, length); /* somebody may still look at what was removed there */
    }
    th_store64(to_slot + 8, reference);
}

#endif
