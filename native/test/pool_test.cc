/* Pools: sizes, nodes, what fronts hold. */
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "pools.h"

namespace tophash::test {
namespace {

const std::vector<uint64_t> &sizesOfAllLists() {
    static const std::vector<uint64_t> sizes = [] {
        std::vector<uint64_t> made;
        for (uint32_t list = 0; list < TH_POOL_CLASSES; list++)
            made.push_back(th_pool_size(list));
        return made;
    }();
    return sizes;
}

TEST(Pool, SizesGrowInStepsOfAFifthAtMost) {
    for (uint64_t bytes = 0; bytes <= TH_BLOCK_MAX; bytes++) {
        uint32_t list = th_pool_list(bytes);
        uint64_t size = th_pool_size(list);
        ASSERT_LT(list, TH_POOL_CLASSES);
        ASSERT_GE(size, bytes);
        ASSERT_EQ(0u, size % TH_BLOCK_ALIGN);
        ASSERT_LE(size - bytes, std::max<uint64_t>(63 + (bytes == 0), size / 5)) << bytes;
        ASSERT_EQ(list, th_pool_list(size));
        ASSERT_TRUE(list == 0 || th_pool_size(list - 1) < bytes) << bytes << " fits a smaller size";
    }
    EXPECT_EQ(uint64_t{TH_BLOCK_MAX}, th_pool_size(TH_POOL_CLASSES - 1));
    EXPECT_EQ(uint64_t{TH_HEADER_BYTES}, th_pool_size(TH_POOL_HEADERS));
}

/* Every CPU's front is one of its node, shared with none of another cache while there are fronts enough. */
void expectAPlan(Machine &machine, uint32_t fronts, bool byCache = true) {
    const th_topology &t = machine.topology();
    uint8_t cpuFront[TH_TOPOLOGY_CPUS], frontNode[TH_FRONTS_MAX];
    ASSERT_EQ(fronts, th_fronts_plan(&t, cpuFront, frontNode));
    ASSERT_LE(fronts, TH_FRONTS_MAX);
    EXPECT_TRUE(std::is_sorted(frontNode, frontNode + fronts));
    std::set<int> nodes(frontNode, frontNode + fronts);
    EXPECT_EQ(t.nodes, nodes.size()) << "a node without a front";
    std::vector<int> cache(fronts, -1);
    for (uint32_t cpu = 0; cpu < t.cpu_limit; cpu++) {
        ASSERT_LT(cpuFront[cpu], fronts);
        if (t.cpu_node[cpu] == TH_TOPOLOGY_NONE)
            continue;
        ASSERT_EQ(t.cpu_node[cpu], frontNode[cpuFront[cpu]]) << "CPU " << cpu;
        int &owner = cache[cpuFront[cpu]];
        ASSERT_TRUE(!byCache || owner == -1 || owner == t.cpu_group[cpu]) << "CPU " << cpu;
        owner = t.cpu_group[cpu];
    }
}

TEST(Pool, FrontsFollowTheTopology) {
    Machine smallest(1, 1, 1), two(1, 1, 2), server(2, 4, 16), large(2, 8, 16), largest(64, 1, 64);
    expectAPlan(smallest, 1);
    expectAPlan(two, 2);
    expectAPlan(server, 128);
    expectAPlan(large, 128); /* 256 CPUs: two to a front */
    expectAPlan(largest, 128);
    Machine caches(2, 300, 2);
    expectAPlan(caches, 2, false);
}

TEST(Pool, FrontsOfOddTopologies) {
    Machine memoryOnly(3, 1, 4);
    for (uint32_t cpu = 4; cpu < 8; cpu++)
        memoryOnly.topology().cpu_node[cpu] =
            TH_TOPOLOGY_NONE; /* offline, and their node is left without any */
    expectAPlan(memoryOnly, 9);
    Machine uneven(1, 1, 7);
    for (uint32_t cpu = 0; cpu < 7; cpu++)
        uneven.topology().cpu_group[cpu] = TH_TOPOLOGY_NONE; /* a kernel that does not tell */
    expectAPlan(uneven, 7);
}

/* A CPU that was not there when the heap was made. */
TEST(Pool, CpusMayComeLater) {
    Machine machine(2, 1, 2);
    Pools pools(machine);
    for (uint32_t cpu : {4u, 100u, 1u << 20}) {
        pretendedCpu = cpu;
        uint8_t *block = pools.make(64);
        ASSERT_NE(nullptr, block);
        pools.retire(block, 64);
    }
}

TEST(Pool, BlocksAreAlignedAndZeroThroughReuse) {
    Machine machine(2, 1, 2);
    for (bool deferred : {false, true}) {
        Pools pools(machine, deferred);
        for (int round = 0; round < 3; round++) {
            std::vector<std::pair<uint8_t *, uint64_t>> blocks;
            for (uint64_t size : sizesOfAllLists()) {
                for (int i = 0; i < 3; i++) {
                    pretendedCpu = static_cast<uint32_t>(i);
                    uint8_t *block = pools.make(size - 3);
                    ASSERT_NE(nullptr, block);
                    EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(block) % TH_BLOCK_ALIGN);
                    EXPECT_EQ(static_cast<ptrdiff_t>(size), std::count(block, block + size, 0)) << size;
                    std::memset(block, 0xee, size);
                    blocks.emplace_back(block, size);
                }
            }
            for (auto [block, size] : blocks) {
                EXPECT_EQ(static_cast<ptrdiff_t>(size), std::count(block, block + size, 0xee));
                pools.retire(block, size - 3);
            }
            pools.reclaim();
        }
    }
}

TEST(Pool, HeadersKeepTheirStampsAndAreNothingElse) {
    Machine machine(1, 1, 2);
    Pools pools(machine);
    std::set<uint8_t *> headers;
    for (uint64_t round = 0; round < 3; round++) {
        std::vector<uint8_t *> made;
        for (int i = 0; i < 1000; i++) {
            pretendedCpu = i % 2;
            auto *header = static_cast<uint8_t *>(th_heap_new_header(pools.raw()));
            ASSERT_NE(nullptr, header);
            uint64_t stamp = 0;
            std::memcpy(&stamp, header + 48, 8);
            EXPECT_EQ(headers.count(header) ? 0x5eed : 0u, stamp);
            EXPECT_EQ(stamp == 0 ? 64 : 62, std::count(header, header + 64, 0));
            std::memset(header, 0xee, 64);
            stamp = 0x5eed;
            std::memcpy(header + 48, &stamp, 8);
            headers.insert(header);
            made.push_back(header);
        }
        EXPECT_EQ(1000u, pools.stats().maps);
        EXPECT_EQ(64000u, pools.stats().live_bytes);
        for (uint8_t *header : made)
            th_heap_retire_header(pools.raw(), header);
        std::vector<uint8_t *> blocks;
        for (int i = 0; i < 2000; i++) {
            blocks.push_back(pools.make(64));
            EXPECT_EQ(0u, headers.count(blocks.back()));
        }
        for (uint8_t *block : blocks)
            pools.retire(block, 64);
    }
    EXPECT_LE(headers.size(), 1000u + 2 * 2 * th_pool_batch(TH_POOL_HEADERS)) << "headers are not used again";
}

/* ---- nodes --------------------------------------------------------------------------------------- */

TEST(Pool, MemoryReturnsToItsNode) {
    Machine machine(3, 2, 2); /* CPUs 0-3, 4-7, 8-11 */
    for (bool deferred : {false, true}) {
        Pools pools(machine, deferred);
        std::vector<std::set<uint8_t *>> ofNode(
            3); /* addresses only: what is freed and made again is the same */
        for (uint64_t size : {64, 320, 1280, 32768}) {
            uint64_t batch = th_pool_batch(th_pool_list(size));
            for (uint32_t cpu = 0; cpu < 12; cpu++) {
                pretendedCpu = cpu;
                for (uint64_t i = 0; i < 5 * batch; i++) {
                    uint8_t *block = pools.make(size);
                    ASSERT_EQ(cpu / 4, th_pool_node(pools.raw(), block));
                    ofNode[cpu / 4].insert(block);
                }
            }
            uint64_t pool = pools.stats().pool_bytes;
            /* All freed by one CPU; then every node finds its own again, and needs no new memory. */
            pretendedCpu = 9;
            for (auto &blocks : ofNode) {
                for (uint8_t *block : blocks)
                    pools.retire(block, size);
            }
            pools.reclaim();
            EXPECT_EQ(0u, pools.stats().live_bytes);
            for (uint32_t node = 0; node < 3; node++) {
                pretendedCpu = 4 * node + 1;
                std::vector<uint8_t *> again;
                for (size_t i = 0; i < ofNode[node].size() - 8 * batch; i++) {
                    again.push_back(pools.make(size));
                    ASSERT_EQ(1u, ofNode[node].count(again.back())) << "not what the node got back";
                }
                for (uint8_t *block : again)
                    pools.retire(block, size);
                ofNode[node].clear();
            }
            EXPECT_EQ(pool, pools.stats().pool_bytes);
            pools.reclaim();
        }
    }
}

/* Nodes are named by the kernel's numbers outside, by indexes inside. */
TEST(Pool, APlacementChoosesTheNode) {
    Machine machine(3, 1, 2);
    Pools pools(machine);
    for (uint32_t node = 0; node < 3; node++) {
        uint32_t id = machine.topology().node[node].id;
        th_placement placement{};
        placement.mode = TH_PLACE_PREFER;
        placement.nodes[id / 64] = uint64_t{1} << id % 64;
        th_policy policy = 0;
        ASSERT_EQ(TH_OK, th_policy_enter(pools.raw(), &placement, &policy));
        for (uint32_t cpu = 0; cpu < 6; cpu++) {
            pretendedCpu = cpu;
            void *block = th_heap_new(pools.raw(), 100, 100, policy);
            ASSERT_NE(nullptr, block);
            EXPECT_EQ(node, th_pool_node(pools.raw(), block));
            pools.retire(block, 100);
        }
        th_policy_leave(pools.raw(), policy);
    }
}

/* What lies in the free lists of a front, by walking them. */
uint64_t heldBytes(const th_front &front, bool &tooMany) {
    uint64_t bytes = 0;
    for (uint32_t list = 0; list < TH_POOL_LISTS; list++) {
        for (void *const *stack : {&front.active[list], &front.spare[list]}) {
            uint64_t count = 0;
            for (void *at = *stack; at != nullptr; std::memcpy(&at, at, sizeof at))
                count++;
            tooMany |= count > th_pool_batch(list);
            tooMany |= stack == &front.spare[list] && count % th_pool_batch(list) != 0;
            tooMany |= stack == &front.active[list] && count != front.count[list];
            bytes += count * th_pool_size(list);
        }
    }
    return bytes;
}

/* A front keeps at most two batches of a kind: what one CPU frees, others of its node use. */
TEST(Pool, FrontsHoldTwoBatchesAtMost) {
    Machine machine(1, 1, 4);
    Pools pools(machine);
    uint64_t bound = 0;
    for (uint32_t list = 0; list < TH_POOL_LISTS; list++)
        bound += 2 * th_pool_batch(list) * th_pool_size(list);
    EXPECT_LE(bound, uint64_t{1} << 20) << "more than the manual says";
    for (uint64_t size : sizesOfAllLists()) {
        std::vector<uint8_t *> blocks;
        uint64_t batch = th_pool_batch(th_pool_list(size));
        for (uint64_t i = 0; i < 10 * batch + 1; i++) {
            pretendedCpu = i % 4;
            blocks.push_back(pools.make(size));
        }
        pretendedCpu = 3;
        for (uint8_t *block : blocks)
            pools.retire(block, size);
        std::set<uint8_t *> freed(blocks.begin(), blocks.end());
        pretendedCpu = 1;
        uint64_t found = 0;
        for (uint8_t *&block : blocks) {
            block = pools.make(size);
            found += freed.count(block);
        }
        EXPECT_GE(found + 2 * batch, blocks.size()) << "kept from another CPU, size " << size;
        for (uint8_t *block : blocks)
            pools.retire(block, size);
    }
    bool tooMany = false;
    for (uint32_t i = 0; i < pools.raw()->fronts; i++)
        EXPECT_LE(heldBytes(pools.raw()->front[i], tooMany), bound);
    EXPECT_FALSE(tooMany);
}

/* A heap with one map, and with one on every CPU, takes few pages. */
TEST(Pool, AnEmptyHeapIsSmall) {
    Machine machine(1, 1, 2);
    Pools pools(machine);
    th_type type = longType();
    th_map *map = nullptr;
    uint64_t stamp = 0;
    ASSERT_EQ(TH_OK, th_map_create(pools.raw(), &type, nullptr, &map, &stamp));
    ASSERT_EQ(TH_ABSENT, th_put(map, stamp, "12345678", 8, "12345678", 8));
    th_heap *heap = pools.raw();
    uint64_t resident = th_os_resident(heap, heap->own_bytes);
    const th_chunk *span = heap->node[0].spans;
    EXPECT_EQ(nullptr, span->next_span);
    resident += th_os_resident(span, span->span_bytes);
    EXPECT_LE(resident / th_os_page_size(), 2u + 2u) << "pages: the heap, and a page of each chunk";
    EXPECT_EQ(TH_OK, th_map_close(map, stamp));
}

} // namespace
} // namespace tophash::test
