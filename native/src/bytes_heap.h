/*
 * The bytes heap: where a map keeps keys and values longer than a slot's 12 inline bytes.
 *
 *   A bytes slot, 16 bytes
 *   length <= 12   | length | bytes, zero-padded                                |
 *   length >  12   | length | high half of the hash (keys) | reference          |
 *                  0        4                              8                    16
 *
 * A reference is an offset into a sequence of segments that double in size, so that the heap grows without
 * moving a byte: segment k has 1024 << k bytes and starts at offset 1024 * (2^k - 1). Memory of removed
 * keys goes to free lists by size; what they cannot reuse is reclaimed when the map grows into new arrays
 * (also of the same size), which takes the live bytes along into a new bytes heap.
 */
#ifndef TH_BYTES_HEAP_H
#define TH_BYTES_HEAP_H

#include "layout.h"
#include "racing.h"

#define TH_INLINE_BYTES 12u
#define TH_SEGMENTS 36u      /* 1024 << 35 bytes in the last one, 64 TiB in all */
#define TH_SEGMENT_LOG 10u   /* log2 of the first segment's bytes */
#define TH_FREE_CLASSES 212u /* see th_bytes_class */

typedef struct th_bytes_heap {
    uint8_t *segments[TH_SEGMENTS];
    uint64_t top;    /* offset of the first byte never used in the current segment */
    uint64_t limit;  /* its end */
    uint64_t live;   /* bytes of blocks in use */
    uint64_t dead;   /* bytes of blocks in free lists, and of segment ends too small for a block */
    uint64_t policy; /* a th_policy, of what is allocated from now on */
    uint64_t reused; /* 1: bytes of what was removed may lie between and behind blocks in use */
    uint64_t free[TH_FREE_CLASSES]; /* offset + 1 of the first free block of a class; 0: none */
} th_bytes_heap;

/* Makes an empty heap with room for `bytes` bytes in one piece; none yet for 0. NULL: no memory. */
th_bytes_heap *th_bytes_new(th_heap *memory, uint16_t policy, uint64_t bytes);

/* Retires the heap and its segments. NULL is allowed. */
void th_bytes_retire(th_heap *memory, th_bytes_heap *heap);

/* Adds a segment with at least `bytes` bytes in one piece. TH_NO_MEMORY or TH_LIMIT: unchanged. */
th_status th_bytes_extend(th_heap *memory, th_bytes_heap *heap, uint64_t bytes);

/* Replaces segments that are not regions by copies, which lie where the heap's policy says now. */
th_status th_bytes_copy_blocks(th_heap *memory, th_bytes_heap *heap);

/* A copy with the same references and free blocks, where the heap's policy says. NULL: no memory. */
th_bytes_heap *th_bytes_clone(th_heap *memory, const th_bytes_heap *heap);

/* Forgets every block; the segments stay. */
void th_bytes_clear(th_bytes_heap *heap);

/*
 * Size classes of blocks: multiples of 8 up to 1 KiB (0..127), then four to a doubling, the last being
 * 2 GiB. A block has exactly its class's size, so that any block of a class can be reused for any other.
 */
TH_INLINE uint32_t th_bytes_class(uint64_t length) {
    if (length <= 1024) {
        return length <= 16 ? 1u : (uint32_t)((length - 1) >> 3);
    }
    uint32_t log = 63u - (uint32_t)__builtin_clzll(length - 1);
    return 128u + (log - 10u) * 4u + ((uint32_t)((length - 1) >> (log - 2)) & 3u);
}

TH_INLINE uint64_t th_bytes_class_size(uint32_t class) {
    if (class < 128) {
        return (uint64_t)(class + 1) << 3;
    }
    return (uint64_t)(5u + (class & 3u)) << (8u + (class - 128u) / 4u);
}

/* Bytes that a key or value of this length takes in the heap; 0 if it fits in the slot. */
TH_INLINE uint64_t th_bytes_block(uint64_t length) {
    return length <= TH_INLINE_BYTES ? 0 : th_bytes_class_size(th_bytes_class(length));
}

/* Room that does for the blocks of a key and a value of so many bytes together: a block has at most a quarter
 * more than its bytes, two of them at least 16 each. */
TH_INLINE uint64_t th_bytes_room(uint64_t bytes) {
    return bytes + bytes / 4 + 64;
}

TH_INLINE uint32_t th_segment_of(uint64_t offset) {
    return 63u - (uint32_t)__builtin_clzll((offset >> TH_SEGMENT_LOG) + 1);
}

TH_INLINE uint64_t th_segment_start(uint32_t k) {
    return (((uint64_t)1 << k) - 1) << TH_SEGMENT_LOG;
}

TH_INLINE uint64_t th_segment_size(uint32_t k) {
    return (uint64_t)1 << (TH_SEGMENT_LOG + k);
}

/* Bytes of blocks in use. Racing writers can make the count any number: more than there is room is not
 * believed. */
TH_INLINE uint64_t th_bytes_in_use(const th_bytes_heap *heap) {
    return heap->live < heap->limit ? heap->live : heap->limit;
}

/* Address of length bytes at a reference, or NULL if they do not lie in a segment (a torn read). */
TH_INLINE uint8_t *th_bytes_at(const th_bytes_heap *heap, uint64_t reference, uint64_t length) {
    uint64_t last = th_segment_start(TH_SEGMENTS);
    if (heap == NULL || reference >= last) {
        return NULL;
    }
    uint32_t k = th_segment_of(reference);
    uint64_t within = reference - th_segment_start(k);
    uint8_t *segment = __atomic_load_n(&heap->segments[k], __ATOMIC_ACQUIRE);
    return segment != NULL && length <= th_segment_size(k) - within ? segment + within : NULL;
}

/* Whether blocks for two lengths (either may be short) are to be had without a new segment. */
bool th_bytes_has_room(const th_bytes_heap *heap, uint64_t length1, uint64_t length2, uint64_t keep);

/* A block for length > 12 bytes after th_bytes_has_room said yes. */
uint64_t th_bytes_take(th_bytes_heap *heap, uint64_t length);

/* Whether its segments hold nothing but blocks in use, and zeros. */
bool th_bytes_is_clean(const th_bytes_heap *heap);

/* Returns the block of a reference made for this length. */
void th_bytes_give(th_bytes_heap *heap, uint64_t reference, uint64_t length);

#endif
