/*
 * Where the pages of maps lie, in a machine with several nodes. Each test asks the kernel for the node of the
 * page that an entry is on (move_pages), for entries all over the map; with one node of memory it says so and
 * is skipped.
 */
#include <atomic>
#include <memory>
#include <thread>

#include "numa.h"
#include "support.h"

namespace tophash::test {
namespace {

const uint64_t kLarge = scaled(60000, 12000); /* entries that take regions, and growth in progress at times */

th_placement on(uint8_t mode, const std::vector<int> &nodes = {}) {
    th_placement placement{};
    placement.mode = mode;
    for (int node : nodes)
        placement.nodes[node / 64] |= uint64_t{1} << node % 64;
    return placement;
}

/* Long keys, so that the bytes heap is there too. */
std::string keyOf(uint64_t i) {
    return "a key of more than twelve bytes " + std::to_string(i);
}

void fill(Map &map, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        ASSERT_EQ(TH_ABSENT, map.put(keyOf(i), "value " + std::to_string(i) + " in the bytes heap too"));
}

uint64_t freeHugePages(int node) {
    auto t = topology();
    for (uint32_t i = 0; i < t->nodes; i++) {
        if (t->node[i].id == static_cast<uint32_t>(node))
            return t->node[i].huge_2m_free;
    }
    return 0;
}

/* This thread on a CPU of a node, until the answer is gone; nothing: the node has none. */
std::unique_ptr<OnCpu> onNode(int node) {
    uint32_t cpu = cpuOfNode(static_cast<uint32_t>(node));
    return cpu == TH_TOPOLOGY_NONE ? nullptr : std::make_unique<OnCpu>(cpu);
}

/* The memory policy of this thread, as numactl gives it to a process; -1: the standard one. */
void bindThreadTo(int node) {
    constexpr int kBind = 2;
    unsigned long mask = node < 0 ? 0 : 1ul << node;
    EXPECT_EQ(0, syscall(SYS_set_mempolicy, node < 0 ? 0 : kBind, node < 0 ? nullptr : &mask, 65ul));
}

/* How many of a map's entries have their slot (short values) or their bytes (long ones) on which node. */
std::map<int, uint64_t> nodesOf(const Map &map, uint64_t from, uint64_t to) {
    std::map<int, uint64_t> nodes;
    uint64_t step = (to - from) / 200 + 1;
    for (uint64_t i = from; i < to; i += step) {
        const void *value = nullptr;
        std::string key = keyOf(i);
        EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), key.data(), key.size(), &value, nullptr));
        nodes[nodeOfPage(value)]++;
    }
    return nodes;
}

/* The buckets themselves: a map of long to long has nothing else. */
std::map<int, uint64_t> nodesOfSlots(const Map &map, uint64_t from, uint64_t to) {
    std::map<int, uint64_t> nodes;
    for (uint64_t sample = 0; sample < 400; sample++) {
        /* Not every n-th: the hashes of such keys have a pattern, and so have interleaved pages. */
        uint64_t i = from + mix(sample) % (to - from);
        const void *value = nullptr;
        EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), &i, 8, &value, nullptr));
        nodes[nodeOfPage(value)]++;
    }
    return nodes;
}

std::string text(const std::map<int, uint64_t> &nodes) {
    std::string text;
    for (auto [node, entries] : nodes)
        text += std::to_string(entries) + " on node " + std::to_string(node) + " ";
    return text;
}

void expectAllOn(int node, const std::map<int, uint64_t> &nodes, const std::string &when) {
    EXPECT_TRUE(nodes.size() == 1 && nodes.begin()->first == node)
        << when << ": node " << node << " wanted, " << text(nodes);
}

/* On all of them, and on none more than twice as much as on another. */
void expectEvenly(const std::vector<int> &wanted, const std::map<int, uint64_t> &nodes, const char *when) {
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (int node : wanted) {
        auto found = nodes.find(node);
        uint64_t entries = found == nodes.end() ? 0 : found->second;
        least = std::min(least, entries);
        most = std::max(most, entries);
    }
    EXPECT_EQ(wanted.size(), nodes.size()) << when << " " << text(nodes);
    EXPECT_LE(most, 2 * least) << when << " " << text(nodes);
}

