/* The heap: accounting, limits and the choice between pool and region. */
#include "memory/heap.h"

#include "memory/internal.h"

/* Thresholds of th_heap_wants_reclaim: see there. */
#define WANT_BLOCK_BYTES ((uint64_t)16 << 20)
#define WANT_REGIONS 1024u
#define WANT_REGION_BYTES ((uint64_t)1 << 40)

/* "No limit" is 0 outside and the largest number in here. */
static uint64_t limit_of(uint64_t bytes) {
    return bytes == 0 ? UINT64_MAX : bytes;
}

th_status th_heap_create(const th_heap_options *options, th_heap **heap) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    size_t page = th_os_page_size();
    size_t bytes = (sizeof(th_heap) + page - 1) / page * page;
    th_heap *h = th_os_reserve(bytes, page);
    if (h == NULL) {
        return TH_NO_MEMORY;
    }
    h->own_bytes = bytes;
    h->page = page;
    h->limit = limit_of(options == NULL ? 0 : options->byte_limit);
    h->deferred = options != NULL && options->deferred != 0;
    h->huge_pages = options == NULL || options->huge_pages != 0;
    h->fail_after = -1;
    th_os_lock_init(&h->lock);
    th_os_lock_init(&h->policies.lock);
    *heap = h;
    return TH_OK;
}

th_status th_heap_destroy(th_heap *heap) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    th_os_lock_acquire(&heap->lock);
    bool busy = heap->maps != 0;
    th_os_lock_release(&heap->lock);
    if (busy) {
        return TH_BUSY;
    }
    th_retired_free_all(heap);
    th_pool_free_all(heap);
    th_os_lock_destroy(&heap->lock);
    th_os_lock_destroy(&heap->policies.lock);
    th_os_release(heap, heap->own_bytes);
    return TH_OK;
}

bool th_heap_is_region(size_t bytes) {
    return bytes > TH_BLOCK_MAX;
}

size_t th_heap_size(size_t bytes) {
    size_t page = 4096; /* regions are accounted in the smallest page that both architectures have */
    return th_heap_is_region(bytes) ? (bytes + page - 1) / page * page : th_pool_size(bytes);
}

/* Under the lock: an allocation has failed, but not because of the limit. */
static void note_failure(th_heap *heap) {
    if (heap->refused_thread == th_os_thread()) {
        heap->refused_thread = 0;
    }
}

/* Under the lock: whether an allocation may go ahead; counts it if so. */
static bool admit(th_heap *heap, size_t size) {
    heap->attempts++;
    if (heap->fail_after >= 0 && heap->fail_after-- == 0) {
        note_failure(heap);
        return false;
    }
    if (size > heap->limit || heap->live > heap->limit - size) {
        heap->refusals++;
        heap->refused_bytes = size;
        heap->refused_live = heap->live;
        heap->refused_thread = th_os_thread();
        return false;
    }
    if (!th_retired_make_room(heap)) {
        note_failure(heap);
        return false;
    }
    heap->live += size;
    heap->objects++;
    return true;
}

static void forget(th_heap *heap, size_t size) {
    heap->live -= size;
    heap->objects--;
}

void *th_heap_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy) {
    size_t size = th_heap_size(bytes);
    th_os_lock_acquire(&heap->lock);
    void *memory = NULL;
    if (admit(heap, size)) {
        memory =
            th_heap_is_region(bytes) ? th_region_new(heap, bytes, dense, policy) : th_pool_take(heap, size);
        if (memory == NULL) {
            forget(heap, size);
            note_failure(heap);
        }
    }
    th_os_lock_release(&heap->lock);
    return memory;
}

void th_heap_retire(th_heap *heap, void *memory, size_t bytes) {
    bool region = th_heap_is_region(bytes);
    if (region) {
        th_region_discard(heap, memory, bytes); /* before the lock, as this can take milliseconds */
    }
    th_os_lock_acquire(&heap->lock);
    forget(heap, th_heap_size(bytes));
    th_retire(heap, region ? TH_RETIRED_REGION : TH_RETIRED_BLOCK, memory, th_heap_size(bytes));
    th_os_lock_release(&heap->lock);
}

void *th_heap_new_header(th_heap *heap) {
    th_os_lock_acquire(&heap->lock);
    void *header = NULL;
    if (admit(heap, TH_HEADER_BYTES)) {
        header = th_pool_take_header(heap);
        if (header == NULL) {
            forget(heap, TH_HEADER_BYTES);
            note_failure(heap);
        } else {
            heap->maps++;
        }
    }
    th_os_lock_release(&heap->lock);
    return header;
}

void th_heap_retire_header(th_heap *heap, void *header) {
    th_os_lock_acquire(&heap->lock);
    heap->maps--;
    forget(heap, TH_HEADER_BYTES);
    th_retire(heap, TH_RETIRED_HEADER, header, TH_HEADER_BYTES);
    th_os_lock_release(&heap->lock);
}

th_status th_heap_get_stats(th_heap *heap, th_heap_stats *stats) {
    if (heap == NULL || stats == NULL) {
        return TH_INVALID;
    }
    th_os_lock_acquire(&heap->lock);
    *stats = (th_heap_stats){.maps = heap->maps,
                             .live_bytes = heap->live,
                             .retired_bytes = heap->retired.block_bytes + heap->retired.region_bytes,
                             .retired_items = heap->retired.end - heap->retired.begin,
                             .pool_bytes = heap->pool_bytes,
                             .byte_limit = heap->limit == UINT64_MAX ? 0 : heap->limit,
                             .refusals = heap->refusals,
                             .refused_bytes = heap->refused_bytes,
                             .refused_live = heap->refused_live,
                             .refused_here = heap->refused_thread == th_os_thread()};
    th_os_lock_release(&heap->lock);
    return TH_OK;
}

th_status th_heap_set_limit(th_heap *heap, uint64_t bytes) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    th_os_lock_acquire(&heap->lock);
    heap->limit = limit_of(bytes);
    th_os_lock_release(&heap->lock);
    return TH_OK;
}

int32_t th_heap_wants_reclaim(th_heap *heap) {
    if (heap == NULL) {
        return 0;
    }
    th_os_lock_acquire(&heap->lock);
    const th_retired_list *r = &heap->retired;
    int32_t wants = r->block_bytes >= WANT_BLOCK_BYTES || r->regions >= WANT_REGIONS ||
                    r->region_bytes >= WANT_REGION_BYTES;
    th_os_lock_release(&heap->lock);
    return wants;
}
