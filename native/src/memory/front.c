/*
 * Fronts: which there are, and which one a caller uses. A front serves CPUs of one L3 cache on one node: one
 * CPU, or on large machines two, four, ... of them, so that there are at most TH_FRONTS_MAX. Machines with
 * more caches than that get one front for each node.
 *
 * A thread may be moved to another CPU between picking a front and locking it. That costs it some waiting at
 * most: whoever holds the lock may use the front.
 */
#include "memory/internal.h"

#define GROUPS ((uint32_t)TH_TOPOLOGY_CPUS + 1) /* and the CPUs without one */

/* For the number of CPUs that share a front at most; 0: all of a node. */
static uint32_t plan(const th_topology *t, uint32_t share, uint8_t *cpu_front, uint8_t *front_node) {
    uint16_t met[GROUPS];  /* CPUs of the group on this node so far */
    uint8_t front[GROUPS]; /* the group's front that the next CPU shares */
    uint32_t fronts = 0;
    for (uint32_t node = 0; node < t->nodes; node++) {
        uint32_t first = fronts;
        for (uint32_t group = 0; group < GROUPS; group++) {
            met[group] = 0;
        }
        for (uint32_t cpu = 0; cpu < t->cpu_limit; cpu++) {
            if (t->cpu_node[cpu] != node) {
                continue;
            }
            uint32_t group = share == 0 || t->cpu_group[cpu] >= GROUPS - 1 ? GROUPS - 1 : t->cpu_group[cpu];
            if (met[group] == 0 || (share != 0 && met[group] % share == 0)) {
                front[group] = (uint8_t)fronts;
                if (front_node != NULL) {
                    front_node[fronts] = (uint8_t)node;
                }
                fronts++;
            }
            met[group]++;
            if (cpu_front != NULL) {
                cpu_front[cpu] = front[group];
            }
        }
        if (fronts == first) { /* a node of memory only: others free to it */
            if (front_node != NULL) {
                front_node[fronts] = (uint8_t)node;
            }
            fronts++;
        }
    }
    return fronts;
}

uint32_t th_fronts_plan(const th_topology *t, uint8_t *cpu_front, uint8_t *front_node) {
    uint32_t share = 1;
    while (share != 0 && plan(t, share, NULL, NULL) > TH_FRONTS_MAX) {
        share = share < TH_TOPOLOGY_CPUS ? 2 * share : 0;
    }
    uint32_t fronts = plan(t, share, NULL, NULL);
    if (cpu_front != NULL) {
        for (uint32_t cpu = 0; cpu < t->cpu_limit; cpu++) {
            cpu_front[cpu] = (uint8_t)(cpu % fronts); /* CPUs that are offline may come */
        }
    }
    return plan(t, share, cpu_front, front_node);
}

th_front *th_front_on(const th_heap *heap, uint32_t node) {
    th_front *here = th_front_here(heap);
    if (heap->nodes == 1 || here->node == node) {
        return here;
    }
    const th_node *n = &heap->node[node];
    return &heap->front[n->first_front + here->id % n->fronts];
}

th_front *th_front_for(th_heap *heap, th_policy policy) {
    if (heap->nodes > 1) {
        uint32_t id = th_policy_node(heap, policy);
        for (uint32_t node = 0; id != TH_NODE_HERE && node < heap->nodes; node++) {
            if (heap->node[node].id == id) {
                return th_front_on(heap, node);
            }
        }
    }
    return th_front_here(heap);
}

#define LOOKS 64

void th_front_wait(th_front *front) {
    for (uint32_t look = 1;; look++) {
        if (TH_LOAD(front->held) == 0 && __atomic_exchange_n(&front->held, 1, __ATOMIC_ACQUIRE) == 0) {
            return;
        }
        if (look % LOOKS == 0) {
            th_os_pause();
        }
    }
}

void th_fronts_lock(th_heap *heap) {
    for (uint32_t i = 0; i < heap->fronts; i++) {
        th_front_lock(&heap->front[i]);
    }
}

void th_fronts_unlock(th_heap *heap) {
    for (uint32_t i = heap->fronts; i-- > 0;) {
        th_front_unlock(&heap->front[i]);
    }
}
