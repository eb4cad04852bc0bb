/* Heaps on machines that there are not: a topology of one's own, and threads that say which CPU they are on.
 */
#ifndef TOPHASH_TEST_POOLS_H
#define TOPHASH_TEST_POOLS_H

#include <memory>

#include "support.h"

extern "C" {
#include "memory/internal.h"
}

namespace tophash::test {

inline thread_local uint32_t pretendedCpu = 0;

/* CPUs by node and L3 group; node ids are not dense, so that an index is not taken for an id. */
class Machine {
  public:
    Machine(uint32_t nodes, uint32_t groupsOfNode, uint32_t cpusOfGroup) {
        th_topology &t = *topology_;
        std::memset(t.cpu_node, 0xff, sizeof t.cpu_node);
        std::memset(t.cpu_group, 0xff, sizeof t.cpu_group);
        t.nodes = nodes;
        t.groups = nodes * groupsOfNode;
        t.cpus = t.cpu_limit = t.groups * cpusOfGroup;
        for (uint32_t cpu = 0; cpu < t.cpus; cpu++) {
            t.cpu_group[cpu] = static_cast<uint16_t>(cpu / cpusOfGroup);
            t.cpu_node[cpu] = static_cast<uint16_t>(t.cpu_group[cpu] / groupsOfNode);
        }
        for (uint32_t node = 0; node < nodes; node++)
            t.node[node].id = 3 * node + 1;
    }

    th_topology &topology() { return *topology_; }
    uint32_t cpus() const { return topology_->cpus; }

  private:
    std::unique_ptr<th_topology> topology_ = std::make_unique<th_topology>();
};

/* A heap on such a machine; its maps and blocks must be gone at its end. */
class Pools {
  public:
    explicit Pools(Machine &machine, bool deferred = false, uint64_t byteLimit = 0) {
        th_heap_options options{};
        options.deferred = deferred;
        options.byte_limit = byteLimit;
        auto cpu = [] { return pretendedCpu; };
        if (th_heap_create_on(&options, &machine.topology(), cpu, &heap_) != TH_OK)
            printAndAbort("th_heap_create_on");
        pretendedCpu = 0;
    }
    Pools(const Pools &) = delete;
    Pools &operator=(const Pools &) = delete;
    ~Pools() {
        reclaim();
        th_heap_stats left = stats();
        EXPECT_EQ(0u, left.maps);
        EXPECT_EQ(0u, left.live_bytes);
        EXPECT_EQ(0u, left.retired_bytes);
        EXPECT_EQ(0u, left.retired_items);
        EXPECT_EQ(TH_OK, th_heap_destroy(heap_));
    }

    th_heap *raw() { return heap_; }

    uint8_t *make(uint64_t bytes) {
        return static_cast<uint8_t *>(th_heap_new(heap_, bytes, bytes, TH_POLICY_OF_HEAP));
    }
    void retire(void *memory, uint64_t bytes) { th_heap_retire(heap_, memory, bytes); }

    uint64_t seal() {
        uint64_t batch = 0;
        EXPECT_EQ(TH_OK, th_heap_seal(heap_, &batch));
        return batch;
    }
    void reclaim() { EXPECT_EQ(TH_OK, th_heap_reclaim(heap_, seal())); }

    th_heap_stats stats() {
        th_heap_stats stats{};
        EXPECT_EQ(TH_OK, th_heap_get_stats(heap_, &stats));
        return stats;
    }

  private:
    th_heap *heap_ = nullptr;
};

} // namespace tophash::test

#endif
