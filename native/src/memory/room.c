/* Room for the records of retired memory, made when memory is allocated, so that retiring cannot fail. */
#include "memory/internal.h"

#include <string.h>

_Static_assert(sizeof(th_leaf) == 4096, "leaves fill pages");

/* With the room's lock. Nothing of it is touched but its first page: most of it is never needed. */
static bool add_slab(th_heap *heap) {
    th_room *r = &heap->room;
    th_leaf *slab = th_os_reserve(TH_POOL_CHUNK, heap->page);
    if (slab == NULL) {
        return false;
    }
    *(r->last == NULL ? &r->slabs : &r->last->next) = slab;
    r->last = slab;
    r->next = r->next == NULL ? slab : r->next;
    r->leaves += TH_POOL_CHUNK / sizeof(th_leaf) - 1;
    return true;
}

/* With the room's lock: a leaf that nobody has used yet. It was promised, so there is one. */
static th_leaf *untouched_leaf(th_room *r) {
    if (r->at == r->end) {
        r->at = (uint8_t *)(r->next + 1);
        r->end = (uint8_t *)r->next + TH_POOL_CHUNK;
        r->next = r->next->next;
    }
    th_leaf *leaf = (th_leaf *)(void *)r->at;
    r->at += sizeof(th_leaf);
    return leaf;
}

static uint64_t leaves_for(uint64_t records) {
    return (records + TH_LEAF_RECORDS - 1) / TH_LEAF_RECORDS;
}

bool th_room_promise(th_heap *heap, uint64_t records) {
    th_room *r = &heap->room;
    uint64_t leaves = leaves_for(records);
    /* Two of a front's leaves may be nearly empty. */
    uint64_t slack = 2 * (uint64_t)heap->fronts;
    bool made = true;
    th_os_lock_acquire(&r->lock);
    while (made && r->leaves < slack + r->promised + leaves) {
        made = add_slab(heap);
    }
    if (made) {
        r->promised += leaves;
    }
    th_os_lock_release(&r->lock);
    return made;
}

void th_room_unpromise(th_heap *heap, uint64_t records) {
    th_room *r = &heap->room;
    th_os_lock_acquire(&r->lock);
    r->promised -= leaves_for(records);
    th_os_lock_release(&r->lock);
}

th_leaf *th_room_take(th_heap *heap) {
    th_room *r = &heap->room;
    th_os_lock_acquire(&r->lock);
    th_leaf *leaf = r->free;
    if (leaf != NULL) {
        r->free = leaf->next;
    } else {
        leaf = untouched_leaf(r);
    }
    th_os_lock_release(&r->lock);
    leaf->next = NULL;
    leaf->begin = 0;
    leaf->end = 0;
    return leaf;
}

void th_room_give(th_heap *heap, th_leaf *leaf) {
    th_room *r = &heap->room;
    th_os_lock_acquire(&r->lock);
    leaf->next = r->free;
    r->free = leaf;
    th_os_lock_release(&r->lock);
}

void th_room_free_all(th_heap *heap) {
    for (th_leaf *slab = heap->room.slabs; slab != NULL;) {
        th_leaf *next = slab->next;
        th_os_release(slab, TH_POOL_CHUNK);
        slab = next;
    }
    if (heap->regions.items != NULL) {
        th_os_release(heap->regions.items, heap->regions.items_bytes);
    }
}

/* With the regions' lock: space behind the last one for every region in use and one more. */
static bool grow_regions(th_heap *heap) {
    th_retired_regions *r = &heap->regions;
    uint64_t held = r->end - r->begin;
    uint64_t capacity = r->items_bytes / sizeof(th_retired_region);
    if (r->end + r->in_use + 1 <= capacity) {
        return true;
    }
    if (r->begin > 0 && held + r->in_use + 1 <= capacity / 2) {
        /* Half of the list is enough: move what is held to its front instead of growing. */
        memmove(r->items, r->items + r->begin, held * sizeof(th_retired_region));
    } else {
        size_t bytes = r->items_bytes == 0 ? heap->page : 2 * r->items_bytes;
        th_retired_region *items = th_os_reserve(bytes, heap->page);
        if (items == NULL) {
            return false;
        }
        if (r->items != NULL) {
            memcpy(items, r->items + r->begin, held * sizeof(th_retired_region));
            th_os_release(r->items, r->items_bytes);
        }
        r->items = items;
        r->items_bytes = bytes;
    }
    r->begin = 0;
    r->end = held;
    return true;
}

bool th_regions_promise(th_heap *heap) {
    if (!heap->deferred) {
        return true;
    }
    th_os_lock_acquire(&heap->regions.lock);
    bool made = grow_regions(heap);
    if (made) {
        heap->regions.in_use++;
    }
    th_os_lock_release(&heap->regions.lock);
    return made;
}

void th_regions_unpromise(th_heap *heap) {
    if (heap->deferred) {
        th_os_lock_acquire(&heap->regions.lock);
        heap->regions.in_use--;
        th_os_lock_release(&heap->regions.lock);
    }
}
