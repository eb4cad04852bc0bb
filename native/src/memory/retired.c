/*
 * Retired memory: held back until no thread can be reading it any more. Small memory waits in a queue of the
 * front that it came in by, regions in one of their own; each record tells the batch that was open when it
 * was retired. th_heap_seal opens the next batch and then passes through every lock: who is still at work
 * with the old number is waited for, and whoever comes later finds the new one.
 */
#include "memory/internal.h"

/* Thresholds of th_heap_wants_reclaim: see there. */
#define WANT_BLOCK_BYTES ((uint64_t)16 << 20)
#define WANT_REGIONS 1024u
#define WANT_REGION_BYTES ((uint64_t)1 << 40)

#define LIST_MASK ((uint64_t)TH_BLOCK_ALIGN - 1)
_Static_assert(TH_POOL_LISTS <= TH_BLOCK_ALIGN, "the number of a list fits below an address");

/* With the front's lock: tells the heap when much has changed; all fronts together hide an eighth. */
static void report(th_heap *heap, th_retired_queue *queue) {
    uint64_t step = WANT_BLOCK_BYTES / 8 / TH_FRONTS_MAX;
    uint64_t change = queue->bytes - queue->reported;
    if (change + step > 2 * step) { /* |change| > step, both being unsigned */
        TH_ADD(heap->retired_bytes, change);
        queue->reported = queue->bytes;
    }
}

static void enqueue(th_heap *heap, th_front *front, uint32_t list, void *memory) {
    th_retired_queue *queue = &front->retired;
    th_leaf *leaf = queue->last;
    if (leaf == NULL || leaf->end == TH_LEAF_RECORDS) {
        leaf = th_room_take(heap);
        if (queue->last == NULL) {
            queue->first = leaf;
        } else {
            queue->last->next = leaf;
        }
        queue->last = leaf;
    }
    leaf->record[leaf->end++] = (th_retired_record){(uintptr_t)memory | list, TH_LOAD(heap->batch)};
    queue->items++;
    queue->bytes += th_pool_size(list);
    report(heap, queue);
}

void th_retire(th_heap *heap, uint32_t list, void *memory, int64_t maps) {
    th_front *front = heap->deferred ? th_front_here(heap) : th_front_on(heap, th_pool_node(heap, memory));
    th_front_lock(front);
    front->maps -= maps;
    th_forget(heap, front, th_pool_size(list));
    if (heap->deferred) {
        enqueue(heap, front, list, memory);
    } else {
        th_pool_give(heap, front, list, memory);
    }
    th_front_unlock(front);
}

void th_retire_region(th_heap *heap, void *region, uint64_t size) {
    th_forget_region(heap, size);
    th_retire_range(heap, region, size);
}

void th_retire_range(th_heap *heap, void *range, uint64_t size) {
    if (!heap->deferred) {
        th_region_free(heap, range, size);
        return;
    }
    th_retired_regions *r = &heap->regions;
    th_os_lock_acquire(&r->lock);
    r->in_use--;
    r->items[r->end++] = (th_retired_region){range, size, TH_LOAD(heap->batch)};
    __atomic_store_n(&r->bytes, r->bytes + size, __ATOMIC_RELAXED);
    TH_ADD(heap->retired_regions, 1);
    th_os_lock_release(&r->lock);
}

/* With the front's lock: takes records of a leaf up to a batch off the queue; how many. */
static uint32_t dequeue(th_heap *heap, th_front *front, uint64_t batch, uint64_t *what) {
    th_retired_queue *queue = &front->retired;
    th_leaf *leaf = queue->first;
    uint32_t taken = 0;
    if (leaf == NULL) {
        return 0;
    }
    while (leaf->begin < leaf->end && leaf->record[leaf->begin].batch <= batch) {
        what[taken] = leaf->record[leaf->begin++].what;
        queue->bytes -= th_pool_size((uint32_t)(what[taken] & LIST_MASK));
        taken++;
    }
    queue->items -= taken;
    if (leaf->begin == leaf->end) {
        queue->first = leaf->next;
        queue->last = leaf->next == NULL ? NULL : queue->last;
        th_room_give(heap, leaf);
    }
    report(heap, queue);
    return taken;
}

/* Each to a front of its node; memory of one node mostly comes in a row. */
static void give_all(th_heap *heap, const uint64_t *what, uint32_t count) {
    th_front *front = NULL;
    for (uint32_t i = 0; i < count; i++) {
        void *memory = (void *)(uintptr_t)(what[i] & ~LIST_MASK);
        uint32_t node = th_pool_node(heap, memory);
        if (front == NULL || front->node != node) {
            if (front != NULL) {
                th_front_unlock(front);
            }
            front = th_front_on(heap, node);
            th_front_lock(front);
        }
        th_pool_give(heap, front, (uint32_t)(what[i] & LIST_MASK), memory);
    }
    if (front != NULL) {
        th_front_unlock(front);
    }
}

static void free_small(th_heap *heap, th_front *front, uint64_t batch) {
    uint64_t what[TH_LEAF_RECORDS];
    uint32_t count;
    do {
        th_front_lock(front);
        count = dequeue(heap, front, batch, what);
        th_front_unlock(front);
        give_all(heap, what, count);
    } while (count > 0);
}

static void free_regions(th_heap *heap, uint64_t batch) {
    th_retired_regions *r = &heap->regions;
    for (;;) {
        th_retired_region oldest = {0};
        th_os_lock_acquire(&r->lock);
        if (r->begin < r->end && r->items[r->begin].batch <= batch) {
            oldest = r->items[r->begin++];
            __atomic_store_n(&r->bytes, r->bytes - oldest.size, __ATOMIC_RELAXED);
            TH_SUBTRACT(heap->retired_regions, 1);
        }
        th_os_lock_release(&r->lock);
        if (oldest.memory == NULL) {
            return;
        }
        th_region_free(heap, oldest.memory, oldest.size);
    }
}

th_status th_heap_seal(th_heap *heap, uint64_t *batch) {
    if (heap == NULL || batch == NULL) {
        return TH_INVALID;
    }
    *batch = __atomic_fetch_add(&heap->batch, 1, __ATOMIC_ACQ_REL);
    for (uint32_t i = 0; i < heap->fronts; i++) {
        th_front_lock(&heap->front[i]);
        th_front_unlock(&heap->front[i]);
    }
    th_os_lock_acquire(&heap->regions.lock);
    th_os_lock_release(&heap->regions.lock);
    return TH_OK;
}

th_status th_heap_reclaim(th_heap *heap, uint64_t batch) {
    if (heap == NULL || batch >= __atomic_load_n(&heap->batch, __ATOMIC_ACQUIRE)) {
        return TH_INVALID;
    }
    for (uint32_t i = 0; i < heap->fronts; i++) {
        free_small(heap, &heap->front[i], batch);
    }
    free_regions(heap, batch);
    return TH_OK;
}

int32_t th_heap_wants_reclaim(th_heap *heap) {
    return heap != NULL && (TH_LOAD(heap->retired_bytes) >= WANT_BLOCK_BYTES ||
                            TH_LOAD(heap->retired_regions) >= WANT_REGIONS ||
                            TH_LOAD(heap->regions.bytes) >= WANT_REGION_BYTES);
}

void th_retired_free_all(th_heap *heap) {
    free_regions(heap, UINT64_MAX); /* what is small goes with its chunks */
}
