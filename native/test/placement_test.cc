/*
 * Placements on any machine: which policy the kernel has been given for which address, what is refused, and
 * that maps keep theirs. Where pages really lie is told in a machine with several nodes only: numa_test.cc.
 */
#include <cerrno>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"

namespace tophash::test {
namespace {

/* Numbers of the kernel's ABI, mbind(2). */
enum KernelPolicy { kDefault = 0, kPreferred = 1, kBind = 2, kInterleave = 3, kLocal = 4 };

struct Told {
    int policy = -1; /* -1: the kernel does not say */
    uint64_t nodes = 0;
};

Told policyAt(const void *address) {
    Told told;
    unsigned long nodes[16] = {};
    constexpr unsigned long kOfAddress = 2;
    int policy = 0;
    if (syscall(SYS_get_mempolicy, &policy, nodes, sizeof nodes * 8, address, kOfAddress) == 0)
        told = {policy, nodes[0]};
    return told;
}

bool canPlace() {
    static const bool can = [] {
        Heap heap;
        th_placement placement{};
        placement.mode = TH_PLACE_BIND;
        placement.nodes[0] = 1;
        placement.strict = 1;
        return th_heap_set_placement(heap.raw(), &placement) == TH_OK;
    }();
    return can;
}

th_placement placementOf(uint8_t mode, uint64_t nodes = 0) {
    th_placement placement{};
    placement.mode = mode;
    placement.nodes[0] = nodes;
    return placement;
}

th_map_options placed(const th_placement &placement, uint64_t expectedSize = 0) {
    th_map_options options = sized(expectedSize);
    options.placement = &placement;
    return options;
}

const void *valueOf(const Map &map, const std::string &key) {
    const void *value = nullptr;
    EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), key.data(), key.size(), &value, nullptr));
    return value;
}

std::string get(const Map &map, const std::string &key) {
    std::string value;
    EXPECT_EQ(TH_PRESENT, map.find(key, &value)) << key;
    return value;
}

void expectPolicy(int policy, uint64_t nodes, const Map &map, const std::string &key, const char *when) {
    Told told = policyAt(valueOf(map, key));
    EXPECT_EQ(policy, told.policy) << key << " " << when;
    EXPECT_EQ(nodes, told.nodes) << key << " " << when;
}

class Modes : public testing::TestWithParam<std::pair<uint8_t, int>> {};

INSTANTIATE_TEST_SUITE_P(Placement, Modes,
                         testing::Values(std::pair{TH_PLACE_FIRST_TOUCH, kDefault},
                                         std::pair{TH_PLACE_LOCAL, kLocal}, std::pair{TH_PLACE_BIND, kBind},
                                         std::pair{TH_PLACE_PREFER, kPreferred},
                                         std::pair{TH_PLACE_INTERLEAVE, kInterleave},
                                         std::pair{TH_PLACE_SPREAD, kPreferred}));

/* Array and bytes heap, from the first array through growth, clear and shrink. */
TEST_P(Modes, StayWithTheMap) {
    if (!canPlace())
        GTEST_SKIP() << "the kernel places no memory here";
    auto [mode, policy] = GetParam();
    uint64_t nodes = mode >= TH_PLACE_BIND ? 1 : 0;
    Heap heap;
    th_placement placement = placementOf(mode, nodes);
    Map map(heap, bytesBytesType(), placed(placement, 2000));
    auto expectAll = [&, policy = policy](const char *when) {
        ASSERT_NE(TH_NO_MEMORY, map.put("short", "value"));
        ASSERT_NE(TH_NO_MEMORY, map.put("long", std::string(200000, 'x')));
        expectPolicy(policy, nodes, map, "short", when);
        expectPolicy(policy, nodes, map, "long", when);
        EXPECT_EQ(mode, map.stats().place);
        EXPECT_EQ(0, map.stats().refused);
    };
    expectAll("at first");
    for (uint64_t i = 0; i < 20000; i++)
        ASSERT_EQ(TH_ABSENT, map.put(packed(i), "v"));
    expectAll("after growth");
    for (uint64_t i = 1000; i < 20000; i++)
        ASSERT_EQ(TH_PRESENT, map.remove(packed(i)));
    ASSERT_EQ(TH_OK, map.shrink());
    expectAll("after shrinking");
    ASSERT_EQ(TH_OK, map.clear());
    expectAll("after clearing");
    ASSERT_EQ(TH_OK, map.reserve(100000));
    expectAll("after reserving");
    EXPECT_TRUE(isSound(map));
}

