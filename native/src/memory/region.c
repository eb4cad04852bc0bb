/* Regions: address ranges of their own, in the pages that their placement asks for. */
#include "memory/internal.h"

#define HUGE_PAGE ((size_t)2 << 20)

static size_t region_bytes(const th_heap *heap, size_t bytes) {
    return (bytes + heap->page - 1) / heap->page * heap->page;
}

void *th_region_new(th_heap *heap, size_t bytes, th_policy policy) {
    (void)policy;
    size_t size = region_bytes(heap, bytes);
    bool huge = heap->huge_pages && size >= 2 * HUGE_PAGE;
    void *memory = th_os_reserve(size, huge ? HUGE_PAGE : heap->page);
    if (memory != NULL && huge) {
        th_os_advise_huge(memory, size);
    }
    return memory;
}

void th_region_discard(th_heap *heap, void *region, size_t bytes) {
    (void)th_os_discard(region, region_bytes(heap, bytes));
}

void th_region_free(th_heap *heap, void *region, size_t bytes) {
    th_os_release(region, region_bytes(heap, bytes));
}
