/*
 * The machine's topology, as sysfs tells it (Documentation/ABI/stable/sysfs-devices-node and
 * sysfs-devices-system-cpu of the kernel). Below <root>/devices/system:
 *
 *   node/online                                    which nodes there are
 *   node/nodeN/{cpulist,distance,meminfo}          one of them
 *   node/nodeN/hugepages/hugepages-2048kB/...      its part of the system's pools of huge pages
 *   cpu/online                                     which CPUs there are
 *   cpu/cpuN/cache/index3/shared_cpu_list          CPUs that share the L3 cache with CPU N
 */
#define _GNU_SOURCE

#include "os/sysfs_linux.h"

#include <tophash/tophash.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

_Static_assert(TH_TOPOLOGY_CPUS == TH_SYSFS_IDS, "a set holds exactly the CPUs that can be told");

enum { LOCAL_DISTANCE = 10 }; /* as ACPI has it */

typedef struct th_topology_source {
    int root;   /* folders; -1: not there */
    int system; /* devices/system */
    th_id_set nodes;
    th_id_set cpus;   /* online ones that no node has claimed yet */
    uint32_t present; /* number of `nodes`, of which t->node may hold only the first */
} th_topology_source;

/* Two numbers of pages, in total and free, of one size: `folder` holds hugepages-2048kB and the like. */
static void read_pool(int folder, const char *size, uint64_t *total, uint64_t *unused) {
    char path[64];
    (void)snprintf(path, sizeof path, "%s/nr_hugepages", size);
    *total = th_sysfs_number(folder, path);
    (void)snprintf(path, sizeof path, "%s/free_hugepages", size);
    uint64_t spare = th_sysfs_number(folder, path);
    *unused = spare < *total ? spare : *total;
}

static void read_pools(int folder, const char *path, th_topology_node *node) {
    int pools = th_sysfs_open(folder, path);
    if (pools >= 0) {
        read_pool(pools, "hugepages-2048kB", &node->huge_2m, &node->huge_2m_free);
        read_pool(pools, "hugepages-1048576kB", &node->huge_1g, &node->huge_1g_free);
        (void)close(pools);
    }
}

static void claim_cpu(th_topology *t, uint32_t cpu, uint32_t node) {
    t->cpu_node[cpu] = (uint16_t)node;
    t->node[node].cpus++;
    t->cpus++;
    t->cpu_limit = cpu + 1 > t->cpu_limit ? cpu + 1 : t->cpu_limit;
}

/* Those of `list` that are online and have no node yet become CPUs of a node. */
static void claim_cpus(th_topology *t, th_topology_source *s, const th_id_set *list, uint32_t node) {
    uint32_t cpu = th_id_set_next(list, 0);
    for (; cpu < TH_TOPOLOGY_CPUS; cpu = th_id_set_next(list, cpu + 1)) {
        bool listed = th_id_set_has(&s->cpus, cpu) && node < t->nodes;
        th_id_set_remove(&s->cpus, cpu);
        if (listed) {
            claim_cpu(t, cpu, node);
        }
    }
}

/* The kernel lists distances to online nodes only, in the order of their numbers. */
static void read_distances(th_topology *t, const th_topology_source *s, int folder, uint32_t node) {
    uint64_t distances[TH_TOPOLOGY_NODES] = {0};
    bool fits = th_sysfs_numbers(folder, "distance", distances, TH_TOPOLOGY_NODES) == s->present;
    for (uint32_t i = 0; fits && i < t->nodes; i++) {
        t->distance[node][i] = distances[i] <= UINT8_MAX ? (uint8_t)distances[i] : 0;
    }
    if (t->distance[node][node] == 0) {
        t->distance[node][node] = LOCAL_DISTANCE;
    }
}

/* Opens node/nodeN. */
static int open_node(const th_topology_source *s, uint32_t id) {
    char path[32];
    (void)snprintf(path, sizeof path, "node/node%u", id);
    return th_sysfs_open(s->system, path);
}

/* The `index`-th online node. When that is beyond those listed, its CPUs are taken off the list as well. */
static void read_node(th_topology *t, th_topology_source *s, uint32_t id, uint32_t index) {
    int folder = open_node(s, id);
    th_id_set cpus;
    (void)th_sysfs_list(folder, "cpulist", &cpus);
    claim_cpus(t, s, &cpus, index);
    if (index < t->nodes) {
        th_topology_node *node = &t->node[index];
        node->id = id;
        node->memory_bytes = th_sysfs_field_bytes(folder, "meminfo", "MemTotal:");
        uint64_t unused = th_sysfs_field_bytes(folder, "meminfo", "MemFree:");
        node->free_bytes = unused < node->memory_bytes ? unused : node->memory_bytes;
        read_pools(folder, "hugepages", node);
        read_distances(t, s, folder, index);
    }
    if (folder >= 0) {
        (void)close(folder);
    }
}

static void read_nodes(th_topology *t, th_topology_source *s) {
    uint32_t index = 0;
    uint32_t id = th_id_set_next(&s->nodes, 0);
    for (; id < TH_SYSFS_IDS; id = th_id_set_next(&s->nodes, id + 1)) {
        read_node(t, s, id, index++);
    }
}

/* Nothing is known of nodes: this is one that has what the system has. */
static void assume_one_node(th_topology *t, const th_topology_source *s) {
    t->nodes = 1;
    t->distance[0][0] = LOCAL_DISTANCE;
    read_pools(s->root, "kernel/mm/hugepages", &t->node[0]);
}

