/* Numbers about a map must add up, and agree with what the heap says. */
#include <memory>
#include <numeric>

#include "support.h"

namespace tophash::test {
namespace {

uint64_t log2Of(uint64_t powerOfTwo) {
    return static_cast<uint64_t>(__builtin_ctzll(powerOfTwo));
}

void expectSums(Heap &heap, const Map &map) {
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&map.type(), &layout));
    th_map_stats stats = map.stats(true);
    EXPECT_EQ(static_cast<uint64_t>(map.size()), stats.size);
    EXPECT_EQ(stats.growing, stats.old_buckets != 0);
    EXPECT_EQ(stats.buckets, stats.buckets == 0 ? 0 : uint64_t{1} << stats.b);
    EXPECT_EQ((stats.buckets + stats.old_buckets) * layout.bucket_size, stats.bucket_bytes);
    EXPECT_EQ(0u, stats.overflow_bytes % layout.bucket_size);
    EXPECT_GE(stats.overflow_bytes, stats.overflow_buckets * layout.bucket_size) << "both arrays' ones";
    EXPECT_LE(stats.evacuated, stats.old_buckets);
    uint64_t buckets = 0, entries = 0, hits = 0, chains = 0, misses = 0, linked = 0, looks = 0;
    for (uint64_t k = 0; k <= 8; k++) {
        buckets += stats.occupancy[k];
        entries += k * stats.occupancy[k];
    }
    for (uint64_t k = 0; k < TH_STATS_DEPTH; k++) {
        hits += stats.hit_probes[k];
        chains += stats.chains[k];
        misses += stats.miss_probes[k];
        linked += (k + 1) * stats.chains[k];
        looks += (k + 1) * stats.miss_probes[k];
    }
    EXPECT_EQ(stats.size, entries) << "entries by occupancy";
    EXPECT_EQ(stats.size, hits) << "entries by where they are found";
    EXPECT_EQ(stats.size, std::accumulate(stats.density, stats.density + TH_STATS_PARTS, uint64_t{0}));
    EXPECT_EQ(chains, misses) << "each chain counts once";
    EXPECT_GE(linked, looks) << "a search looks at no bucket that is not there";
    if (stats.longest_chain < TH_STATS_DEPTH) {
        EXPECT_EQ(buckets, linked);
    }
    if (!stats.growing) {
        EXPECT_EQ(stats.overflow_buckets * layout.bucket_size, stats.overflow_bytes);
        EXPECT_EQ(stats.buckets + stats.overflow_buckets, buckets);
        EXPECT_EQ(stats.buckets == 0, stats.longest_chain == 0);
        EXPECT_EQ(stats.buckets, chains);
    } else {
        uint64_t doublings = stats.b - log2Of(stats.old_buckets);
        EXPECT_EQ(stats.old_buckets - stats.evacuated + (stats.evacuated << doublings), chains)
            << "what lookups look at, and nothing else";
    }
    EXPECT_LE(stats.pool_bytes, stats.reserved_bytes);
    EXPECT_LE(stats.resident_bytes, stats.reserved_bytes);
    EXPECT_GE(stats.resident_bytes, stats.pool_bytes);
    EXPECT_LE(stats.huge_bytes, stats.resident_bytes);
    EXPECT_GE(stats.header_bytes, 48u);
    EXPECT_GE(stats.reserved_bytes, stats.header_bytes + stats.bucket_bytes + stats.overflow_bytes +
                                        stats.heap_bytes_live + stats.heap_bytes_dead);
    EXPECT_EQ(heap.stats().live_bytes, stats.reserved_bytes) << "the heap's only map";
}

TEST(Stats, AddUpThroughALife) {
    for (const NamedType &named : allTypes()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t n = std::min<uint64_t>(keyCount(named.type), 400);
        expectSums(heap, twin.map);
        for (uint64_t i = 0; i < n; i++) {
            twin.put(makeKey(named.type, i), makeValue(named.type, i));
            if (i % 13 == 0)
                expectSums(heap, twin.map);
        }
        for (uint64_t i = 0; i < n; i += 2)
            twin.remove(makeKey(named.type, i));
        expectSums(heap, twin.map);
        twin.shrink();
        expectSums(heap, twin.map);
        twin.clear();
        expectSums(heap, twin.map);
        if (HasFailure()) {
            FAIL() << named.name;
        }
    }
}

TEST(Stats, WithoutFullNothingIsCounted) {
    Heap heap;
    Map map(heap, longType());
    fillLong(map, 0, 100);
    th_map_stats stats;
    std::memset(&stats, 0xff, sizeof stats);
    ASSERT_EQ(TH_OK, th_map_get_stats(map.raw(), map.stamp(), 0, &stats));
    EXPECT_EQ(0u, stats.longest_chain);
    for (uint64_t buckets : stats.occupancy)
        EXPECT_EQ(0u, buckets);
    for (uint64_t depth = 0; depth < TH_STATS_DEPTH; depth++) {
        EXPECT_EQ(0u, stats.chains[depth] | stats.hit_probes[depth] | stats.miss_probes[depth]);
    }
    EXPECT_EQ(0u, stats.resident_bytes | stats.huge_bytes | stats.node_bytes[0]);
    EXPECT_EQ(100u, stats.size);
    for (uint8_t reserved : stats.reserved)
        EXPECT_EQ(0u, reserved);
}