TEST_P(Modes, AreTheHeapsForMapsWithoutOne) {
    if (!canPlace())
        GTEST_SKIP() << "the kernel places no memory here";
    auto [mode, policy] = GetParam();
    uint64_t nodes = mode >= TH_PLACE_BIND ? 1 : 0;
    Heap heap;
    Map before(heap, bytesBytesType(), sized(10000));
    th_placement placement = placementOf(mode, nodes);
    ASSERT_EQ(TH_OK, th_heap_set_placement(heap.raw(), &placement));
    Map map(heap, bytesBytesType(), sized(10000));
    th_placement own = placementOf(TH_PLACE_INTERLEAVE, 1);
    Map other(heap, bytesBytesType(), placed(own, 10000));
    for (Map *each : {&before, &map, &other})
        ASSERT_EQ(TH_ABSENT, each->put("key", "value"));
    expectPolicy(kDefault, 0, before, "key", "made before");
    expectPolicy(policy, nodes, map, "key", "made after");
    expectPolicy(kInterleave, 1, other, "key", "with one of its own");
    ASSERT_EQ(TH_OK, th_heap_set_placement(heap.raw(), nullptr));
    Map after(heap, bytesBytesType(), sized(10000));
    ASSERT_EQ(TH_ABSENT, after.put("key", "value"));
    expectPolicy(kDefault, 0, after, "key", "made after the default was taken back");
}

th_status migrate(Map &map, const th_placement *placement) {
    uint64_t progress = 0;
    th_status status;
    do {
        status = th_map_migrate(map.raw(), map.stamp(), placement, &progress);
    } while (status == TH_MORE);
    return status;
}

TEST_P(Modes, AreKeptByAMigration) {
    if (!canPlace())
        GTEST_SKIP() << "the kernel places no memory here";
    auto [mode, policy] = GetParam();
    uint64_t nodes = mode >= TH_PLACE_BIND ? 1 : 0;
    Heap heap(0, true);
    Map map(heap, bytesBytesType());
    std::string large(20 << 20, 'x');
    uint64_t count = 0;
    auto fillTo = [&](uint64_t end) {
        for (; count < end; count++)
            ASSERT_EQ(TH_ABSENT, map.put(packed(count), packed(count * 3)));
    };
    fillTo(10);
    th_placement placement = placementOf(mode, nodes);
    ASSERT_EQ(TH_OK, migrate(map, &placement)) << "blocks only";
    EXPECT_EQ(mode, map.stats().place);
    fillTo(30000);
    ASSERT_EQ(TH_ABSENT, map.put("large", large));
    expectPolicy(policy, nodes, map, packed(1), "after growth");
    th_placement back = placementOf(TH_PLACE_FIRST_TOUCH);
    ASSERT_EQ(TH_OK, migrate(map, &back));
    expectPolicy(kDefault, 0, map, packed(1), "back");
    expectPolicy(kDefault, 0, map, "large", "back");
    ASSERT_EQ(TH_OK, migrate(map, &placement));
    expectPolicy(policy, nodes, map, packed(1), "regions");
    expectPolicy(policy, nodes, map, "large", "regions");
    for (uint64_t i = 0; i < count; i++)
        ASSERT_EQ(packed(i * 3), get(map, packed(i)));
    EXPECT_EQ(large, get(map, "large"));
    EXPECT_TRUE(isSound(map));
}

/* A write between two calls may grow the map: everything is where it should be in the end all the same. */
TEST(Migration, GoesOnBesideWrites) {
    if (!canPlace())
        GTEST_SKIP() << "the kernel places no memory here";
    Heap heap(0, true);
    Map map(heap, longType());
    fillLong(map, 0, 400000);
    th_placement bound = placementOf(TH_PLACE_BIND, 1);
    uint64_t progress = 0;
    uint64_t calls = 0;
    uint64_t next = 400000;
    while (th_map_migrate(map.raw(), map.stamp(), &bound, &progress) == TH_MORE) {
        fillLong(map, next, next + 20000);
        next += 20000;
        calls++;
    }
    EXPECT_GE(calls, 400000u * 22 / (4u << 20)) << "a piece a call";
    for (uint64_t i = 0; i < next; i += 1000) {
        uint64_t key = i;
        const void *value = nullptr;
        ASSERT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), &key, 8, &value, nullptr));
        ASSERT_EQ(kBind, policyAt(value).policy) << i;
    }
    EXPECT_TRUE(isSound(map));
}

