/* Regions: address ranges of their own, in the pages and on the nodes that their policy asks for. */
#include "memory/internal.h"
#include "os/file.h"

#include <errno.h>

#define HUGE_PAGE ((size_t)2 << 20)

static size_t region_bytes(const th_heap *heap, size_t bytes) {
    return (bytes + heap->page - 1) / heap->page * heap->page;
}

static const th_policy_entry *entry_of(const th_heap *heap, th_policy policy) {
    return &heap->policies.entries[policy];
}

/*
 * A region whose first part lies in explicit huge pages, as many whole ones as it will use in any case;
 * *part: its bytes. NULL: the system has not enough of them.
 */
static void *with_explicit_pages(th_heap *heap, size_t size, size_t dense, size_t page, size_t *part,
                                 th_policy policy) {
    int error = 0;
    *part = dense / page * page;
    void *memory = th_os_reserve_explicit(size, *part, page, &error);
    if (memory == NULL) {
        th_policy_note(heap, policy, TH_REFUSED_PAGES, error);
    }
    return memory;
}

/* Places a new region. false: it must lie as asked and cannot. */
static bool place(th_heap *heap, void *memory, size_t size, th_policy policy) {
    const th_placement *p = &entry_of(heap, policy)->placement;
    int error = p->mode > TH_PLACE_FIRST_TOUCH ? th_os_place(memory, size, p->mode, p->nodes, false) : 0;
    if (error != 0) {
        th_policy_note(heap, policy, TH_REFUSED_NODES, error);
    }
    return error == 0 || !p->strict;
}

/*
 * The region in explicit huge pages, NULL without them. They are touched at once: the system's pool promises
 * pages, but not of which node, and where the node's own have run out (under a policy that binds, the
 * process's policy or a cpuset) the kernel would end the process at a later touch.
 */
static void *new_explicit(th_heap *heap, size_t size, size_t dense, th_policy policy) {
    uint8_t pages = entry_of(heap, policy)->placement.pages;
    bool giant = pages == TH_PAGES_1G && dense >= th_explicit_page(TH_PAGES_1G);
    size_t page = th_explicit_page(giant ? TH_PAGES_1G : TH_PAGES_2M);
    size_t part;
    void *memory = with_explicit_pages(heap, size, dense, page, &part, policy);
    if (memory == NULL && giant && !entry_of(heap, policy)->placement.strict) {
        memory = with_explicit_pages(heap, size, dense, th_explicit_page(TH_PAGES_2M), &part, policy);
    }
    if (memory == NULL) {
        return NULL;
    }
    bool placed = place(heap, memory, size, policy);
    bool touched = placed && th_os_populate(memory, part);
    if (placed && !touched) {
        th_policy_note(heap, policy, TH_REFUSED_PAGES, ENOMEM);
    }
    if (!touched) {
        th_os_release(memory, size);
        return NULL;
    }
    return memory;
}

void *th_region_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy) {
    uint8_t pages = entry_of(heap, policy)->placement.pages;
    bool strict = entry_of(heap, policy)->placement.strict;
    size_t size = region_bytes(heap, bytes);
    if (pages >= TH_PAGES_2M && dense >= th_explicit_page(TH_PAGES_2M)) {
        void *memory = new_explicit(heap, size, dense, policy);
        if (memory != NULL || strict) {
            return memory;
        }
    }
    bool wanted = pages != TH_PAGES_SMALL && (pages != TH_PAGES_HEAP || heap->huge_pages);
    bool huge = wanted && size >= 2 * HUGE_PAGE;
    void *memory = th_os_reserve(size, huge ? HUGE_PAGE : heap->page);
    if (memory != NULL && !place(heap, memory, size, policy)) {
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

/*
 * Explicit huge pages stay until the region is freed: given back, they could be gone when a late reader
 * touches them, as a read needs one too. The kernel refuses a range that begins inside one, so the first page
 * comes last.
 */
void th_region_discard(th_heap *heap, void *region, size_t bytes) {
    size_t size = region_bytes(heap, bytes);
    if (th_os_discard((uint8_t *)region + heap->page, size - heap->page)) {
        (void)th_os_discard(region, heap->page);
    }
}

void th_region_free(th_heap *heap, void *region, size_t bytes) {
    th_os_watch_end(region); /* a file's, which nobody reads in any more */
    th_os_release(region, region_bytes(heap, bytes));
}

/* ---- moving --------------------------------------------------------------------------------------- */

/*
 * The kernel leaves a page where it is when its node is one of those to interleave, so that what lay on one
 * of them stays there: pieces are bound to one node after the other first. Which one follows from the
 * address, as in the kernel, so that a part that is moved twice lies the same.
 */
static int move_interleaved(uint8_t *part, size_t bytes, size_t turn, const uint64_t *nodes) {
    int error = 0;
    for (size_t at = 0; at < bytes;) {
        uintptr_t address = (uintptr_t)(part + at);
        size_t piece = turn - address % turn;
        piece = piece < bytes - at ? piece : bytes - at;
        uint64_t one[TH_MAX_NODES / 64];
        th_policy_pick(nodes, (uint32_t)(address / turn), one);
        int failed = th_os_place(part + at, piece, TH_PLACE_PREFER, one, true);
        error = failed != 0 ? failed : error;
        at += piece;
    }
    return error;
}

bool th_heap_move(th_heap *heap, void *part, size_t bytes, size_t turn, th_policy policy) {
    const th_placement *p = &entry_of(heap, policy)->placement;
    int moved = 0;
    if (p->mode == TH_PLACE_INTERLEAVE) {
        moved = move_interleaved(part, bytes, turn, p->nodes);
    }
    int placed = th_os_place(part, bytes, p->mode, p->nodes, p->mode != TH_PLACE_INTERLEAVE);
    int error = placed != 0 ? placed : moved;
    if (error != 0 && error != EIO && p->mode <= TH_PLACE_FIRST_TOUCH) {
        return true; /* who may not choose has first touch in any case */
    }
    if (error != 0) {
        th_policy_note(heap, policy, error == EIO ? TH_REFUSED_MOVE : TH_REFUSED_NODES, error);
    }
    return error == 0;
}