class NumaMaps : public testing::Test {
  protected:
    void SetUp() override {
        skipOnOneNode();
        for (uint32_t node : nodesWithMemory())
            memory_.push_back(static_cast<int>(node));
    }
    std::vector<int> memory_;
};

TEST_F(NumaMaps, LieOnTheNodeTheyAreBoundTo) {
    for (uint8_t mode : {TH_PLACE_BIND, TH_PLACE_PREFER, TH_PLACE_SPREAD}) {
        for (int node : memory_) {
            Heap heap(0, true);
            th_placement placement = on(mode, {node});
            th_map_options options{};
            options.placement = &placement;
            Map map(heap, bytesBytesType(), options);
            fill(map, 0, 20);
            expectAllOn(node, nodesOf(map, 0, 20), "blocks of pools");
            fill(map, 20, kLarge);
            expectAllOn(node, nodesOf(map, 0, kLarge), "after growth");
            ASSERT_EQ(TH_OK, map.clear());
            fill(map, 0, kLarge / 2);
            expectAllOn(node, nodesOf(map, 0, kLarge / 2), "after clearing");
            ASSERT_EQ(TH_OK, map.shrink());
            expectAllOn(node, nodesOf(map, 0, kLarge / 2), "after shrinking");
            ASSERT_EQ(TH_OK, map.reserve(2 * kLarge));
            fill(map, kLarge / 2, kLarge);
            expectAllOn(node, nodesOf(map, 0, kLarge), "after reserving");
            EXPECT_EQ(0, map.stats().refused);
            th_map_stats stats = map.stats(true);
            for (int other : memory_) {
                if (other != node && other < TH_STATS_NODES) {
                    EXPECT_EQ(0u, stats.node_bytes[other]) << "of the statistics";
                }
            }
            EXPECT_GT(stats.node_bytes[node], 0u);
        }
    }
}

TEST_F(NumaMaps, AreInterleavedOverNodes) {
    Heap heap(0, true);
    th_placement placement = on(TH_PLACE_INTERLEAVE, memory_);
    placement.pages = TH_PAGES_SMALL; /* enough of them that they come out even */
    th_map_options options{};
    options.placement = &placement;
    Map map(heap, longType(), options);
    fillLong(map, 0, 5 * kLarge);
    expectEvenly(memory_, nodesOfSlots(map, 0, 5 * kLarge), "all named");
    th_placement all = on(TH_PLACE_INTERLEAVE);
    all.pages = TH_PAGES_SMALL;
    options.placement = &all;
    Map other(heap, longType(), options);
    fillLong(other, 0, 5 * kLarge);
    expectEvenly(memory_, nodesOfSlots(other, 0, 5 * kLarge), "none named");
}

TEST_F(NumaMaps, AreSpreadInTurn) {
    Heap heap(0, true);
    th_placement placement = on(TH_PLACE_SPREAD);
    std::map<int, uint64_t> maps;
    for (size_t i = 0; i < 2 * memory_.size(); i++) {
        th_map_options options{};
        options.placement = &placement;
        Map map(heap, longType(), options);
        fillLong(map, 0, 5000);
        std::map<int, uint64_t> nodes = nodesOfSlots(map, 0, 5000);
        ASSERT_EQ(1u, nodes.size()) << text(nodes);
        maps[nodes.begin()->first]++;
    }
    for (int node : memory_)
        EXPECT_EQ(2u, maps[node]) << "maps on node " << node;
}

TEST_F(NumaMaps, FollowTheThreadWithoutAPlacement) {
    for (int node : memory_) {
        auto here = onNode(node);
        if (!here)
            continue;
        Heap heap(0, true);
        Map map(heap, bytesBytesType());
        fill(map, 0, 20);
        expectAllOn(node, nodesOf(map, 0, 20), "blocks of pools");
        fill(map, 20, kLarge);
        expectAllOn(node, nodesOf(map, 0, kLarge), "regions");
    }
}