TEST(Migration, OfNothing) {
    Heap heap;
    th_placement placement = placementOf(TH_PLACE_FIRST_TOUCH);
    Map map(heap, longType());
    EXPECT_EQ(TH_OK, migrate(map, &placement)) << "without an array";
    EXPECT_EQ(TH_OK, migrate(map, nullptr)) << "to what the heap says";
    uint64_t progress = 0;
    EXPECT_EQ(TH_INVALID, th_map_migrate(nullptr, 0, &placement, &progress));
    EXPECT_EQ(TH_INVALID, th_map_migrate(map.raw(), map.stamp(), &placement, nullptr));
    EXPECT_EQ(TH_CLOSED, th_map_migrate(th_empty_map(), th_empty_stamp(), &placement, &progress));
    uint64_t stamp = map.stamp();
    map.close();
    EXPECT_EQ(TH_CLOSED, th_map_migrate(map.raw(), stamp, &placement, &progress));
}

TEST(Migration, WithoutMemoryLeavesTheMapAsItIs) {
    Heap heap;
    Map map(heap, bytesBytesType());
    for (uint64_t i = 0; i < 100; i++)
        ASSERT_EQ(TH_ABSENT, map.put(packed(i), std::string(50, 'x')));
    th_placement placement = placementOf(TH_PLACE_LOCAL);
    for (int allowed = 0; allowed < 2; allowed++) {
        th_test_fail_allocation(heap.raw(), allowed);
        EXPECT_EQ(TH_NO_MEMORY, migrate(map, &placement)) << allowed;
        EXPECT_EQ(100, map.size());
        EXPECT_EQ(TH_PLACE_FIRST_TOUCH, map.stats().place);
        EXPECT_TRUE(isSound(map));
    }
    EXPECT_EQ(TH_OK, migrate(map, &placement));
    for (uint64_t i = 0; i < 100; i++)
        ASSERT_EQ(std::string(50, 'x'), get(map, packed(i)));
}

constexpr uint64_t kNoSuchNode = uint64_t{1} << 63;

/* Node 63 is on no machine that runs this: the kernel says EINVAL (or EPERM, ENOSYS), and the map works. */
TEST(Refusals, AreToldAndDoNoHarm) {
    Heap heap;
    th_placement placement = placementOf(TH_PLACE_BIND, kNoSuchNode);
    Map map(heap, longType(), placed(placement));
    ASSERT_EQ(TH_OK, map.created());
    EXPECT_EQ(TH_REFUSED_NODES, map.stats().refused) << "before the first region";
    fillLong(map, 0, 100000);
    EXPECT_EQ(TH_REFUSED_NODES, map.stats().refused);
    EXPECT_NE(0, map.stats().refused_errno);
    EXPECT_EQ(TH_PLACE_BIND, map.stats().place);
    EXPECT_EQ(TH_OK, migrate(map, nullptr));
    EXPECT_EQ(0, map.stats().refused) << "of the placement in force";
    EXPECT_TRUE(isSound(map));
}

TEST(Refusals, AreFailuresWhereAPlacementIsStrict) {
    Heap heap;
    th_placement placement = placementOf(TH_PLACE_BIND, kNoSuchNode);
    placement.strict = 1;
    Map map(heap, longType(), placed(placement));
    EXPECT_EQ(TH_REFUSED, map.created());
    EXPECT_EQ(0u, heap.stats().maps);
    EXPECT_EQ(0u, heap.stats().live_bytes);
    EXPECT_EQ(TH_REFUSED, th_heap_set_placement(heap.raw(), &placement));
    Map other(heap, longType(), sized(10000));
    ASSERT_EQ(TH_OK, other.created()) << "the heap's placement is as it was";
    EXPECT_EQ(TH_PLACE_FIRST_TOUCH, other.stats().place);
    EXPECT_EQ(TH_REFUSED, migrate(other, &placement));
    EXPECT_EQ(TH_PLACE_FIRST_TOUCH, other.stats().place);
}

