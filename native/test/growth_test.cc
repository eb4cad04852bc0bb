/* When buckets appear, how many, and how entries move from old arrays to new ones. */
#include "support.h"

namespace tophash::test {
namespace {

constexpr uint64_t kStep = 8; /* old buckets that one write evacuates: TH_EVACUATE_STEP */

/* Go's rule, written down a second time: at most 8 entries, or at most 6.5 a bucket. */
bool fits(uint64_t entries, uint32_t b) {
    if (entries <= 8)
        return true;
    return b > 0 && 2 * entries <= 13 * (uint64_t{1} << b);
}

uint32_t smallestB(uint64_t entries) {
    uint32_t b = 0;
    while (!fits(entries, b))
        b++;
    return b;
}

TEST(Growth, TheFirstWriteMakesTheFirstBucket) {
    Heap heap;
    Map map(heap, longType());
    EXPECT_EQ(0u, map.stats().buckets);
    EXPECT_EQ(TH_NEEDS_ROOM, th_word_put(map.raw(), map.stamp(), 1, 1)) << "a quick call allocated";
    EXPECT_EQ(0, map.size());
    ASSERT_EQ(TH_OK, th_make_room(map.raw(), map.stamp(), 0));
    EXPECT_EQ(TH_ABSENT, th_word_put(map.raw(), map.stamp(), 1, 1));
    EXPECT_EQ(1u, map.stats().buckets);
    EXPECT_EQ(0u, map.stats().b);
    EXPECT_EQ(8u, map.stats().grow_at);
}

TEST(Growth, HintsGiveGosB) {
    Heap heap;
    for (uint64_t hint : {1u,   7u,   8u,   9u,   13u,   14u,   26u,   27u,   52u,     53u,     104u,
                          105u, 128u, 208u, 209u, 1000u, 1024u, 6656u, 6657u, 100000u, 106496u, 106497u}) {
        Map map(heap, longType(), sized(hint));
        ASSERT_EQ(TH_OK, map.created());
        if (map.stats().buckets == 0) {
            EXPECT_LE(hint, 8u) << "no buckets for a hint of " << hint;
        }
        map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), 0, 0); });
        EXPECT_EQ(smallestB(hint), map.stats().b) << "for a hint of " << hint;
        EXPECT_EQ(uint64_t{1} << smallestB(hint), map.stats().buckets);
    }
    Map none(heap, longType(), sized(0));
    EXPECT_EQ(0u, none.stats().buckets);
}

/* As many entries as were expected go in without growing, and one fewer never made a larger map. */
TEST(Growth, ExpectedSizesFitWithoutGrowing) {
    Heap heap;
    for (uint64_t hint = 1; hint <= scaled(2000, 300); hint += 1 + hint / 50) {
        Map map(heap, longType(), sized(hint));
        for (uint64_t i = 0; i < hint; i++) {
            map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), i, i); });
        }
        EXPECT_EQ(smallestB(hint), map.stats().b) << "with " << hint << " entries";
        EXPECT_EQ(0u, map.stats().growing) << "with " << hint << " entries";
    }
}

TEST(Growth, DoublesExactlyAtSixAndAHalfPerBucket) {
    Heap heap;
    Map map(heap, longType());
    uint64_t limit = scaled(30000, 2000);
    for (uint64_t i = 0; i < limit; i++) {
        fillLong(map, i, i + 1);
        th_map_stats stats = map.stats();
        ASSERT_EQ(smallestB(i + 1), stats.b) << "with " << i + 1 << " entries";
        uint64_t at = stats.b == 0 ? 8 : 13 * stats.buckets / 2;
        ASSERT_EQ(at, stats.grow_at) << "with " << i + 1 << " entries";
        ASSERT_EQ(i + 1, stats.size);
    }
    EXPECT_TRUE(isSound(map));
}

/* Only an insertion grows: at the threshold, replacing and asking leave the array alone. */
TEST(Growth, ReplacingAtTheThresholdDoesNotGrow) {
    Heap heap;
    Map map(heap, longType());
    fillLong(map, 0, 13);
    for (uint64_t i = 0; i < 13; i++) {
        EXPECT_EQ(TH_PRESENT, th_word_put(map.raw(), map.stamp(), i, i));
        EXPECT_EQ(TH_PRESENT, map.put(packed(i), packed(i)));
        EXPECT_EQ(TH_PRESENT, th_word_add(map.raw(), map.stamp(), i, 1, 0));
    }
    EXPECT_EQ(1u, map.stats().b);
    EXPECT_EQ(TH_NEEDS_ROOM, th_word_put(map.raw(), map.stamp(), 13, 0));
    EXPECT_EQ(13, map.size());
    fillLong(map, 13, 14);
    EXPECT_EQ(2u, map.stats().b);
}

