/*
 * Headers and small blocks, cut from 1 MiB chunks and kept in free lists by size. Chunks stay mapped until
 * the heap ends, so that a late reader of a freed block reads old bytes and never faults.
 */
#include "memory/internal.h"

#include <string.h>

/*
 * Sizes: every multiple of 64 up to 1 KiB (16 classes), then four to each doubling up to 32 KiB (20), so
 * that a block wastes at most a fifth. The last is that of headers.
 */
const uint16_t th_pool_sizes[TH_POOL_LISTS] = {64,
                                               128,
                                               192,
                                               256,
                                               320,
                                               384,
                                               448,
                                               512,
                                               576,
                                               640,
                                               704,
                                               768,
                                               832,
                                               896,
                                               960,
                                               1024,
                                               1280,
                                               1536,
                                               1792,
                                               2048,
                                               2560,
                                               3072,
                                               3584,
                                               4096,
                                               5120,
                                               6144,
                                               7168,
                                               8192,
                                               10240,
                                               12288,
                                               14336,
                                               16384,
                                               20480,
                                               24576,
                                               28672,
                                               32768,
                                               TH_HEADER_BYTES};

/* Powers of two up to 64, as far as they take at most 16 KiB. */
const uint8_t th_pool_batches[TH_POOL_LISTS] = {64, 64, 64, 64, 32, 32, 32, 32, 16, 16, 16, 16, 16,
                                                16, 16, 16, 8,  8,  8,  8,  4,  4,  4,  4,  2,  2,
                                                2,  2,  1,  1,  1,  1,  1,  1,  1,  1,  64};

uint32_t th_pool_list(size_t bytes) {
    if (bytes <= 1024) {
        return bytes == 0 ? 0 : (uint32_t)((bytes - 1) / TH_BLOCK_ALIGN);
    }
    uint32_t log = 63u - (uint32_t)__builtin_clzll((uint64_t)bytes - 1);
    uint32_t quarter = (uint32_t)((bytes - 1) >> (log - 2)) & 3u;
    return 16u + (log - 10u) * 4u + quarter;
}

/* ---- chunks -------------------------------------------------------------------------------------- */

/* With the node's lock: address space for more chunks. */
static bool reserve_span(th_heap *heap, th_node *node) {
    size_t bytes = TH_POOL_SPAN;
    th_chunk *span = th_os_reserve(bytes, TH_POOL_CHUNK);
    if (span == NULL) { /* address space is short: the smallest piece that will do */
        bytes = TH_POOL_CHUNK;
        span = th_os_reserve(bytes, TH_POOL_CHUNK);
    }
    if (span == NULL) {
        return false;
    }
    if (node->spans == NULL) {
        th_os_advise_small(span, bytes); /* a process with a few maps should not pay a huge page for them */
    }
    if (heap->nodes > 1) {
        uint64_t nodes[TH_MAX_NODES / 64] = {0};
        nodes[node->id / 64] = (uint64_t)1 << node->id % 64;
        /* A refusal leaves pages to first touch, which is nearly always the same node. */
        (void)th_os_place(span, bytes, TH_PLACE_PREFER, nodes, false);
    }
    span->next_span = node->spans;
    span->span_bytes = bytes;
    node->spans = span;
    node->span = (th_bump){(uint8_t *)span, (uint8_t *)span + bytes};
    return true;
}

/* A new chunk for a front; false when the OS refuses. */
static bool open_chunk(th_heap *heap, const th_front *front, th_bump *bump) {
    if (heap->deferred && !th_room_promise(heap, TH_POOL_CHUNK / TH_BLOCK_ALIGN)) {
        return false;
    }
    th_node *node = &heap->node[front->node];
    th_os_lock_acquire(&node->lock);
    bool some = node->span.at != node->span.end || reserve_span(heap, node);
    th_chunk *chunk = (th_chunk *)(void *)node->span.at;
    if (some) {
        node->span.at += TH_POOL_CHUNK;
    }
    th_os_lock_release(&node->lock);
    if (!some) {
        if (heap->deferred) {
            th_room_unpromise(heap, TH_POOL_CHUNK / TH_BLOCK_ALIGN);
        }
        return false;
    }
    chunk->node = front->node;
    TH_ADD(heap->pool_bytes, TH_POOL_CHUNK);
    *bump = (th_bump){(uint8_t *)(chunk + 1), (uint8_t *)chunk + TH_POOL_CHUNK};
    return true;
}

/* ---- free lists ---------------------------------------------------------------------------------- */

static void *next_of(const void *memory) {
    void *next;
    memcpy(&next, memory, sizeof next);
    return next;
}

static void set_next(void *memory, const void *next) {
    memcpy(memory, &next, sizeof next);
}

#define SECOND_WORD(memory) ((uint8_t *)(memory) + sizeof(void *))

static void put_batch(th_node *node, uint32_t list, void *batch) {
    th_os_lock_acquire(&node->lock);
    set_next(SECOND_WORD(batch), node->depot[list]);
    __atomic_store_n(&node->depot[list], batch, __ATOMIC_RELAXED);
    th_os_lock_release(&node->lock);
}

static void *get_batch(th_node *node, uint32_t list) {
    if (TH_LOAD(node->depot[list]) == NULL) {
        return NULL; /* as most of the time while a program builds up its maps */
    }
    th_os_lock_acquire(&node->lock);
    void *batch = node->depot[list];
    if (batch != NULL) {
        __atomic_store_n(&node->depot[list], next_of(SECOND_WORD(batch)), __ATOMIC_RELAXED);
    }
    th_os_lock_release(&node->lock);
    return batch;
}

/* Fills the active stack, if there is something to be had. */
static bool refill(th_heap *heap, th_front *front, uint32_t list) {
    void *batch = front->spare[list];
    front->spare[list] = NULL;
    if (batch == NULL) {
        batch = get_batch(&heap->node[front->node], list);
    }
    front->active[list] = batch;
    front->count[list] = batch == NULL ? 0 : (uint8_t)th_pool_batch(list);
    return batch != NULL;
}

void *th_pool_take(th_heap *heap, th_front *front, uint32_t list, bool *fresh) {
    *fresh = false;
    if (front->active[list] != NULL || refill(heap, front, list)) {
        void *memory = front->active[list];
        front->active[list] = next_of(memory);
        front->count[list]--;
        return memory;
    }
    *fresh = true;
    th_bump *bump = list == TH_POOL_HEADERS ? &front->headers : &front->blocks;
    size_t size = th_pool_size(list);
    if ((size_t)(bump->end - bump->at) < size && !open_chunk(heap, front, bump)) {
        return NULL;
    }
    void *memory = bump->at;
    bump->at += size;
    return memory;
}

void th_pool_give(th_heap *heap, th_front *front, uint32_t list, void *memory) {
    if (front->count[list] == th_pool_batch(list)) {
        if (front->spare[list] != NULL) {
            put_batch(&heap->node[front->node], list, front->spare[list]);
        }
        front->spare[list] = front->active[list];
        front->active[list] = NULL;
        front->count[list] = 0;
    }
    set_next(memory, front->active[list]);
    front->active[list] = memory;
    front->count[list]++;
}

void th_pool_free_all(th_heap *heap) {
    for (uint32_t i = 0; i < heap->nodes; i++) {
        for (th_chunk *span = heap->node[i].spans; span != NULL;) {
            th_chunk *next = span->next_span;
            th_os_release(span, span->span_bytes);
            span = next;
        }
    }
}
