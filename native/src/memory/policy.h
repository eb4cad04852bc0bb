/*
 * Placements that the maps of a heap use. Each different one is kept once, worked out (no mode or pages "as
 * the heap says", no empty set of nodes), and named by a th_policy; what the kernel has refused of it is kept
 * beside it. A map that asks for nothing does not take their lock.
 */
#ifndef TH_MEMORY_POLICY_H
#define TH_MEMORY_POLICY_H

#include "memory/heap.h"
#include "os/os.h"

typedef struct th_policy_entry {
    th_placement placement;
    uint64_t users; /* maps; 0: the entry is free */
    uint32_t turn;  /* whose turn it is among the nodes, for small blocks */
    int32_t refused_errno;
    uint8_t refused; /* TH_REFUSED_* */
} th_policy_entry;

typedef struct th_policies {
    th_os_lock lock;
    th_placement standard; /* what "as the heap says" means */
    bool has_standard;
    uint32_t turn;                                  /* whose turn it is to get the next map that is spread */
    th_policy_entry entries[TH_MAX_PLACEMENTS + 1]; /* 0: first touch and the heap's pages, for ever */
} th_policies;

#define TH_NODE_HERE UINT32_MAX /* the node of the CPU that the caller runs on */

/* Number of the node that a small block of this policy comes from, or TH_NODE_HERE. */
uint32_t th_policy_node(th_heap *heap, th_policy policy);

/* The set that has only the n-th node of `nodes`, counted in a circle. */
void th_policy_pick(const uint64_t *nodes, uint32_t n, uint64_t *one);

/* Remembers what the kernel did not do (TH_REFUSED_*), and why. */
void th_policy_note(th_heap *heap, th_policy policy, uint8_t what, int error);

/* Bytes of an explicit huge page: of TH_PAGES_2M or TH_PAGES_1G. */
static inline size_t th_explicit_page(uint8_t pages) {
    return (size_t)1 << (pages == TH_PAGES_1G ? 30 : 21);
}

#endif