uint64_t freeExplicitPages() {
    FILE *file = std::fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
    unsigned long pages = 0;
    if (file != nullptr) {
        if (std::fscanf(file, "%lu", &pages) != 1)
            pages = 0;
        std::fclose(file);
    }
    return pages;
}

/* Explicit huge pages where there are some, others where there are none: every operation works with both. */
TEST(ExplicitHugePages, OrWhatThereIs) {
    for (uint8_t pages : {TH_PAGES_2M, TH_PAGES_1G}) {
        Heap heap(0, true);
        th_placement placement{};
        placement.pages = pages;
        uint64_t before = freeExplicitPages();
        Map map(heap, longType(), placed(placement, 200000));
        ASSERT_EQ(TH_OK, map.created());
        bool some = freeExplicitPages() < before;
        bool refused = (map.stats().refused & TH_REFUSED_PAGES) != 0;
        EXPECT_TRUE(some || refused) << "of " << before;
        EXPECT_TRUE(pages == TH_PAGES_1G || some != refused) << "of " << before;
        EXPECT_EQ(pages, map.stats().pages);
        fillLong(map, 0, 500000);
        EXPECT_TRUE(isSound(map));
        ASSERT_EQ(TH_OK, map.clear());
        EXPECT_EQ(0, map.size());
        EXPECT_TRUE(isSound(map));
        fillLong(map, 0, 1000);
        ASSERT_EQ(TH_OK, map.shrink());
        EXPECT_TRUE(isSound(map));
        map.close();
        heap.reclaim();
        EXPECT_EQ(before, freeExplicitPages());
    }
}

TEST(ExplicitHugePages, AreDemandedByAStrictPlacement) {
    if (freeExplicitPages() > 0)
        GTEST_SKIP() << "there are explicit huge pages here";
    Heap heap;
    th_placement placement{};
    placement.pages = TH_PAGES_2M;
    placement.strict = 1;
    Map map(heap, longType(), placed(placement));
    EXPECT_EQ(TH_REFUSED, map.created());
}

TEST(Placement, RejectsWhatThereCannotBe) {
    Heap heap;
    auto rejected = [&](const th_placement &placement) {
        Map map(heap, longType(), placed(placement));
        EXPECT_EQ(TH_INVALID, map.created());
        EXPECT_EQ(TH_INVALID, th_heap_set_placement(heap.raw(), &placement));
        Map other(heap, longType());
        EXPECT_EQ(TH_INVALID, migrate(other, &placement));
    };
    rejected(placementOf(TH_PLACE_SPREAD + 1));
    rejected(placementOf(TH_PLACE_LOCAL, 1)); /* nodes that mean nothing */
    th_placement placement{};
    placement.strict = 2;
    rejected(placement);
    placement = {};
    placement.reserved[4] = 1;
    rejected(placement);
    EXPECT_EQ(TH_INVALID, th_heap_set_placement(nullptr, nullptr));
}

/* More different ones than there is room for, and that they make room again. */
TEST(Placement, HasSoManyAtATime) {
    Heap heap;
    std::vector<std::unique_ptr<Map>> maps;
    auto make = [&](uint32_t i) {
        th_placement placement = placementOf(TH_PLACE_INTERLEAVE, (uint64_t{i} << 1) | 1);
        maps.push_back(std::make_unique<Map>(heap, longType(), placed(placement)));
        return maps.back()->created();
    };
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < TH_MAX_PLACEMENTS; i++)
            ASSERT_EQ(TH_OK, make(round * 1000 + i)) << i;
        EXPECT_EQ(TH_OK, make(round * 1000)) << "one that is there already";
        EXPECT_EQ(TH_LIMIT, make(round * 1000 + 999));
        maps.clear();
    }
}

/* Maps that are spread take their turn; with one node each on it. */
TEST(Placement, SpreadNeedsNoNodesNamed) {
    if (!canPlace())
        GTEST_SKIP() << "the kernel places no memory here";
    Heap heap;
    th_placement placement = placementOf(TH_PLACE_SPREAD);
    for (int i = 0; i < 4; i++) {
        Map map(heap, bytesBytesType(), placed(placement, 10000));
        ASSERT_EQ(TH_ABSENT, map.put("key", "value"));
        Told told = policyAt(valueOf(map, "key"));
        EXPECT_EQ(kPreferred, told.policy);
        EXPECT_EQ(1, __builtin_popcountll(told.nodes));
    }
}

} // namespace
} // namespace tophash::test
