#include "memory/policy.h"

#include "memory/internal.h"

#include <string.h>

#define WORDS (TH_MAX_NODES / 64)

static bool has_nodes(const uint64_t *nodes) {
    for (uint32_t i = 0; i < WORDS; i++) {
        if (nodes[i] != 0) {
            return true;
        }
    }
    return false;
}

static bool wants_nodes(uint8_t mode) {
    return mode >= TH_PLACE_BIND;
}

/* Number of the n-th node of a set, counted in a circle; the set is not empty. */
static uint32_t node_at(const uint64_t *nodes, uint32_t n) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        count += (uint32_t)__builtin_popcountll(nodes[i]);
    }
    n %= count;
    for (uint32_t i = 0; i < WORDS; i++) {
        for (uint64_t left = nodes[i]; left != 0; left &= left - 1) {
            if (n-- == 0) {
                return i * 64 + (uint32_t)__builtin_ctzll(left);
            }
        }
    }
    return 0;
}

static void only_node(uint64_t *nodes, uint32_t node) {
    memset(nodes, 0, WORDS * sizeof *nodes);
    nodes[node / 64] = (uint64_t)1 << node % 64;
}

/* The nodes that have memory; node 0 when the machine tells of none. */
static void nodes_with_memory(const th_heap *heap, uint64_t *nodes) {
    memset(nodes, 0, WORDS * sizeof *nodes);
    for (uint32_t i = 0; i < heap->nodes; i++) {
        uint32_t id = heap->node[i].id;
        nodes[id / 64] |= (uint64_t)heap->node[i].has_memory << id % 64;
    }
    if (!has_nodes(nodes)) {
        only_node(nodes, 0);
    }
}

static bool valid(const th_placement *p) {
    static const uint8_t none[sizeof p->reserved];
    return p->mode <= TH_PLACE_SPREAD && p->pages <= TH_PAGES_1G && p->strict <= 1 &&
           memcmp(p->reserved, none, sizeof none) == 0 && (wants_nodes(p->mode) || !has_nodes(p->nodes));
}

/* Under the lock: what a placement comes to in this heap. */
static th_placement worked_out(th_heap *heap, const th_placement *asked) {
    const th_placement *standard = &heap->policies.standard;
    th_placement p = asked == NULL ? (th_placement){.mode = TH_PLACE_HEAP} : *asked;
    uint8_t pages = p.pages == TH_PAGES_HEAP ? standard->pages : p.pages;
    uint8_t strict = p.strict;
    if (p.mode == TH_PLACE_HEAP) {
        p = *standard;
        p.strict |= strict;
    }
    p.mode = p.mode == TH_PLACE_HEAP ? TH_PLACE_FIRST_TOUCH : p.mode;
    p.pages = pages;
    if (wants_nodes(p.mode) && !has_nodes(p.nodes)) {
        nodes_with_memory(heap, p.nodes);
    }
    return p;
}

static void note(th_policy_entry *entry, uint8_t what, int error) {
    __atomic_or_fetch(&entry->refused, what, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->refused_errno, error, __ATOMIC_RELAXED);
}

/* What the kernel says to a placement when a page is placed so, which is given back at once. */
static void try_out(const th_heap *heap, th_policy_entry *entry) {
    const th_placement *p = &entry->placement;
    if (p->mode > TH_PLACE_FIRST_TOUCH) {
        void *page = th_os_reserve(heap->page, heap->page);
        int error = page == NULL ? 0 : th_os_place(page, heap->page, p->mode, p->nodes, false);
        if (error != 0) {
            note(entry, TH_REFUSED_NODES, error);
        }
        if (page != NULL) {
            th_os_release(page, heap->page);
        }
    }
    if (p->pages >= TH_PAGES_2M) {
        size_t size = th_explicit_page(p->pages);
        int error = 0;
        void *page = th_os_reserve_explicit(size, size, size, &error);
        if (page == NULL) {
            note(entry, TH_REFUSED_PAGES, error);
        } else {
            th_os_release(page, size);
        }
    }
}

/* Under the lock: the entry of a worked-out placement, a new one if need be. */
static th_status find_entry(th_heap *heap, const th_placement *placement, th_policy *policy) {
    th_policies *p = &heap->policies;
    th_policy free = 0;
    for (uint32_t i = 1; i <= TH_MAX_PLACEMENTS; i++) {
        if (p->entries[i].users == 0) {
            free = free == 0 ? (th_policy)i : free;
        } else if (memcmp(&p->entries[i].placement, placement, sizeof *placement) == 0) {
            *policy = (th_policy)i;
            return TH_OK;
        }
    }
    if (free == 0) {
        return TH_LIMIT;
    }
    th_policy_entry *entry = &p->entries[free];
    memset(entry, 0, sizeof *entry);
    entry->placement = *placement;
    try_out(heap, entry);
    *policy = free;
    return placement->strict && entry->refused != 0 ? TH_REFUSED : TH_OK;
}

