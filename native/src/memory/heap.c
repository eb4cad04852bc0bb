/* The heap: its beginning and end, and the choice between pool and region. */
#include "memory/heap.h"

#include "memory/internal.h"
#include "os/file.h"

#include <string.h>

#define STAMP_OFFSET 48u

static size_t rounded(size_t bytes, size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

/* The heap, its nodes, its fronts and the table of CPUs are one piece of memory. */
static void place_parts(th_heap *h, const th_topology *t, const uint8_t *front_node) {
    h->node = (th_node *)(h + 1);
    h->front = (th_front *)(h->node + t->nodes);
    h->cpu_front = (uint8_t *)(h->front + h->fronts);
    for (uint32_t i = 0; i < t->nodes; i++) {
        h->node[i].id = t->node[i].id;
        h->node[i].has_memory = t->node[i].memory_bytes > 0;
        th_os_lock_init(&h->node[i].lock);
    }
    for (uint32_t i = 0; i < h->fronts; i++) {
        th_node *node = &h->node[front_node[i]];
        h->front[i].id = i;
        h->front[i].node = front_node[i];
        node->first_front = node->fronts == 0 ? i : node->first_front;
        node->fronts++;
    }
}

th_status th_heap_create_on(const th_heap_options *options, const th_topology *t, uint32_t (*cpu)(void),
                            th_heap **heap) {
    uint8_t front_node[TH_FRONTS_MAX];
    uint32_t fronts = th_fronts_plan(t, NULL, front_node);
    size_t page = th_os_page_size();
    size_t bytes = rounded(
        sizeof(th_heap) + t->nodes * sizeof(th_node) + fronts * sizeof(th_front) + t->cpu_limit, page);
    th_heap *h = th_os_reserve(bytes, page);
    if (h == NULL) {
        return TH_NO_MEMORY;
    }
    h->own_bytes = bytes;
    h->page = page;
    h->limit = options == NULL || options->byte_limit == 0 ? UINT64_MAX : options->byte_limit;
    h->deferred = options != NULL && options->deferred != 0;
    h->huge_pages = options == NULL || options->huge_pages != 0;
    h->fail_after = -1;
    h->batch = 1;
    h->fronts = fronts;
    h->nodes = t->nodes;
    h->cpu_limit = t->cpu_limit;
    h->cpu = cpu;
    place_parts(h, t, front_node);
    (void)th_fronts_plan(t, h->cpu_front, NULL);
    th_os_lock_init(&h->lock);
    th_os_lock_init(&h->room.lock);
    th_os_lock_init(&h->regions.lock);
    th_os_lock_init(&h->policies.lock);
    *heap = h;
    return TH_OK;
}

th_status th_heap_create(const th_heap_options *options, th_heap **heap) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    size_t bytes = rounded(sizeof(th_topology), th_os_page_size());
    th_topology *topology = th_os_reserve(bytes, th_os_page_size());
    if (topology == NULL) {
        return TH_NO_MEMORY;
    }
    (void)th_topology_read(NULL, topology);
    th_status status = th_heap_create_on(options, topology, th_os_cpu, heap);
    th_os_release(topology, bytes);
    return status;
}

static void destroy_locks(th_heap *heap) {
    for (uint32_t i = 0; i < heap->nodes; i++) {
        th_os_lock_destroy(&heap->node[i].lock);
    }
    th_os_lock_destroy(&heap->lock);
    th_os_lock_destroy(&heap->room.lock);
    th_os_lock_destroy(&heap->regions.lock);
    th_os_lock_destroy(&heap->policies.lock);
}

th_status th_heap_destroy(th_heap *heap) {
    th_heap_stats stats;
    if (th_heap_get_stats(heap, &stats) != TH_OK) {
        return TH_INVALID;
    }
    if (stats.maps != 0) {
        return TH_BUSY;
    }
    th_retired_free_all(heap);
    th_room_free_all(heap);
    th_pool_free_all(heap);
    destroy_locks(heap);
    th_os_release(heap, heap->own_bytes);
    return TH_OK;
}

