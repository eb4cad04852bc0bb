/* Retired memory: held back until no thread can be reading it any more. */
#include "memory/internal.h"

#include <string.h>

static void free_now(th_heap *heap, th_retired_kind kind, void *memory, size_t size) {
    if (kind == TH_RETIRED_REGION) {
        th_region_free(heap, memory, size);
    } else if (kind == TH_RETIRED_BLOCK) {
        th_pool_give(heap, memory, size);
    } else {
        th_pool_give_header(heap, memory);
    }
}

bool th_retired_make_room(th_heap *heap) {
    th_retired_list *r = &heap->retired;
    if (!heap->deferred) {
        return true;
    }
    uint64_t held = r->end - r->begin;
    uint64_t capacity = r->items_bytes / sizeof(th_retired);
    if (heap->objects + held + 1 <= capacity - (r->begin - r->first)) {
        return true;
    }
    if (r->begin > r->first && heap->objects + held + 1 <= capacity / 2) {
        /* Half of the list is enough: move what is held to its front instead of growing. */
        memmove(r->items, r->items + (r->begin - r->first), held * sizeof(th_retired));
        r->first = r->begin;
        return true;
    }
    size_t bytes = r->items_bytes == 0 ? heap->page : 2 * r->items_bytes;
    th_retired *items = th_os_reserve(bytes, heap->page);
    if (items == NULL) {
        return false;
    }
    if (r->items != NULL) {
        memcpy(items, r->items + (r->begin - r->first), held * sizeof(th_retired));
        th_os_release(r->items, r->items_bytes);
    }
    r->items = items;
    r->items_bytes = bytes;
    r->first = r->begin;
    return true;
}

static void count(th_retired_list *r, th_retired_kind kind, size_t size, bool add) {
    uint64_t *bytes = kind == TH_RETIRED_REGION ? &r->region_bytes : &r->block_bytes;
    *bytes = add ? *bytes + size : *bytes - size;
    if (kind == TH_RETIRED_REGION) {
        r->regions = add ? r->regions + 1 : r->regions - 1;
    }
}

void th_retire(th_heap *heap, th_retired_kind kind, void *memory, size_t size) {
    th_retired_list *r = &heap->retired;
    if (!heap->deferred) {
        free_now(heap, kind, memory, size);
        return;
    }
    r->items[r->end - r->first] = (th_retired){memory, (uint64_t)size << 2 | (uint64_t)kind};
    r->end++;
    count(r, kind, size, true);
}

static void free_until(th_heap *heap, uint64_t end) {
    th_retired_list *r = &heap->retired;
    for (; r->begin < end; r->begin++) {
        th_retired item = r->items[r->begin - r->first];
        th_retired_kind kind = (th_retired_kind)(item.size_and_kind & 3u);
        size_t size = (size_t)(item.size_and_kind >> 2);
        count(r, kind, size, false);
        free_now(heap, kind, item.memory, size);
    }
}

th_status th_heap_seal(th_heap *heap, uint64_t *batch) {
    if (heap == NULL || batch == NULL) {
        return TH_INVALID;
    }
    th_os_lock_acquire(&heap->lock);
    *batch = heap->retired.end;
    th_os_lock_release(&heap->lock);
    return TH_OK;
}

th_status th_heap_reclaim(th_heap *heap, uint64_t batch) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    th_os_lock_acquire(&heap->lock);
    bool sealed = batch <= heap->retired.end;
    if (sealed) {
        free_until(heap, batch);
    }
    th_os_lock_release(&heap->lock);
    return sealed ? TH_OK : TH_INVALID;
}

void th_retired_free_all(th_heap *heap) {
    free_until(heap, heap->retired.end);
    if (heap->retired.items != NULL) {
        th_os_release(heap->retired.items, heap->retired.items_bytes);
    }
}