TEST(Growth, EvacuatesAStepWithEachInsertion) {
    Heap heap;
    Map map(heap, longType(), seeded(1));
    uint64_t n = 0;
    while (map.stats().b < 8 || !map.stats().growing)
        fillLong(map, n, n + 1), n++;
    th_map_stats before = map.stats();
    EXPECT_EQ(before.buckets, 2 * before.old_buckets);
    EXPECT_EQ(0u, before.same_size);
    uint64_t steps = 0;
    while (map.stats().growing) {
        fillLong(map, n, n + 1);
        n++;
        steps++;
        th_map_stats after = map.stats();
        if (!after.growing)
            break;
        ASSERT_GT(after.evacuated, before.evacuated) << "an insertion that moves nothing";
        ASSERT_LE(after.evacuated, after.old_buckets);
        ASSERT_EQ(before.old_buckets, after.old_buckets);
        ASSERT_TRUE(isSound(map));
        before = after;
    }
    EXPECT_LE(steps, before.old_buckets / kStep + 1) << "growth takes more insertions than it may";
    EXPECT_GE(steps, before.old_buckets / kStep - 1) << "growth moves much at once";
    EXPECT_EQ(0u, map.stats().old_buckets);
    for (uint64_t i = 0; i < n; i++)
        ASSERT_EQ(~i, th_word_get(map.raw(), map.stamp(), i, 0));
}

/* In the middle of evacuation every operation must look into the right array. */
TEST(Growth, OperationsInTheMiddleOfGrowth) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        Random random(4);
        uint64_t keys = std::min<uint64_t>(keyCount(named.type), 4000), n = 0;
        uint64_t checks = 0;
        while (n < keys && checks < scaled(40, 10)) {
            twin.put(makeKey(named.type, n), makeValue(named.type, n));
            n++;
            if (!twin.map.stats().growing)
                continue;
            std::string some = makeKey(named.type, random.below(n));
            twin.find(some);
            twin.put(some, makeValue(named.type, n));
            twin.remove(makeKey(named.type, random.below(n)));
            twin.putIfAbsent(makeKey(named.type, random.below(n)), makeValue(named.type, n));
            if (n % 7 == 0) {
                checks++;
                ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
            }
        }
        EXPECT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
    }
}

/*
 * Insert and remove, so that overflow buckets pile up while the map never gets fuller. Random keys: the hash
 * spreads a sequence so evenly that its chains hardly vary.
 */
TEST(Growth, OverflowChurnGrowsToTheSameSize) {
    Heap heap;
    Map map(heap, longType(), seeded(3));
    auto put = [&](uint64_t i) {
        return map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), mix(i), i); });
    };
    const uint64_t size = 800;
    uint64_t n = 0;
    for (; n < size; n++)
        ASSERT_EQ(TH_ABSENT, put(n));
    uint32_t b = map.stats().b;
    bool sameSize = false;
    uint64_t most = 0;
    for (uint64_t rounds = 0; rounds < 100000 && !sameSize; rounds++, n++) {
        ASSERT_EQ(TH_ABSENT, put(n));
        th_map_stats stats = map.stats();
        sameSize = stats.growing && stats.same_size;
        if (!sameSize)
            most = std::max(most, stats.overflow_buckets);
        ASSERT_EQ(b, stats.b) << "the array doubled for " << stats.size << " entries";
        ASSERT_EQ(TH_PRESENT,
                  map.withRoom(0, [&] { return th_word_remove(map.raw(), map.stamp(), mix(n - size)); }));
    }
    ASSERT_TRUE(sameSize) << "no same-size growth, with " << most << " overflow buckets";
    EXPECT_EQ(uint64_t{1} << b, most) << "Go's bound on overflow buckets";
    th_map_stats stats = map.stats();
    EXPECT_EQ(stats.buckets, stats.old_buckets);
    EXPECT_TRUE(isSound(map));
    for (uint64_t i = n; map.stats().growing; i++)
        put(i);
    EXPECT_LT(map.stats().overflow_buckets, most);
    EXPECT_TRUE(isSound(map));
    for (uint64_t i = n - 100; i < n; i++) {
        EXPECT_EQ(i, th_word_get(map.raw(), map.stamp(), mix(i), ~uint64_t{0}));
    }
}

