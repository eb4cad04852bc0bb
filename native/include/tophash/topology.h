/* The machine: its nodes, CPUs and caches. */
#ifndef TOPHASH_TOPOLOGY_H
#define TOPHASH_TOPOLOGY_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TH_TOPOLOGY_NODES = 64,    /* nodes listed at most; there are machines with ids that are not dense */
    TH_TOPOLOGY_CPUS = 4096,   /* CPU numbers are below this */
    TH_TOPOLOGY_NONE = 0xffff, /* no node, no group, no CPU */
};

typedef struct th_topology_node {
    uint64_t memory_bytes; /* 0: a node without memory */
    uint64_t free_bytes;   /* at that moment */
    uint64_t huge_2m;      /* explicit huge pages of 2 MiB in the system's pool */
    uint64_t huge_2m_free;
    uint64_t huge_1g;
    uint64_t huge_1g_free;
    uint32_t id;   /* the kernel's number of the node */
    uint32_t cpus; /* online CPUs; 0: a node of memory only */
} th_topology_node;

/* About 22 KiB: make room for it on a heap. */
typedef struct th_topology {
    th_topology_node node[TH_TOPOLOGY_NODES]; /* online nodes by id */
    uint8_t distance[TH_TOPOLOGY_NODES]
                    [TH_TOPOLOGY_NODES];  /* ACPI distance by index: 10 is local; 0: unknown */
    uint16_t cpu_node[TH_TOPOLOGY_CPUS];  /* index into node, or TH_TOPOLOGY_NONE: not online */
    uint16_t cpu_group[TH_TOPOLOGY_CPUS]; /* 0, 1, ...: shares an L3 cache, without one a node; or NONE */
    uint32_t nodes;
    uint32_t cpus; /* online */
    uint32_t groups;
    uint32_t cpu_limit; /* one more than the highest online CPU */
    uint8_t known;      /* 0: no nodes were found at the root, and this is one node with all CPUs */
    uint8_t truncated;  /* 1: there are more nodes or CPUs than this can tell */
    uint8_t reserved[6];
} th_topology;

/*
 * Reads the machine's topology below `root`, the path of a sysfs; NULL: /sys. What a container hides or a
 * kernel does not tell is filled in with what is true of a machine of one node. TH_INVALID: NULL topology.
 */
TH_API th_status th_topology_read(const char *root, th_topology *topology);

#ifdef __cplusplus
}
#endif

#endif
