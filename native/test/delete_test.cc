/* Removal: the state left behind must let searches stop early and insertions use the room again. */
#include "support.h"

namespace tophash::test {
namespace {

uint64_t occupied(const th_map_stats &stats) {
    uint64_t entries = 0;
    for (uint64_t k = 0; k <= 8; k++)
        entries += k * stats.occupancy[k];
    return entries;
}

TEST(Delete, RemovingEverythingLeavesEmptyBuckets) {
    for (const NamedType &named : keyKinds()) {
        for (bool backwards : {false, true}) {
            Heap heap;
            Twin twin(heap, named.type);
            uint64_t n = std::min<uint64_t>(keyCount(named.type), 600);
            for (uint64_t i = 0; i < n; i++)
                twin.put(makeKey(named.type, i), makeValue(named.type, i));
            uint64_t buckets = twin.map.stats().buckets;
            for (uint64_t i = 0; i < n; i++) {
                uint64_t which = backwards ? n - 1 - i : i;
                ASSERT_EQ(TH_PRESENT, twin.remove(makeKey(named.type, which))) << named.name;
                if (i % 50 == 0) {
                    ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
                }
            }
            th_map_stats stats = twin.map.stats(true);
            EXPECT_EQ(buckets, stats.buckets) << "removal gave arrays back";
            EXPECT_EQ(0u, occupied(stats)) << named.name;
            EXPECT_EQ(0u, stats.heap_bytes_live) << named.name;
            ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        }
    }
}

/* Keys of one map whose bucket, among 2^b, is the given one. */
std::vector<uint64_t> keysOfBucket(const Map &map, uint32_t b, uint64_t bucket, size_t count) {
    std::vector<uint64_t> keys;
    for (uint64_t key = 0; keys.size() < count; key++) {
        uint64_t hash = th_test_hash(map.raw(), map.stamp(), packed(key).data(), 8);
        if ((hash >> (64 - b)) == bucket)
            keys.push_back(key);
    }
    return keys;
}

/* The tophash bytes of a chain of 8-byte keys and values, read from memory as native/README.md draws it. */
std::vector<uint8_t> statesOfChain(const Map &map, uint64_t bucket) {
    uint8_t header[48];
    EXPECT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
    uint64_t word = unpacked(std::string_view(reinterpret_cast<char *>(header) + 16, 8));
    auto *base = reinterpret_cast<const uint8_t *>(static_cast<uintptr_t>(word & ~uint64_t{63}));
    std::vector<uint8_t> states;
    for (;;) {
        const uint8_t *at = base + bucket * 144;
        states.insert(states.end(), at, at + 8);
        uint32_t link = 0;
        std::memcpy(&link, at + 8, 4);
        if (link == 0) {
            return states;
        }
        bucket = (uint64_t{1} << map.stats().b) + link - 1;
    }
}

/* 0: nothing follows; 1: empty. An empty slot with nothing after it must say so, or searches go on in vain.
 */
void expectRestMarked(const Map &map, uint64_t bucket) {
    std::vector<uint8_t> states = statesOfChain(map, bucket);
    for (size_t i = 0; i < states.size(); i++) {
        uint8_t next = i + 1 < states.size() ? states[i + 1] : 0;
        EXPECT_FALSE(states[i] == 1 && next == 0) << "slot " << i << " of " << states.size();
        EXPECT_FALSE(states[i] == 0 && next != 0) << "slot " << i << " of " << states.size();
    }
}

/*
 * One chain of 24 slots, removed and refilled in every order that matters: from the front, from the back,
 * every other. The checker holds the rule of emptyRest after each step.
 */
TEST(Delete, EmptyRestSpreadsBackThroughAChain) {
    for (int order = 0; order < 4; order++) {
        Heap heap;
        Twin twin(heap, longType(), seeded(5, 100));
        ASSERT_EQ(TH_OK, twin.map.created());
        uint32_t b = twin.map.stats().b;
        std::vector<uint64_t> keys = keysOfBucket(twin.map, b, 3, 24);
        for (uint64_t key : keys)
            twin.put(packed(key), packed(key));
        th_map_stats full = twin.map.stats(true);
        ASSERT_EQ(2u, full.overflow_buckets);
        EXPECT_EQ(3u, full.longest_chain);
        EXPECT_EQ(3u, full.occupancy[8]);
        for (size_t i = 0; i < keys.size(); i++) {
            size_t which = order == 0   ? i
                           : order == 1 ? keys.size() - 1 - i
                           : order == 2 ? (i * 2) % 24 + (i >= 12)
                                        : (i * 7) % 24;
            ASSERT_EQ(TH_PRESENT, twin.remove(packed(keys[which])));
            expectRestMarked(twin.map, 3);
            assertConsistent(twin);
            for (uint64_t key : keys)
                twin.find(packed(key));
        }
        EXPECT_EQ(std::vector<uint8_t>(24, 0), statesOfChain(twin.map, 3)) << "a miss reads on";
    }
}

/* The first free slot is taken, in whichever bucket of the chain it lies. */
TEST(Delete, InsertionFillsHoles) {
    Heap heap;
    Twin twin(heap, longType(), seeded(6, 100));
    std::vector<uint64_t> keys = keysOfBucket(twin.map, twin.map.stats().b, 1, 48);
    for (size_t i = 0; i < 24; i++)
        twin.put(packed(keys[i]), packed(i));
    ASSERT_EQ(2u, twin.map.stats().overflow_buckets);
    for (size_t i = 0; i < 24; i++) {
        EXPECT_EQ(TH_PRESENT, twin.remove(packed(keys[i])));
        EXPECT_EQ(TH_ABSENT, twin.put(packed(keys[24 + i]), packed(i)));
        EXPECT_EQ(2u, twin.map.stats().overflow_buckets) << "a hole was not used";
        assertConsistent(twin);
    }
    EXPECT_EQ(3u, twin.map.stats(true).occupancy[8]);
}

/* An entry behind a hole must not be inserted a second time in front of it. */
TEST(Delete, ReplacingBehindAHoleDoesNotDuplicate) {
    Heap heap;
    Twin twin(heap, longType(), seeded(7, 100));
    std::vector<uint64_t> keys = keysOfBucket(twin.map, twin.map.stats().b, 0, 20);
    for (uint64_t key : keys)
        twin.put(packed(key), packed(1));
    twin.remove(packed(keys[0]));
    twin.remove(packed(keys[9]));
    for (size_t i : {1u, 8u, 10u, 19u}) {
        EXPECT_EQ(TH_PRESENT, twin.put(packed(keys[i]), packed(i)));
        EXPECT_EQ(TH_PRESENT, twin.putIfAbsent(packed(keys[i]), packed(0)));
        EXPECT_EQ(TH_PRESENT, twin.add(packed(keys[i]), 1));
    }
    EXPECT_EQ(18, twin.map.size());
    expectConsistent(twin);
}

TEST(Delete, RefillReusesSlotsWithoutMoreOverflow) {
    Heap heap;
    Map map(heap, longType(), seeded(8));
    uint64_t n = scaled(50000, 2000);
    fillLong(map, 0, n);
    while (map.stats().growing)
        fillLong(map, n, n + 1), n++;
    th_map_stats before = map.stats();
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < n; i++) {
            ASSERT_EQ(TH_PRESENT, map.withRoom(0, [&] { return th_word_remove(map.raw(), map.stamp(), i); }));
        }
        EXPECT_EQ(0, map.size());
        fillLong(map, 0, n);
        th_map_stats after = map.stats();
        EXPECT_EQ(before.overflow_buckets, after.overflow_buckets) << "the same keys need more buckets";
        EXPECT_EQ(before.buckets, after.buckets);
        EXPECT_EQ(before.reserved_bytes, after.reserved_bytes);
    }
    EXPECT_TRUE(isSound(map));
}

/* Removal works in every stage of a growth, and growth ends even if the map is emptied meanwhile. */
TEST(Delete, RemovalDuringGrowth) {
    for (uint64_t part = 0; part < 6; part++) {
        Heap heap;
        Twin twin(heap, bytesBytesType(), seeded(9));
        uint64_t n = 0;
        while (twin.map.stats().b < 6 || !twin.map.stats().growing) {
            twin.put(bytesKey(n), makeValue(twin.map.type(), n));
            n++;
        }
        for (uint64_t i = 0; i < part * 3; i++, n++)
            twin.put(bytesKey(n), "");
        for (uint64_t i = part % 2; i < n; i += 2)
            EXPECT_EQ(TH_PRESENT, twin.remove(bytesKey(i)));
        assertConsistent(twin);
        for (uint64_t i = 1 - part % 2; i < n; i += 2)
            EXPECT_EQ(TH_PRESENT, twin.remove(bytesKey(i)));
        assertConsistent(twin);
        for (uint64_t i = 0; i < n; i++)
            EXPECT_EQ(TH_ABSENT, twin.put(bytesKey(i), "again"));
        assertConsistent(twin);
    }
}

} // namespace
} // namespace tophash::test
