/*
 * Where pages lie: what tests of placement ask the kernel afterwards. They run in machines with several nodes
 * (tools/machine.sh) and say "skipped" where there is only one.
 */
#ifndef TOPHASH_TEST_NUMA_H
#define TOPHASH_TEST_NUMA_H

#include <cerrno>
#include <map>
#include <memory>
#include <vector>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"

namespace tophash::test {

/* Of this machine, or of another whose sysfs is below `root`. */
inline std::unique_ptr<th_topology> topology(const char *root = nullptr) {
    auto t = std::make_unique<th_topology>();
    EXPECT_EQ(TH_OK, th_topology_read(root, t.get()));
    return t;
}

/* Nodes that this process may have memory of; empty where the kernel or a container lets nobody ask. */
inline std::vector<bool> allowedNodes() {
    constexpr unsigned long kMemsAllowed = 4; /* MPOL_F_MEMS_ALLOWED of get_mempolicy(2) */
    constexpr unsigned long kBits = 8 * sizeof(unsigned long);
    unsigned long mask[TH_MAX_NODES / kBits] = {};
    std::vector<bool> nodes;
    if (syscall(SYS_get_mempolicy, nullptr, mask, static_cast<unsigned long>(TH_MAX_NODES), nullptr,
                kMemsAllowed) != 0)
        return nodes;
    for (uint32_t node = 0; node < TH_MAX_NODES; node++)
        nodes.push_back((mask[node / kBits] >> (node % kBits) & 1) != 0);
    return nodes;
}

/* Numbers of the nodes that have memory which this process may use. */
inline std::vector<uint32_t> nodesWithMemory() {
    std::vector<uint32_t> ids;
    auto t = topology();
    auto allowed = allowedNodes();
    for (uint32_t i = 0; i < t->nodes; i++) {
        uint32_t id = t->node[i].id;
        if (t->node[i].memory_bytes > 0 && id < allowed.size() && allowed[id])
            ids.push_back(id);
    }
    return ids;
}

/* At the start of a test that needs several nodes. */
#define skipOnOneNode()                                                                                      \
    if (tophash::test::nodesWithMemory().size() < 2)                                                         \
    GTEST_SKIP() << "less than two nodes to place memory on; tools/machine.sh has more"

/* The kernel's word for a page that was never written to: one of two, depending on its version. */
inline int nodeOrNone(int node) {
    return node == -EFAULT ? -ENOENT : node;
}

/* Node of the page at an address; -ENOENT: no memory stands behind it, or another negative errno. */
inline int nodeOfPage(const void *address) {
    void *page = const_cast<void *>(address);
    int node = 0;
    /* move_pages(2) without nodes to move to only tells. */
    if (syscall(SYS_move_pages, 0, 1ul, &page, nullptr, &node, 0) != 0)
        return -errno;
    return nodeOrNone(node);
}

/* How many pages of a range lie on each node, -ENOENT: on none. */
inline std::map<int, uint64_t> nodesOfPages(const void *address, uint64_t bytes) {
    constexpr uint64_t kAtOnce = 4096;
    uint64_t size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    uint64_t first = reinterpret_cast<uintptr_t>(address) / size;
    uint64_t end = (reinterpret_cast<uintptr_t>(address) + bytes + size - 1) / size;
    std::map<int, uint64_t> counts;
    std::vector<void *> pages;
    std::vector<int> nodes;
    for (uint64_t page = first; page < end; page++) {
        pages.push_back(reinterpret_cast<void *>(page * size));
        if (pages.size() < kAtOnce && page + 1 < end)
            continue;
        nodes.assign(pages.size(), -EINVAL);
        if (syscall(SYS_move_pages, 0, pages.size(), pages.data(), nullptr, nodes.data(), 0) != 0)
            complain(std::string("move_pages: ") + std::strerror(errno));
        for (int node : nodes)
            counts[nodeOrNone(node)]++;
        pages.clear();
    }
    return counts;
}

/* The same without those that no memory stands behind. */
inline std::map<int, uint64_t> residentNodes(const void *address, uint64_t bytes) {
    std::map<int, uint64_t> counts = nodesOfPages(address, bytes);
    counts.erase(-ENOENT);
    return counts;
}

/* Keeps this thread on one CPU, and lets it go again. */
class OnCpu {
  public:
    explicit OnCpu(uint32_t cpu) {
        EXPECT_EQ(0, sched_getaffinity(0, sizeof before_, &before_));
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        EXPECT_EQ(0, sched_setaffinity(0, sizeof one, &one)) << "CPU " << cpu;
    }
    OnCpu(const OnCpu &) = delete;
    OnCpu &operator=(const OnCpu &) = delete;
    ~OnCpu() { EXPECT_EQ(0, sched_setaffinity(0, sizeof before_, &before_)); }

  private:
    cpu_set_t before_;
};

/* The first CPU of a node; TH_TOPOLOGY_NONE: it has none. */
inline uint32_t cpuOfNode(uint32_t id) {
    auto t = topology();
    for (uint32_t cpu = 0; cpu < t->cpu_limit; cpu++) {
        if (t->cpu_node[cpu] != TH_TOPOLOGY_NONE && t->node[t->cpu_node[cpu]].id == id)
            return cpu;
    }
    return TH_TOPOLOGY_NONE;
}

} // namespace tophash::test

#endif
