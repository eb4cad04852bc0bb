/*
 * Headers and small blocks, cut from 1 MiB chunks and kept in free lists by size. Chunks stay mapped until
 * the heap ends, so that a late reader of a freed block reads old bytes and never faults.
 */
#include "memory/internal.h"

#include <string.h>

#define STAMP_OFFSET 48u

/*
 * Sizes: every multiple of 64 up to 1 KiB (16 classes), then four to each doubling up to 32 KiB (20), so
 * that a block wastes at most a fifth.
 */
static uint32_t class_of(size_t bytes) {
    if (bytes <= 1024) {
        return bytes == 0 ? 0 : (uint32_t)((bytes - 1) / TH_BLOCK_ALIGN);
    }
    uint32_t log = 63u - (uint32_t)__builtin_clzll((uint64_t)bytes - 1);
    uint32_t quarter = (uint32_t)((bytes - 1) >> (log - 2)) & 3u;
    return 16u + (log - 10u) * 4u + quarter;
}

static size_t class_size(uint32_t class) {
    if (class < 16) {
        return (class + 1) * (size_t)TH_BLOCK_ALIGN;
    }
    uint32_t log = 10u + (class - 16u) / 4u;
    return ((size_t)5 + (class & 3u)) << (log - 2);
}

size_t th_pool_size(size_t bytes) {
    return class_size(class_of(bytes));
}

/* `size` bytes from the bump pointer, or from a new chunk when the rest of this one is too small. */
static void *bump(th_heap *heap, th_bump *from, size_t size) {
    if ((size_t)(from->end - from->at) < size) {
        th_chunk_header *chunk = th_os_reserve(TH_POOL_CHUNK, heap->page);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->next = heap->chunks;
        chunk->bytes = TH_POOL_CHUNK;
        heap->chunks = chunk;
        heap->pool_bytes += TH_POOL_CHUNK;
        from->at = (uint8_t *)chunk + sizeof *chunk;
        from->end = (uint8_t *)chunk + TH_POOL_CHUNK;
    }
    void *memory = from->at;
    from->at += size;
    return memory;
}

static void *pop(void **list) {
    void *memory = *list;
    if (memory != NULL) {
        memcpy(list, memory, sizeof *list);
    }
    return memory;
}

static void push(void **list, void *memory) {
    memcpy(memory, list, sizeof *list);
    *list = memory;
}

void *th_pool_take(th_heap *heap, size_t size) {
    void *block = pop(&heap->free_blocks[class_of(size)]);
    if (block != NULL) {
        return memset(block, 0, size);
    }
    return bump(heap, &heap->blocks, size);
}

void th_pool_give(th_heap *heap, void *block, size_t size) {
    push(&heap->free_blocks[class_of(size)], block);
}

void *th_pool_take_header(th_heap *heap) {
    uint8_t *header = pop(&heap->free_headers);
    if (header == NULL) {
        return bump(heap, &heap->headers, TH_HEADER_BYTES);
    }
    memset(header, 0, STAMP_OFFSET);
    memset(header + STAMP_OFFSET + 8, 0, TH_HEADER_BYTES - STAMP_OFFSET - 8);
    return header;
}

void th_pool_give_header(th_heap *heap, void *header) {
    push(&heap->free_headers, header);
}

void th_pool_free_all(th_heap *heap) {
    for (th_chunk_header *chunk = heap->chunks; chunk != NULL;) {
        th_chunk_header *next = chunk->next;
        th_os_release(chunk, chunk->bytes);
        chunk = next;
    }
}