/* numactl --membind=OTHER: first touch obeys it, local does not. */
TEST_F(NumaMaps, LocalIsTheThreadsNodeWhateverItsPolicy) {
    for (int node : memory_) {
        auto here = onNode(node);
        if (!here)
            continue;
        int other = memory_[0] == node ? memory_[1] : memory_[0];
        bindThreadTo(other);
        Heap heap(0, true);
        th_placement local = on(TH_PLACE_LOCAL);
        th_map_options options{};
        options.placement = &local;
        Map map(heap, longType(), options);
        fillLong(map, 0, kLarge);
        expectAllOn(node, nodesOfSlots(map, 0, kLarge), "local");
        Map obedient(heap, longType());
        fillLong(obedient, 0, kLarge);
        expectAllOn(other, nodesOfSlots(obedient, 0, kLarge), "first touch");
        bindThreadTo(-1);
    }
}

th_status migrate(Map &map, const th_placement &placement) {
    uint64_t progress = 0;
    th_status status;
    do {
        status = th_map_migrate(map.raw(), map.stamp(), &placement, &progress);
    } while (status == TH_MORE);
    return status;
}

TEST_F(NumaMaps, MoveWithAllTheirPages) {
    Heap heap(0, true);
    int a = memory_[0];
    int b = memory_[1];
    th_placement first = on(TH_PLACE_BIND, {a});
    th_map_options options{};
    options.placement = &first;
    Map map(heap, bytesBytesType(), options);
    fill(map, 0, 20);
    ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_BIND, {b})));
    expectAllOn(b, nodesOf(map, 0, 20), "blocks");
    uint64_t size = 20;
    while (map.stats().growing == 0 || size < kLarge / 2) /* an old array to move as well */
        fill(map, size, size + 1), size++;
    ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_BIND, {a})));
    EXPECT_EQ(1, map.stats().growing);
    expectAllOn(a, nodesOf(map, 0, size), "while growing");
    fill(map, size, size + kLarge);
    size += kLarge;
    expectAllOn(a, nodesOf(map, 0, size), "what came later");
    ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_INTERLEAVE, memory_)));
    EXPECT_EQ(memory_.size(), nodesOf(map, 0, size).size()) << "in pieces of 2 MiB, of which there are few";
    ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_PREFER, {b})));
    expectAllOn(b, nodesOf(map, 0, size), "back together");
    EXPECT_EQ(0, map.stats().refused);
    EXPECT_TRUE(isSound(map));
}

/* Beside readers, who see every entry at all times. */
TEST_F(NumaMaps, MoveBesideReaders) {
    Heap heap(0, true);
    th_placement first = on(TH_PLACE_BIND, {memory_[0]});
    th_map_options options{};
    options.placement = &first;
    Map map(heap, longType(), options);
    fillLong(map, 0, kLarge);
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> reads{0};
    std::atomic<uint64_t> wrong{0};
    std::thread reader([&] {
        for (uint64_t i = 0; !stop; i = (i + 1) % kLarge) {
            wrong += th_word_get(map.raw(), map.stamp(), i, 0) != ~i;
            reads++;
        }
    });
    for (int round = 0; round < 4; round++)
        ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_BIND, {memory_[round % 2]})));
    while (reads < 1000)
        std::this_thread::yield();
    stop = true;
    reader.join();
    EXPECT_EQ(0u, wrong);
    expectAllOn(memory_[1], nodesOfSlots(map, 0, kLarge), "in the end");
}

/* Blocks that a thread of another node frees go back to where they came from. */
TEST_F(NumaMaps, SmallOnesKeepToTheirNodesPools) {
    Heap heap(0, true);
    for (int round = 0; round < 3; round++) {
        for (int node : memory_) {
            std::vector<std::unique_ptr<Map>> maps;
            th_placement placement = on(TH_PLACE_PREFER, {node});
            th_map_options options{};
            options.placement = &placement;
            for (uint64_t i = 0; i < scaled(500, 50); i++) {
                maps.push_back(std::make_unique<Map>(heap, longType(), options));
                fillLong(*maps.back(), 0, 10);
                expectAllOn(node, nodesOfSlots(*maps.back(), 0, 10), "round " + std::to_string(round));
            }
            auto elsewhere = onNode(node == memory_[0] ? memory_[1] : memory_[0]);
            maps.clear();
            heap.reclaim();
        }
    }
}