bool th_heap_is_deferred(const th_heap *heap) {
    return heap->deferred;
}

bool th_heap_is_region(size_t bytes) {
    return bytes > TH_BLOCK_MAX;
}

size_t th_heap_size(size_t bytes) {
    size_t page = 4096; /* regions are accounted in the smallest page that both architectures have */
    return th_heap_is_region(bytes) ? rounded(bytes, page) : th_pool_size(th_pool_list(bytes));
}

/* Small memory of a list, and whether it is zero; NULL when refused. */
static void *new_small(th_heap *heap, th_policy policy, uint32_t list, bool *fresh) {
    size_t size = th_pool_size(list);
    th_front *front = th_front_for(heap, policy);
    th_front_lock(front);
    front->attempts++;
    void *memory = NULL;
    bool failed = !th_may_try(heap);
    if (!failed && !th_admit(heap, front, size)) {
        th_front_unlock(front);
        if (!th_admit_late(heap, size)) {
            return NULL;
        }
        th_front_lock(front);
    }
    if (!failed) {
        memory = th_pool_take(heap, front, list, fresh);
        failed = memory == NULL;
        if (failed) {
            th_forget(heap, front, size);
        } else if (list == TH_POOL_HEADERS) {
            front->maps++;
        }
    }
    th_front_unlock(front);
    if (failed) {
        th_note_failure(heap);
    }
    return memory;
}

static void *new_region(th_heap *heap, size_t bytes, size_t dense, th_policy policy) {
    size_t size = th_heap_size(bytes);
    TH_ADD(heap->region_attempts, 1);
    if (!th_may_try(heap)) {
        th_note_failure(heap);
        return NULL;
    }
    if (!th_admit_region(heap, size)) {
        return NULL;
    }
    bool room = th_regions_promise(heap);
    void *memory = room ? th_region_new(heap, bytes, dense, policy) : NULL;
    if (memory == NULL) {
        if (room) {
            th_regions_unpromise(heap);
        }
        th_forget_region(heap, size);
        th_note_failure(heap);
    }
    return memory;
}

void *th_heap_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy) {
    if (th_heap_is_region(bytes)) {
        return new_region(heap, bytes, dense, policy);
    }
    bool fresh;
    uint32_t list = th_pool_list(bytes);
    void *memory = new_small(heap, policy, list, &fresh);
    if (memory != NULL && !fresh) {
        memset(memory, 0, th_pool_size(list));
    }
    return memory;
}

void *th_heap_new_range(th_heap *heap, size_t bytes, size_t align) {
    TH_ADD(heap->region_attempts, 1);
    bool room = th_may_try(heap) && th_regions_promise(heap);
    void *range = room ? th_os_reserve(bytes, align) : NULL;
    if (range == NULL) {
        if (room) {
            th_regions_unpromise(heap);
        }
        th_note_failure(heap);
    }
    return range;
}

void th_heap_retire_range(th_heap *heap, void *range, size_t bytes) {
    /* Should the system refuse, for want of mappings, late readers see what they saw before. */
    (void)th_os_file_unmap(range, bytes);
    th_retire_range(heap, range, bytes);
}

void th_heap_retire(th_heap *heap, void *memory, size_t bytes) {
    if (th_heap_is_region(bytes)) {
        th_region_discard(heap, memory, bytes);
        th_retire_region(heap, memory, th_heap_size(bytes));
    } else {
        th_retire(heap, th_pool_list(bytes), memory, 0);
    }
}

void *th_heap_new_header(th_heap *heap) {
    bool fresh;
    uint8_t *header = new_small(heap, TH_POLICY_OF_HEAP, TH_POOL_HEADERS, &fresh);
    if (header != NULL && !fresh) {
        memset(header, 0, STAMP_OFFSET);
        memset(header + STAMP_OFFSET + 8, 0, TH_HEADER_BYTES - STAMP_OFFSET - 8);
    }
    return header;
}

void th_heap_retire_header(th_heap *heap, void *header) {
    th_retire(heap, TH_POOL_HEADERS, header, 1);
}