TEST(Growth, ReserveMakesRoom) {
    for (bool full : {false, true}) {
        Heap heap;
        Twin twin(heap, longType());
        if (full) {
            for (uint64_t i = 0; i < 500; i++)
                twin.put(packed(i), packed(i));
        }
        ASSERT_EQ(TH_OK, twin.reserve(5000));
        EXPECT_EQ(smallestB(5000), twin.map.stats().b);
        EXPECT_EQ(full, twin.map.stats().growing) << "entries are moved with the writes to come";
        expectConsistent(twin);
        for (uint64_t i = 500; i < 5000; i++)
            twin.put(packed(i), packed(i));
        EXPECT_EQ(smallestB(5000), twin.map.stats().b);
        EXPECT_EQ(TH_OK, twin.reserve(10)) << "less than there is";
        EXPECT_EQ(smallestB(5000), twin.map.stats().b);
        expectConsistent(twin);
    }
}

TEST(Growth, ShrinkFitsTheArrayToTheEntries) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t n = std::min<uint64_t>(keyCount(named.type) / 2, 2000);
        for (uint64_t i = 0; i < n; i++)
            twin.put(makeKey(named.type, i), makeValue(named.type, i));
        uint64_t reserved = twin.map.stats().reserved_bytes;
        for (uint64_t i = n / 10; i < n; i++)
            twin.remove(makeKey(named.type, i));
        ASSERT_EQ(TH_OK, twin.shrink());
        EXPECT_EQ(smallestB(n / 10), twin.map.stats().b) << named.name;
        EXPECT_EQ(0u, twin.map.stats().growing) << named.name;
        if (n > 1000) {
            EXPECT_LT(twin.map.stats().reserved_bytes, reserved / 2) << named.name;
        }
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        for (uint64_t i = 0; i < n / 10; i++)
            twin.remove(makeKey(named.type, i));
        ASSERT_EQ(TH_OK, twin.shrink());
        EXPECT_EQ(0u, twin.map.stats().buckets) << named.name << ": an empty map keeps its arrays";
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        twin.put(makeKey(named.type, 1), makeValue(named.type, 1));
        EXPECT_EQ(0u, twin.map.stats().b) << named.name;
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
    }
}

/* clear keeps the arrays and draws a new seed. */
TEST(Growth, ClearKeepsTheArrays) {
    Heap heap;
    Map map(heap, longType());
    for (bool whileGrowing : {false, true}) {
        uint64_t n = 0;
        while (n < 1000 || map.stats().growing != whileGrowing)
            fillLong(map, n, n + 1), n++;
        uint64_t buckets = map.stats().buckets,
                 hash = th_test_hash(map.raw(), map.stamp(), packed(1).data(), 8);
        ASSERT_EQ(TH_OK, map.clear());
        EXPECT_EQ(0, map.size());
        EXPECT_EQ(buckets, map.stats().buckets);
        EXPECT_EQ(0u, map.stats().growing);
        EXPECT_EQ(0u, map.stats().overflow_buckets);
        EXPECT_NE(hash, th_test_hash(map.raw(), map.stamp(), packed(1).data(), 8))
            << "the seed is the old one";
        EXPECT_TRUE(isSound(map));
        for (uint64_t i = 0; i < n; i++)
            ASSERT_EQ(0u, th_word_get(map.raw(), map.stamp(), i, 0));
        ASSERT_EQ(TH_OK, map.clear());
    }
}

/* The peak while an array doubles stays near the final size: old pages go back as they are passed. */
TEST(Growth, SizesOfAllTypesAreKeptThroughManyGrowths) {
    for (const NamedType &named : allTypes()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t n = std::min<uint64_t>(keyCount(named.type), scaled(1500, 150));
        for (uint64_t i = 0; i < n; i++)
            twin.put(makeKey(named.type, i), makeValue(named.type, i));
        EXPECT_EQ(smallestB(n), twin.map.stats().b) << named.name;
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
    }
}

} // namespace
} // namespace tophash::test
