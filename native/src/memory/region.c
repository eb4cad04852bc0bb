/* Regions: address ranges of their own, in the pages and on the nodes that their policy asks for. */
#include "memory/internal.h"

#include <errno.h>

#define HUGE_PAGE ((size_t)2 << 20)

/* What is moved or taken in turn at once where pages are interleaved by hand. */
#define TURN_BYTES ((size_t)2 << 20)

static size_t region_bytes(const th_heap *heap, size_t bytes) {
    return (bytes + heap->page - 1) / heap->page * heap->page;
}

static const th_policy_entry *entry_of(const th_heap *heap, th_policy policy) {
    return &heap->policies.entries[policy];
}

/* A region whose first part lies in explicit huge pages. NULL: the system has not enough of them. */
static void *with_explicit_pages(th_heap *heap, size_t size, size_t dense, uint8_t pages, th_policy policy) {
    size_t page = th_explicit_page(pages);
    if (pages == TH_PAGES_1G && dense < page / 2) {
        page = th_explicit_page(TH_PAGES_2M);
    }
    size_t part = (dense + page - 1) / page * page;
    part = part < size ? part : (size + page - 1) / page * page;
    if (dense < page / 2) {
        return NULL; /* it would be more waste than use */
    }
    int error = 0;
    void *memory = th_os_reserve_explicit(size > part ? size : part, part, page, &error);
    if (memory == NULL) {
        th_policy_note(heap, policy, TH_REFUSED_PAGES, error);
    }
    return memory;
}

/* Places a new region. false: it must lie as asked and cannot. */
static bool place(th_heap *heap, void *memory, size_t size, size_t dense, bool is_explicit,
                  th_policy policy) {
    const th_placement *p = &entry_of(heap, policy)->placement;
    int error = 0;
    if (p->mode > TH_PLACE_FIRST_TOUCH) {
        error = th_os_place(memory, size, p->mode, p->nodes, false);
        if (error != 0) {
            th_policy_note(heap, policy, TH_REFUSED_NODES, error);
        }
    }
    /* The system's pool promises pages, but not of which node: a bound region takes them at once, because the
       kernel would otherwise end the process at the first touch. */
    if (error == 0 && is_explicit && p->mode == TH_PLACE_BIND && !th_os_populate(memory, dense)) {
        th_policy_note(heap, policy, TH_REFUSED_PAGES, ENOMEM);
        return false;
    }
    return error == 0 || !p->strict;
}

void *th_region_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy) {
    uint8_t pages = entry_of(heap, policy)->placement.pages;
    bool strict = entry_of(heap, policy)->placement.strict;
    size_t size = region_bytes(heap, bytes);
    if (pages >= TH_PAGES_2M && dense >= th_explicit_page(TH_PAGES_2M) / 2) {
        void *memory = with_explicit_pages(heap, size, dense, pages, policy);
        if (memory == NULL && pages == TH_PAGES_1G && dense >= th_explicit_page(pages) / 2) {
            memory = with_explicit_pages(heap, size, dense, TH_PAGES_2M, policy);
        }
        if (memory != NULL) {
            if (place(heap, memory, size, dense, true, policy)) {
                return memory;
            }
            th_os_release(memory, size);
        }
        if (strict) {
            return NULL;
        }
    }
    bool wanted = pages != TH_PAGES_SMALL && (pages != TH_PAGES_HEAP || heap->huge_pages);
    bool huge = wanted && size >= 2 * HUGE_PAGE;
    void *memory = th_os_reserve(size, huge ? HUGE_PAGE : heap->page);
    if (memory != NULL && !place(heap, memory, size, dense, false, policy)) {
        th_os_release(memory, size);
        return NULL;
    }
    if (memory != NULL && huge) {
        th_os_advise_huge(memory, size);
    } else if (memory != NULL && pages == TH_PAGES_SMALL) {
        th_os_advise_small(memory, size);
    }
    return memory;
}

void th_region_discard(th_heap *heap, void *region, size_t bytes) {
    (void)th_os_discard(region, region_bytes(heap, bytes));
}

void th_region_free(th_heap *heap, void *region, size_t bytes) {
    th_os_release(region, region_bytes(heap, bytes));
}

/* ---- moving --------------------------------------------------------------------------------------- */

/*
 * The kernel leaves a page where it is when its node is one of those to interleave, so that what lay on one
 * of them stays there: pieces are bound to one node after the other first. Which one follows from the
 * address, as in the kernel, so that a part that is moved twice lies the same.
 */
static int move_interleaved(uint8_t *part, size_t bytes, const uint64_t *nodes) {
    int error = 0;
    for (size_t at = 0; at < bytes;) {
        uintptr_t address = (uintptr_t)(part + at);
        size_t piece = TURN_BYTES - address % TURN_BYTES;
        piece = piece < bytes - at ? piece : bytes - at;
        uint64_t one[TH_MAX_NODES / 64];
        th_policy_pick(nodes, (uint32_t)(address / TURN_BYTES), one);
        int failed = th_os_place(part + at, piece, TH_PLACE_PREFER, one, true);
        error = failed != 0 ? failed : error;
        at += piece;
    }
    return error;
}

bool th_heap_move(th_heap *heap, void *part, size_t bytes, th_policy policy) {
    const th_placement *p = &entry_of(heap, policy)->placement;
    int moved = 0;
    if (p->mode == TH_PLACE_INTERLEAVE) {
        moved = move_interleaved(part, bytes, p->nodes);
    }
    int placed = th_os_place(part, bytes, p->mode, p->nodes, p->mode != TH_PLACE_INTERLEAVE);
    int error = placed != 0 ? placed : moved;
    if (error != 0) {
        th_policy_note(heap, policy, error == EIO ? TH_REFUSED_MOVE : TH_REFUSED_NODES, error);
    }
    return error == 0;
}
