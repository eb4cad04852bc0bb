/*
 * Whether a key is in a chain twice. Only keys of one tophash are compared. A chain as random keys make it
 * has few of these; for a longer one, which only a file made by hand has, its entries are sorted: then the
 * time grows with their number and not with its square.
 */
#include "file/opened_file.h"
#include "key.h"

/* Most entries that are compared each with each: eight buckets' full, where a map draws a new seed. */
#define PAIRWISE ((uint64_t)TH_SLOTS * TH_CHAIN_LIMIT)

typedef struct chain {
    const th_shape *s;
    th_array_word array;
    const th_bytes_heap *heap;
    uint64_t *entry; /* th_file_entry */
    uint64_t count;
} chain;

static const uint8_t *key_of(const chain *c, uint64_t entry) {
    uint8_t *bucket = th_bucket_at(c->s, c->array, th_file_entry_bucket(entry));
    return th_bucket_key(c->s, bucket, th_file_entry_slot(entry));
}

/* Keys of bytes: their lengths with inline bytes or half of the hash, then the rest. */
static int compare_bytes(const th_bytes_heap *heap, const uint8_t *a, const uint8_t *b) {
    int order = memcmp(a, b, sizeof(uint64_t));
    if (order != 0) {
        return order;
    }
    uint64_t length;
    uint64_t other_length;
    const uint8_t *bytes = th_slot_bytes(a, heap, &length);
    const uint8_t *other = th_slot_bytes(b, heap, &other_length);
    if (length <= TH_INLINE_BYTES) {
        return memcmp(a + sizeof(uint64_t), b + sizeof(uint64_t), sizeof(uint64_t));
    }
    bool changed = bytes == NULL || other == NULL || length != other_length; /* under our eyes */
    return changed ? -1 : memcmp(bytes, other, length);
}

/* An order of entries in which those of the same key are next to each other, or 0: the same key. */
static int compare(const chain *c, uint64_t a, uint64_t b) {
    int order = (int)th_file_entry_tophash(a) - (int)th_file_entry_tophash(b);
    if (order != 0) {
        return order;
    }
    const uint8_t *key = key_of(c, a);
    const uint8_t *other = key_of(c, b);
    return c->s->key_class == TH_KEY_BYTES ? compare_bytes(c->heap, key, other)
                                           : memcmp(key, other, c->s->key_size);
}

/* Lets entry `at` of a heap of `count` sink to its place. */
static void sink(const chain *c, uint64_t at, uint64_t count) {
    uint64_t *entry = c->entry;
    for (uint64_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && compare(c, entry[child], entry[child + 1]) < 0) {
            child++;
        }
        if (compare(c, entry[at], entry[child]) >= 0) {
            return;
        }
        uint64_t sinking = entry[at];
        entry[at] = entry[child];
        entry[child] = sinking;
        at = child;
    }
}

/* Heapsort: no order of the keys makes it slow, and it takes no memory. */
static void sort(const chain *c) {
    for (uint64_t i = c->count / 2; i-- > 0;) {
        sink(c, i, c->count);
    }
    for (uint64_t end = c->count; end-- > 1;) {
        uint64_t largest = c->entry[0];
        c->entry[0] = c->entry[end];
        c->entry[end] = largest;
        sink(c, 0, end);
    }
}

bool th_file_find_twice(const th_shape *s, th_array_word array, const th_bytes_heap *heap, uint64_t *entry,
                        uint64_t count, uint64_t *bucket) {
    const chain c = {s, array, heap, entry, count};
    bool sorted = count > PAIRWISE;
    if (sorted) {
        sort(&c);
    }
    for (uint64_t i = 1; i < count; i++) {
        for (uint64_t k = sorted ? i - 1 : 0; k < i; k++) {
            if (compare(&c, entry[k], entry[i]) == 0) {
                uint64_t first = th_file_entry_bucket(entry[k]);
                uint64_t second = th_file_entry_bucket(entry[i]);
                *bucket = first > second ? first : second;
                return true;
            }
        }
    }
    return false;
}
