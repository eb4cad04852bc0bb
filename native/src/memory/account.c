/*
 * Accounting: live bytes and their limit, exact without a counter that all threads write to. Each front has
 * credit: bytes that it has drawn from the limit and that no memory stands behind yet.
 *
 *   live bytes = drawn - credit of all fronts        drawn <= limit, unless the limit was lowered since
 *
 * Only when the limit leaves nothing to draw are all fronts locked and their credit called in; what does not
 * fit then is refused. So an allocation is refused exactly when it would bring the live bytes above the
 * limit.
 */
#include "memory/internal.h"

static bool draw(th_heap *heap, uint64_t bytes) {
    uint64_t drawn = TH_LOAD(heap->drawn);
    uint64_t limit = TH_LOAD(heap->limit);
    do {
        if (bytes > limit || drawn > limit - bytes) {
            return false;
        }
    } while (!__atomic_compare_exchange_n(&heap->drawn, &drawn, drawn + bytes, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return true;
}

bool th_draw_credit(th_heap *heap, th_front *front, uint64_t size) {
    uint64_t more = draw(heap, size + TH_CREDIT) ? size + TH_CREDIT : draw(heap, size) ? size : 0;
    front->credit += more;
    return more != 0;
}

void th_return_credit(th_heap *heap, th_front *front) {
    TH_SUBTRACT(heap->drawn, front->credit - TH_CREDIT);
    front->credit = TH_CREDIT;
}

/* With the locks of all fronts: afterwards drawn is what lives. */
static void call_in(th_heap *heap) {
    for (uint32_t i = 0; i < heap->fronts; i++) {
        TH_SUBTRACT(heap->drawn, heap->front[i].credit);
        heap->front[i].credit = 0;
    }
}

bool th_admit_late(th_heap *heap, uint64_t size) {
    th_fronts_lock(heap);
    call_in(heap);
    bool admitted = draw(heap, size);
    if (!admitted) {
        th_os_lock_acquire(&heap->lock);
        heap->refusals++;
        heap->refused_bytes = size;
        heap->refused_live = TH_LOAD(heap->drawn);
        heap->refused_thread = th_os_thread();
        th_os_lock_release(&heap->lock);
    }
    th_fronts_unlock(heap);
    return admitted;
}

bool th_admit_region(th_heap *heap, uint64_t size) {
    return draw(heap, size) || th_admit_late(heap, size);
}

void th_forget_region(th_heap *heap, uint64_t size) {
    TH_SUBTRACT(heap->drawn, size);
}

bool th_may_try(th_heap *heap) {
    if (TH_LOAD(heap->fail_after) < 0) {
        return true;
    }
    return __atomic_fetch_sub(&heap->fail_after, 1, __ATOMIC_RELAXED) != 0;
}

void th_note_failure(th_heap *heap) {
    th_os_lock_acquire(&heap->lock);
    if (heap->refused_thread == th_os_thread()) {
        heap->refused_thread = 0;
    }
    th_os_lock_release(&heap->lock);
}

/* "No limit" is 0 outside and the largest number in here. */
th_status th_heap_set_limit(th_heap *heap, uint64_t bytes) {
    if (heap == NULL) {
        return TH_INVALID;
    }
    th_fronts_lock(heap);
    call_in(heap); /* credit was drawn from the old limit */
    __atomic_store_n(&heap->limit, bytes == 0 ? UINT64_MAX : bytes, __ATOMIC_RELAXED);
    th_fronts_unlock(heap);
    return TH_OK;
}

th_status th_heap_get_stats(th_heap *heap, th_heap_stats *stats) {
    if (heap == NULL || stats == NULL) {
        return TH_INVALID;
    }
    int64_t maps = 0;
    uint64_t credit = 0;
    uint64_t limit = TH_LOAD(heap->limit);
    *stats = (th_heap_stats){.byte_limit = limit == UINT64_MAX ? 0 : limit};
    th_fronts_lock(heap);
    th_os_lock_acquire(&heap->regions.lock);
    for (uint32_t i = 0; i < heap->fronts; i++) {
        const th_front *front = &heap->front[i];
        maps += front->maps;
        credit += front->credit;
        stats->retired_bytes += front->retired.bytes;
        stats->retired_items += front->retired.items;
    }
    stats->maps = (uint64_t)maps;
    stats->live_bytes = TH_LOAD(heap->drawn) - credit;
    stats->pool_bytes = TH_LOAD(heap->pool_bytes);
    stats->retired_bytes += heap->regions.bytes;
    stats->retired_items += heap->regions.end - heap->regions.begin;
    th_os_lock_release(&heap->regions.lock);
    th_fronts_unlock(heap);

    th_os_lock_acquire(&heap->lock);
    stats->refusals = heap->refusals;
    stats->refused_bytes = heap->refused_bytes;
    stats->refused_live = heap->refused_live;
    stats->refused_here = heap->refused_thread == th_os_thread();
    th_os_lock_release(&heap->lock);
    return TH_OK;
}