static bool is_plain(const th_placement *p) {
    return p->mode == TH_PLACE_FIRST_TOUCH && p->pages == TH_PAGES_HEAP && !p->strict;
}

th_status th_policy_enter(th_heap *heap, const th_placement *placement, th_policy *policy) {
    th_policies *p = &heap->policies;
    *policy = TH_POLICY_OF_HEAP;
    if (placement != NULL && !valid(placement)) {
        return TH_INVALID;
    }
    bool asks = placement != NULL &&
                (placement->mode != TH_PLACE_HEAP || placement->pages != TH_PAGES_HEAP || placement->strict);
    if (!asks && !__atomic_load_n(&p->has_standard, __ATOMIC_ACQUIRE)) {
        return TH_OK;
    }
    th_os_lock_acquire(&p->lock);
    th_placement out = worked_out(heap, placement);
    if (out.mode == TH_PLACE_SPREAD) {
        uint64_t one[WORDS];
        th_policy_pick(out.nodes, p->turn++, one);
        memcpy(out.nodes, one, sizeof one);
    }
    th_status status = TH_OK;
    if (!is_plain(&out)) {
        status = find_entry(heap, &out, policy);
        if (status == TH_OK) {
            p->entries[*policy].users++;
        }
    }
    th_os_lock_release(&p->lock);
    return status;
}

void th_policy_leave(th_heap *heap, th_policy policy) {
    th_policies *p = &heap->policies;
    if (policy != TH_POLICY_OF_HEAP) {
        th_os_lock_acquire(&p->lock);
        p->entries[policy].users--;
        th_os_lock_release(&p->lock);
    }
}

th_status th_heap_set_placement(th_heap *heap, const th_placement *placement) {
    if (heap == NULL || (placement != NULL && !valid(placement))) {
        return TH_INVALID;
    }
    th_policies *p = &heap->policies;
    th_status status = TH_OK;
    th_os_lock_acquire(&p->lock);
    th_placement before = p->standard;
    p->standard = placement == NULL ? (th_placement){0} : *placement;
    th_placement out = worked_out(heap, NULL);
    if (!is_plain(&out)) {
        th_policy ignored; /* its entry stays free until a map uses it */
        status = find_entry(heap, &out, &ignored);
    }
    if (status != TH_OK) {
        p->standard = before;
    }
    __atomic_store_n(&p->has_standard,
                     p->standard.mode != TH_PLACE_HEAP || p->standard.pages != TH_PAGES_HEAP,
                     __ATOMIC_RELEASE);
    th_os_lock_release(&p->lock);
    return status;
}

void th_policy_tell(th_heap *heap, th_policy policy, th_placement *placement, th_map_stats *stats) {
    const th_policy_entry *entry = &heap->policies.entries[policy];
    th_placement first_touch = {.mode = TH_PLACE_FIRST_TOUCH};
    const th_placement *told = policy == TH_POLICY_OF_HEAP ? &first_touch : &entry->placement;
    if (placement != NULL) {
        *placement = *told;
    }
    if (stats != NULL) {
        stats->place = told->mode;
        stats->pages = told->pages != TH_PAGES_HEAP ? told->pages
                       : heap->huge_pages           ? TH_PAGES_HUGE
                                                    : TH_PAGES_HEAP;
        stats->refused = __atomic_load_n(&entry->refused, __ATOMIC_RELAXED);
        stats->refused_errno = __atomic_load_n(&entry->refused_errno, __ATOMIC_RELAXED);
    }
}

void th_policy_pick(const uint64_t *nodes, uint32_t n, uint64_t *one) {
    only_node(one, node_at(nodes, n));
}

void th_policy_note(th_heap *heap, th_policy policy, uint8_t what, int error) {
    if (policy != TH_POLICY_OF_HEAP) { /* which nobody leaves, so that it would be told for ever */
        note(&heap->policies.entries[policy], what, error);
    }
}

uint32_t th_policy_node(th_heap *heap, th_policy policy) {
    th_policy_entry *entry = &heap->policies.entries[policy];
    switch (entry->placement.mode) {
    case TH_PLACE_PREFER:
    case TH_PLACE_SPREAD:
        return node_at(entry->placement.nodes, 0);
    case TH_PLACE_BIND:
    case TH_PLACE_INTERLEAVE:
        return node_at(entry->placement.nodes, __atomic_fetch_add(&entry->turn, 1, __ATOMIC_RELAXED));
    default:
        return TH_NODE_HERE;
    }
}
