#include "bytes_heap.h"

#include "memory/heap.h"

th_bytes_heap *th_bytes_new(th_heap *memory, uint16_t policy, uint64_t bytes) {
    th_bytes_heap *heap = th_heap_new(memory, sizeof(th_bytes_heap), sizeof(th_bytes_heap), policy);
    if (heap == NULL) {
        return NULL;
    }
    heap->policy = policy;
    if (bytes > 0 && th_bytes_extend(memory, heap, bytes) != TH_OK) {
        th_bytes_retire(memory, heap);
        return NULL;
    }
    return heap;
}

void th_bytes_retire(th_heap *memory, th_bytes_heap *heap) {
    if (heap == NULL) {
        return;
    }
    for (uint32_t k = 0; k < TH_SEGMENTS; k++) {
        if (heap->segments[k] != NULL) {
            th_heap_retire(memory, heap->segments[k], th_segment_size(k));
        }
    }
    th_heap_retire(memory, heap, sizeof *heap);
}

/* Makes segment k the one that blocks are cut from. */
static void enter_segment(th_bytes_heap *heap, uint32_t k) {
    heap->dead += heap->limit - heap->top;
    heap->top = th_segment_start(k);
    heap->limit = heap->top + th_segment_size(k);
}

th_status th_bytes_extend(th_heap *memory, th_bytes_heap *heap, uint64_t bytes) {
    uint32_t k = heap->limit == 0 ? 0 : th_segment_of(heap->limit - 1) + 1;
    while (k < TH_SEGMENTS && th_segment_size(k) < bytes) {
        k++;
    }
    if (k >= TH_SEGMENTS) {
        return TH_LIMIT;
    }
    if (heap->segments[k] == NULL) {
        uint64_t size = th_segment_size(k);
        uint8_t *segment = th_heap_new(memory, size, size, (th_policy)heap->policy);
        if (segment == NULL) {
            return TH_NO_MEMORY;
        }
        __atomic_store_n(&heap->segments[k], segment, __ATOMIC_RELEASE);
    }
    enter_segment(heap, k);
    return TH_OK;
}

th_status th_bytes_copy_blocks(th_heap *memory, th_bytes_heap *heap) {
    for (uint32_t k = 0; k < TH_SEGMENTS; k++) {
        uint8_t *segment = heap->segments[k];
        size_t size = th_segment_size(k);
        if (segment == NULL || th_heap_is_region(size)) {
            continue;
        }
        uint8_t *copy = th_heap_new(memory, size, size, (th_policy)heap->policy);
        if (copy == NULL) {
            return TH_NO_MEMORY;
        }
        memcpy(copy, segment, size);
        __atomic_store_n(&heap->segments[k], copy, __ATOMIC_RELEASE);
        th_heap_retire(memory, segment, size);
    }
    return TH_OK;
}

th_bytes_heap *th_bytes_clone(th_heap *memory, const th_bytes_heap *heap) {
    th_bytes_heap *clone = th_bytes_new(memory, (uint16_t)heap->policy, 0);
    if (clone == NULL) {
        return NULL;
    }
    *clone = *heap;
    memset(clone->segments, 0, sizeof clone->segments);
    for (uint32_t k = 0; k < TH_SEGMENTS && th_segment_start(k) < heap->limit; k++) {
        if (heap->segments[k] == NULL) {
            continue;
        }
        uint64_t size = th_segment_size(k);
        uint64_t used = heap->top - th_segment_start(k); /* of the last one; 0 if it is fresh */
        clone->segments[k] = th_heap_new(memory, size, size, (th_policy)heap->policy);
        if (clone->segments[k] == NULL) {
            th_bytes_retire(memory, clone);
            return NULL;
        }
        memcpy(clone->segments[k], heap->segments[k], used < size ? used : size);
    }
    return clone;
}

void th_bytes_clear(th_bytes_heap *heap) {
    heap->top = 0;
    heap->limit = 0;
    heap->live = 0;
    heap->dead = 0;
    heap->reused = 1;
    memset(heap->free, 0, sizeof heap->free);
}

bool th_bytes_has_room(const th_bytes_heap *heap, uint64_t length1, uint64_t length2, uint64_t keep) {
    uint64_t need1 = th_bytes_block(length1);
    uint64_t need2 = th_bytes_block(length2);
    if (need1 == 0 && need2 == 0) {
        return true;
    }
    if (heap == NULL) {
        return false;
    }
    uint32_t class1 = th_bytes_class(length1);
    uint32_t class2 = th_bytes_class(length2);
    uint64_t cut = 0;
    if (need1 != 0 && heap->free[class1] == 0) {
        cut += need1;
    }
    if (need2 != 0 && (heap->free[class2] == 0 || (need1 != 0 && class1 == class2))) {
        cut += need2;
    }
    return cut == 0 || (keep <= heap->limit - heap->top && cut <= heap->limit - heap->top - keep);
}

uint64_t th_bytes_take(th_bytes_heap *heap, uint64_t length) {
    uint32_t class = th_bytes_class(length);
    uint64_t size = th_bytes_class_size(class);
    uint64_t head = heap->free[class];
    uint8_t *block = head == 0 ? NULL : th_bytes_at(heap, head - 1, size);
    heap->live += size;
    if (block != NULL) {
        heap->free[class] = th_load64(block);
        heap->reused = 1; /* the block before may have been longer */
        heap->dead -= size;
        return head - 1;
    }
    uint64_t reference = heap->top;
    heap->top += size;
    return reference;
}

bool th_bytes_is_clean(const th_bytes_heap *heap) {
    bool clean = heap->reused == 0;
    for (uint32_t class = 0; class < TH_FREE_CLASSES && clean; class ++) {
        clean = heap->free[class] == 0;
    }
    return clean;
}

void th_bytes_give(th_bytes_heap *heap, uint64_t reference, uint64_t length) {
    uint32_t class = th_bytes_class(length);
    uint64_t size = th_bytes_class_size(class);
    uint8_t *block = th_bytes_at(heap, reference, size);
    if (block == NULL) {
        return;
    }
    th_racing_store64(block, heap->free[class]); /* a late reader may still look at it */
    heap->free[class] = reference + 1;
    heap->live -= size;
    heap->dead += size;
}