/* Pages are there once they were touched, and gone when the map gives them back. */
TEST(Stats, ResidentMemoryIsWhatWasTouched) {
    Heap heap;
    Map map(heap, longType());
    ASSERT_EQ(TH_OK, th_map_reserve(map.raw(), map.stamp(), uint64_t{1} << 20));
    th_map_stats empty = map.stats(true);
    EXPECT_GE(empty.reserved_bytes, uint64_t{144} << 18);
    EXPECT_LE(empty.resident_bytes, uint64_t{4} << 20) << "the descriptor's page, huge or not";
    EXPECT_EQ(empty.resident_bytes, map.stats(true).resident_bytes) << "having been looked at takes none";
    fillLong(map, 0, 5000);
    th_map_stats touched = map.stats(true);
    EXPECT_GT(touched.resident_bytes, empty.resident_bytes);
    uint64_t placed = 0;
    for (uint64_t bytes : touched.node_bytes)
        placed += bytes;
    EXPECT_LE(placed, touched.reserved_bytes) << "0 where the system does not say";
    map.clear();
    EXPECT_LT(map.stats(true).resident_bytes, touched.resident_bytes);
    EXPECT_EQ(1u, map.stats(true).clears);
}

/* Random keys spread over all parts; a bucket of a small array is the first of the parts it stands for. */
TEST(Stats, DensityIsEvenForRandomKeys) {
    Heap heap;
    Map map(heap, longType(), seeded(7));
    fillLong(map, 0, 5);
    EXPECT_EQ(5u, map.stats(true).density[0]);
    fillLong(map, 5, 100000);
    th_map_stats stats = map.stats(true);
    for (uint64_t entries : stats.density) {
        EXPECT_GT(entries, 250u) << "of 390 on average";
        EXPECT_LT(entries, 530u);
    }
}

TEST(Stats, ProbesOfAKnownChain) {
    Heap heap;
    Map map(heap, longType(), seeded(7));
    ASSERT_EQ(TH_OK, th_map_reserve(map.raw(), map.stamp(), 1));
    fillLong(map, 0, 8);
    th_map_stats full = map.stats(true);
    EXPECT_EQ(1u, full.chains[0]);
    EXPECT_EQ(8u, full.hit_probes[0]);
    EXPECT_EQ(1u, full.miss_probes[0]);
    uint64_t n = 8;
    while (map.stats(true).chains[1] == 0)
        fillLong(map, n, n + 1), n++;
    th_map_stats chained = map.stats(true);
    EXPECT_GE(chained.hit_probes[1], 1u) << "the entry that made the overflow bucket";
    EXPECT_EQ(chained.chains[1], chained.miss_probes[1]) << "both buckets of a chain are looked at";
}

TEST(Stats, TheHeaderIsGos) {
    Heap heap;
    Map map(heap, longType(), seeded(0xcafe));
    fillLong(map, 0, 1000);
    th_map_stats stats = map.stats();
    uint8_t header[48];
    ASSERT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
    auto word = [&](size_t at, size_t size) {
        return unpacked(std::string_view(reinterpret_cast<char *>(header) + at, size));
    };
    EXPECT_EQ(1000u, word(0, 8)) << "count";
    EXPECT_EQ(0u, word(8, 1) & 4) << "flags: nobody is writing";
    EXPECT_EQ(stats.b, word(9, 1)) << "B";
    EXPECT_EQ(stats.overflow_buckets, word(10, 2)) << "noverflow";
    EXPECT_EQ(0xcafeu, word(12, 4)) << "hash0";
    EXPECT_NE(0u, word(16, 8)) << "buckets";
    EXPECT_EQ(stats.growing, word(24, 8) != 0) << "oldbuckets";
    EXPECT_NE(0u, word(40, 8)) << "extra";
    uint64_t n = 1000;
    while (!map.stats().growing)
        fillLong(map, n, n + 1), n++;
    ASSERT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
    EXPECT_NE(0u, word(24, 8)) << "oldbuckets while growing";
    EXPECT_EQ(map.stats().evacuated > 0, word(32, 8) > 0) << "nevacuate";
}

TEST(Stats, OccupancyOfAKnownMap) {
    Heap heap;
    Map map(heap, longType());
    fillLong(map, 0, 5);
    th_map_stats stats = map.stats(true);
    EXPECT_EQ(1u, stats.occupancy[5]);
    EXPECT_EQ(1u, stats.longest_chain);
    fillLong(map, 5, 8);
    EXPECT_EQ(1u, map.stats(true).occupancy[8]);
}

/* What the documentation says about the memory of a map: a full one, and the peak while it grows. */
TEST(Stats, MemoryStaysNearTheEntries) {
    Heap heap;
    Map map(heap, longType());
    uint64_t n = scaled(200000, 20000);
    for (uint64_t i = 0; i < n; i++) {
        fillLong(map, i, i + 1);
        if (i < 1000 || i % 97 != 0)
            continue;
        th_map_stats stats = map.stats();
        /* Old and new array together: 1.5 times the new one's main buckets, overflow on top. */
        ASSERT_LE(stats.bucket_bytes + stats.overflow_bytes, stats.buckets * 144 * 2)
            << "with " << i << " entries";
    }
}

TEST(Stats, HeapTotalsAreTheSumOfItsMaps) {
    Heap heap;
    std::vector<std::unique_ptr<Map>> maps;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 30; i++) {
        maps.push_back(std::make_unique<Map>(heap, allTypes()[i % allTypes().size()].type));
        Map &map = *maps.back();
        for (uint64_t k = 0; k < i * 5; k++)
            map.put(makeKey(map.type(), k % 200), makeValue(map.type(), k));
        sum += map.stats().reserved_bytes;
    }
    EXPECT_EQ(30u, heap.stats().maps);
    EXPECT_EQ(sum, heap.stats().live_bytes);
    EXPECT_GE(heap.stats().pool_bytes, 30 * 64u);
    EXPECT_EQ(0u, heap.stats().retired_items);
}

} // namespace
} // namespace tophash::test