/* The only node has all memory there is. */
static void assume_memory(th_topology_node *node) {
    struct sysinfo memory;
    if (sysinfo(&memory) == 0) {
        node->memory_bytes = (uint64_t)memory.totalram * memory.mem_unit;
        node->free_bytes = (uint64_t)memory.freeram * memory.mem_unit;
    }
}

/* CPUs that sysfs does not tell: those that this process may run on are online for sure. */
static void assume_cpus(th_id_set *cpus) {
    memset(cpus, 0, sizeof *cpus);
    cpu_set_t allowed[TH_TOPOLOGY_CPUS / CPU_SETSIZE];
    CPU_ZERO_S(sizeof allowed, allowed);
    if (sched_getaffinity(0, sizeof allowed, allowed) == 0) {
        for (uint32_t cpu = 0; cpu < TH_TOPOLOGY_CPUS; cpu++) {
            if (CPU_ISSET_S(cpu, sizeof allowed, allowed)) {
                th_id_set_add(cpus, cpu);
            }
        }
        return;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t count = online < 1 ? 1 : online > TH_TOPOLOGY_CPUS ? TH_TOPOLOGY_CPUS : (uint32_t)online;
    for (uint32_t cpu = 0; cpu < count; cpu++) {
        th_id_set_add(cpus, cpu);
    }
}

/* CPUs that nodes list; `cpus` is empty at first. */
static void cpus_of_nodes(const th_topology_source *s, th_id_set *cpus) {
    uint32_t id = th_id_set_next(&s->nodes, 0);
    for (; id < TH_SYSFS_IDS; id = th_id_set_next(&s->nodes, id + 1)) {
        int folder = open_node(s, id);
        th_id_set own;
        (void)th_sysfs_list(folder, "cpulist", &own);
        for (uint32_t i = 0; i < TH_SYSFS_IDS / 64; i++) {
            cpus->words[i] |= own.words[i];
        }
        cpus->more |= own.more;
        if (folder >= 0) {
            (void)close(folder);
        }
    }
}

static void read_online(th_topology *t, th_topology_source *s) {
    (void)th_sysfs_list(s->system, "node/online", &s->nodes);
    s->present = th_id_set_count(&s->nodes);
    uint32_t id = th_id_set_next(&s->nodes, 0);
    for (; id < TH_MAX_NODES && t->nodes < TH_TOPOLOGY_NODES; id = th_id_set_next(&s->nodes, id + 1)) {
        t->nodes++;
    }
    t->known = t->nodes > 0;
    t->truncated = s->present > t->nodes || s->nodes.more;
    (void)th_sysfs_list(s->system, "cpu/online", &s->cpus);
    if (th_id_set_count(&s->cpus) == 0) {
        cpus_of_nodes(s, &s->cpus);
    }
    if (th_id_set_count(&s->cpus) == 0) {
        assume_cpus(&s->cpus);
    }
    t->truncated |= s->cpus.more;
}

/* Puts a CPU and those that share its L3 cache into a group; false: it tells of none. */
static bool group_by_cache(th_topology *t, const th_topology_source *s, uint32_t cpu, uint16_t group) {
    char path[64];
    (void)snprintf(path, sizeof path, "cpu/cpu%u/cache/index3/shared_cpu_list", cpu);
    th_id_set sharing;
    if (!th_sysfs_list(s->system, path, &sharing) || !th_id_set_has(&sharing, cpu)) {
        return false;
    }
    for (uint32_t other = cpu; other < t->cpu_limit; other = th_id_set_next(&sharing, other + 1)) {
        bool ungrouped = t->cpu_node[other] != TH_TOPOLOGY_NONE && t->cpu_group[other] == TH_TOPOLOGY_NONE;
        t->cpu_group[other] = ungrouped ? group : t->cpu_group[other];
    }
    return true;
}

/* Groups have the order of their first CPUs. CPUs that tell of no L3 cache are a group with their node's. */
static void read_groups(th_topology *t, const th_topology_source *s) {
    uint16_t of_node[TH_TOPOLOGY_NODES];
    memset(of_node, 0xff, sizeof of_node);
    for (uint32_t cpu = 0; cpu < t->cpu_limit; cpu++) {
        uint32_t node = t->cpu_node[cpu];
        if (node == TH_TOPOLOGY_NONE || t->cpu_group[cpu] != TH_TOPOLOGY_NONE) {
            continue;
        }
        if (group_by_cache(t, s, cpu, (uint16_t)t->groups)) {
            t->groups++;
            continue;
        }
        if (of_node[node] == TH_TOPOLOGY_NONE) {
            of_node[node] = (uint16_t)t->groups++;
        }
        t->cpu_group[cpu] = of_node[node];
    }
}

th_status th_topology_read(const char *root, th_topology *t) {
    if (t == NULL) {
        return TH_INVALID;
    }
    memset(t, 0, sizeof *t);
    memset(t->cpu_node, 0xff, sizeof t->cpu_node);
    memset(t->cpu_group, 0xff, sizeof t->cpu_group);
    th_topology_source s;
    s.root = th_sysfs_open(AT_FDCWD, root == NULL ? "/sys" : root);
    s.system = th_sysfs_open(s.root, "devices/system");
    read_online(t, &s);
    if (t->known) {
        read_nodes(t, &s);
    } else {
        assume_one_node(t, &s);
    }
    if (t->nodes == 1 && t->node[0].memory_bytes == 0) {
        assume_memory(&t->node[0]);
    }
    /* All of them where nodes are unknown; none, usually, where they are. */
    th_id_set rest = s.cpus;
    claim_cpus(t, &s, &rest, 0);
    read_groups(t, &s);
    if (s.system >= 0) {
        (void)close(s.system);
    }
    if (s.root >= 0) {
        (void)close(s.root);
    }
    return TH_OK;
}