TEST_F(NumaMaps, HaveExplicitHugePagesOnTheirNode) {
    for (int node : memory_) {
        if (freeHugePages(node) < 16)
            GTEST_SKIP() << "node " << node << " has no explicit huge pages";
        Heap heap(0, true);
        th_placement placement = on(TH_PLACE_BIND, {node});
        placement.pages = TH_PAGES_2M;
        placement.strict = 1;
        th_map_options options = sized(200000);
        options.placement = &placement;
        uint64_t before = freeHugePages(node);
        Map map(heap, longType(), options);
        ASSERT_EQ(TH_OK, map.created());
        fillLong(map, 0, 50000);
        EXPECT_LT(freeHugePages(node), before) << "pages of the node's pool";
        expectAllOn(node, nodesOfSlots(map, 0, 50000), "explicit");
        EXPECT_EQ(0, map.stats().refused);
        map.close();
        heap.reclaim();
        EXPECT_EQ(before, freeHugePages(node)) << "given back";
    }
}

/* Blocks, arrays and segments of a map whose every part wants explicit pages, those that are too small
 * included. */
TEST_F(NumaMaps, HaveExplicitHugePagesForLongKeysToo) {
    int node = memory_[0];
    if (freeHugePages(node) < 16)
        GTEST_SKIP() << "node " << node << " has no explicit huge pages";
    Heap heap(0, true);
    for (uint8_t mode : {TH_PLACE_BIND, TH_PLACE_INTERLEAVE, TH_PLACE_FIRST_TOUCH}) {
        th_placement placement =
            on(mode, mode == TH_PLACE_FIRST_TOUCH ? std::vector<int>{} : std::vector{node});
        placement.pages = TH_PAGES_2M;
        placement.strict = 1;
        th_map_options options{};
        options.placement = &placement;
        Map map(heap, bytesBytesType(), options);
        ASSERT_EQ(TH_OK, map.created());
        fill(map, 0, 20000);
        EXPECT_EQ(0, map.stats().refused);
        ASSERT_EQ(TH_OK, migrate(map, on(TH_PLACE_INTERLEAVE, memory_)));
        EXPECT_EQ(0, map.stats().refused) << "errno " << map.stats().refused_errno;
        EXPECT_TRUE(isSound(map));
        map.close();
        heap.reclaim();
    }
}

/* A reader that has an old array in hand reads on when the system's explicit pages are all in use. */
TEST_F(NumaMaps, KeepExplicitHugePagesForLateReaders) {
    int node = memory_[0];
    if (freeHugePages(node) < 16)
        GTEST_SKIP() << "node " << node << " has no explicit huge pages";
    Heap heap(0, true);
    th_placement placement = on(TH_PLACE_BIND, {node});
    placement.pages = TH_PAGES_2M;
    th_map_options options = sized(200000);
    options.placement = &placement;
    Map map(heap, longType(), options);
    fillLong(map, 0, 1000);
    std::vector<const volatile uint64_t *> values;
    for (uint64_t i = 0; i < 1000; i++) {
        const void *value = nullptr;
        ASSERT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), &i, 8, &value, nullptr));
        values.push_back(static_cast<const volatile uint64_t *>(value));
    }
    ASSERT_EQ(TH_OK, map.shrink());
    std::vector<std::unique_ptr<Map>> others;
    while (freeHugePages(node) > 0 && others.size() < 64) {
        options.expected_size = 100000; /* one page, and what is left */
        others.push_back(std::make_unique<Map>(heap, longType(), options));
        ASSERT_EQ(TH_OK, others.back()->created());
    }
    EXPECT_EQ(0u, freeHugePages(node));
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t value = *values[i];
        ASSERT_TRUE(value == ~i || value == 0) << i;
    }
}

} // namespace
} // namespace tophash::test
