/*
 * Numbers beyond what fits into memory: entry counts past 2^32, arrays of address space only, and sizes that
 * are refused.
 */
#include "support.h"

namespace tophash::test {
namespace {

constexpr uint64_t kBillions = (uint64_t{1} << 32) + 12345;

TEST(Limits, CountsBeyond32Bits) {
    Heap heap;
    Map map(heap, longType());
    fillLong(map, 0, 5);
    th_test_set_count(map.raw(), map.stamp(), kBillions);
    EXPECT_EQ(static_cast<int64_t>(kBillions), map.size());
    EXPECT_EQ(kBillions, map.stats().size);
    uint8_t header[48];
    ASSERT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
    EXPECT_EQ(kBillions, unpacked(std::string_view(reinterpret_cast<char *>(header), 8)));
    EXPECT_EQ(TH_PRESENT, th_word_remove(map.raw(), map.stamp(), 3));
    EXPECT_EQ(static_cast<int64_t>(kBillions - 1), map.size());
    EXPECT_EQ(~uint64_t{4}, th_word_get(map.raw(), map.stamp(), 4, 0));
    th_test_set_count(map.raw(), map.stamp(), 4);
    EXPECT_TRUE(isSound(map));
}

/* Entries in an array of 2^b buckets that is mere address space. */
void useSparseArray(uint8_t b) {
    if (!addressSpaceIsFree()) {
        GTEST_SKIP();
    }
    Heap heap;
    Twin twin(heap, longType());
    th_status status = th_test_sparse(twin.map.raw(), twin.map.stamp(), b);
    if (status == TH_NO_MEMORY) {
        GTEST_SKIP() << "no address space for 2^" << int{b} << " buckets";
    }
    ASSERT_EQ(TH_OK, status);
    th_map_stats stats = twin.map.stats();
    EXPECT_EQ(uint64_t{1} << b, stats.buckets);
    EXPECT_EQ(b, stats.b);
    EXPECT_EQ((uint64_t{13} << b) / 2, stats.grow_at);
    EXPECT_EQ(uint64_t{144} << b, stats.bucket_bytes);
    for (uint64_t i = 0; i < 100; i++)
        EXPECT_EQ(TH_ABSENT, twin.put(packed(i), packed(~i)));
    for (uint64_t i = 0; i < 200; i++)
        twin.find(packed(i));
    for (uint64_t i = 0; i < 100; i += 3)
        EXPECT_EQ(TH_PRESENT, twin.remove(packed(i)));

    /* As if 2^32 others were there: nothing may be cut to 32 bits, and the array is large enough. */
    uint64_t real = static_cast<uint64_t>(twin.map.size());
    th_test_set_count(twin.map.raw(), twin.map.stamp(), kBillions + real);
    if (kBillions + real < stats.grow_at) {
        for (uint64_t i = 1000; i < 1100; i++)
            twin.put(packed(i), packed(~i));
        EXPECT_EQ(0u, twin.map.stats().growing);
        EXPECT_EQ(static_cast<int64_t>(kBillions + real + 100), twin.map.size());
    }
    for (const auto &entry : twin.model)
        EXPECT_EQ(TH_PRESENT, twin.map.find(entry.first));
    th_test_set_count(twin.map.raw(), twin.map.stamp(), twin.model.size());
    EXPECT_EQ(static_cast<int64_t>(twin.model.size()), twin.map.size());
}

TEST(Limits, SparseArrayFor2To32Entries) {
    useSparseArray(30);
}
TEST(Limits, SparseArrayOf2To32Buckets) {
    useSparseArray(32);
}
TEST(Limits, SparseArrayOf2To35Buckets) {
    useSparseArray(35);
}

/* Walks advance in hash order whatever the array's size; a portion of an empty stretch is quick. */
TEST(Limits, AWalkOverASparseArrayDoesAShareACall) {
    if (!addressSpaceIsFree()) {
        GTEST_SKIP();
    }
    Heap heap;
    Map map(heap, longType());
    if (th_test_sparse(map.raw(), map.stamp(), 30) == TH_NO_MEMORY) {
        GTEST_SKIP();
    }
    fillLong(map, 0, 10);
    Walk walk(map, 1);
    std::vector<Entry> entries;
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(TH_MORE, walk.next(entries));
}

/* The first of eight strangers' slots in a bucket's chain: where main buckets number 2^b, links must reach.
 */
TEST(Limits, OverflowBucketsOfAHugeArray) {
    if (!addressSpaceIsFree()) {
        GTEST_SKIP();
    }
    for (uint8_t b : {28, 31, 32, 33}) {
        Heap heap;
        Map map(heap, longType());
        th_status status = th_test_sparse(map.raw(), map.stamp(), b);
        if (status == TH_NO_MEMORY)
            continue;
        ASSERT_EQ(TH_OK, status);
        /* Fill the key's bucket by hand, through the header's address, with entries that match nothing. */
        uint8_t header[48];
        ASSERT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
        uint64_t word = unpacked(std::string_view(reinterpret_cast<char *>(header) + 16, 8));
        uint64_t hash = th_test_hash(map.raw(), map.stamp(), packed(1).data(), 8);
        auto *base = reinterpret_cast<uint8_t *>(static_cast<uintptr_t>(word & ~uint64_t{63}));
        uint8_t *bucket = base + (hash >> (64 - b)) * 144;
        for (uint64_t slot = 0; slot < 8; slot++) {
            bucket[slot] = static_cast<uint8_t>((hash & 0xff) == 0xff ? 0xfe : 0xff);
            std::memset(bucket + 16 + slot * 16, 0xee, 16);
        }
        th_status put = map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), 1, 77); });
        ASSERT_EQ(TH_ABSENT, put) << "2^" << int{b} << " buckets: " << th_status_name(put);
        EXPECT_EQ(77u, th_word_get(map.raw(), map.stamp(), 1, 0)) << "2^" << int{b} << " buckets";
        EXPECT_EQ(1u, map.stats().overflow_buckets) << "2^" << int{b} << " buckets";
        EXPECT_EQ(b, map.stats().b);
        EXPECT_EQ(TH_PRESENT, map.remove(packed(1))) << "2^" << int{b} << " buckets";
    }
}

TEST(Limits, MoreThan2ToThe40BucketsAreRefused) {
    Heap heap;
    const uint64_t most = (uint64_t{13} << TH_MAX_B) / 2;
    Twin twin(heap, longType());
    twin.put(packed(1), packed(2));
    th_map_stats before = twin.map.stats();
    for (uint64_t entries : {most + 1, uint64_t{1} << 62, uint64_t{1} << 63, ~uint64_t{0}}) {
        EXPECT_EQ(TH_LIMIT, twin.map.reserve(entries)) << entries;
        th_map *map = nullptr;
        uint64_t stamp = 0;
        th_type type = longType();
        th_map_options options = sized(entries);
        EXPECT_EQ(TH_LIMIT, th_map_create(heap.raw(), &type, &options, &map, &stamp)) << entries;
    }
    EXPECT_EQ(before.reserved_bytes, twin.map.stats().reserved_bytes);
    EXPECT_EQ(1u, heap.stats().maps);
    expectConsistent(twin);
}

/* More address space than there is: refused by the OS, not by the header. */
TEST(Limits, MoreAddressSpaceThanThereIs) {
    Heap heap;
    Twin twin(heap, typeOf(kKeyParts[9], kValueParts[6]));
    twin.put(makeKey(twin.map.type(), 1), makeValue(twin.map.type(), 1));
    EXPECT_EQ(TH_NO_MEMORY, twin.map.reserve((uint64_t{13} << TH_MAX_B) / 2));
    expectConsistent(twin);
}

TEST(Limits, BytesBeyondTheMaximumAreRefused) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    twin.put("key", "value");
    const uint64_t beyond = uint64_t{TH_MAX_BYTES} + 1;
    th_map *m = twin.map.raw();
    uint64_t s = twin.map.stamp();
    for (uint64_t length : {beyond, uint64_t{1} << 32, (uint64_t{1} << 32) + 3, ~uint64_t{0}}) {
        /* Never read: the length is looked at first. */
        EXPECT_EQ(TH_LIMIT, th_put(m, s, "key", length, "v", 1)) << length;
        EXPECT_EQ(TH_LIMIT, th_put(m, s, "key", 3, "v", length)) << length;
        EXPECT_EQ(TH_LIMIT, th_put_if_absent(m, s, "key", length, "v", 1)) << length;
        EXPECT_EQ(TH_LIMIT, th_put_if_absent(m, s, "new", 3, "v", length)) << length;
        EXPECT_NE(TH_PRESENT, th_find(m, s, "key", length, nullptr, nullptr)) << length;
        EXPECT_NE(TH_PRESENT, th_remove(m, s, "key", length)) << length;
    }
    expectConsistent(twin);

    Map quick(heap, bytesLongType());
    ASSERT_EQ(TH_ABSENT, quick.put("key", packed(1)));
    auto *key = reinterpret_cast<const uint8_t *>("key");
    for (uint64_t length : {beyond, (uint64_t{1} << 32) + 3, ~uint64_t{0}}) {
        EXPECT_EQ(TH_LIMIT, th_bytes_put(quick.raw(), quick.stamp(), key, length, 1));
        EXPECT_EQ(TH_LIMIT, th_bytes_add(quick.raw(), quick.stamp(), key, length, 1, 0));
        EXPECT_EQ(5u, th_bytes_get(quick.raw(), quick.stamp(), key, length, 5));
        EXPECT_NE(TH_PRESENT, th_bytes_contains(quick.raw(), quick.stamp(), key, length));
    }
    EXPECT_EQ(1, quick.size());
}

TEST(Limits, TheByteLimitRefusesAndLeavesTheMapAsItWas) {
    for (const NamedType &named : keyKinds()) {
        if (keyCount(named.type) < 70000)
            continue;
        Heap heap(100000);
        Twin twin(heap, named.type);
        twin.failing = true;
        th_status status = TH_ABSENT;
        uint64_t n = 0;
        for (; status >= 0; n++) {
            ASSERT_LT(n, 60000u) << named.name << ": the limit does not hold";
            status = twin.put(makeKey(named.type, n), makeValue(named.type, n));
            ASSERT_LE(heap.stats().live_bytes, 100000u) << named.name;
        }
        EXPECT_EQ(TH_NO_MEMORY, status) << named.name;
        EXPECT_GT(n, 8u) << named.name;
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        /* A refused write may have moved growth on, and then find room. */
        th_status again = twin.put(makeKey(named.type, n - 1), makeValue(named.type, n - 1));
        EXPECT_TRUE(again == TH_NO_MEMORY || again == TH_ABSENT) << named.name << ": " << again;
        EXPECT_EQ(TH_NO_MEMORY, twin.reserve(100000)) << named.name;
        for (uint64_t i = 0; i + 1 < n; i++)
            EXPECT_EQ(TH_PRESENT, twin.find(makeKey(named.type, i)));
        for (uint64_t i = 0; i + 1 < n; i++)
            EXPECT_EQ(TH_PRESENT, twin.remove(makeKey(named.type, i)));
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        EXPECT_EQ(TH_ABSENT, twin.put(makeKey(named.type, n), makeValue(named.type, 1))) << named.name;
    }
}

TEST(Limits, TheByteLimitCountsAllMapsOfAHeap) {
    /* One such map takes 300 KB: 1,024 buckets, and address space for as many overflow buckets. */
    Heap heap(400000);
    auto first = std::make_unique<Map>(heap, longType(), sized(5000));
    ASSERT_EQ(TH_OK, first->created());
    th_map *map = nullptr;
    uint64_t stamp = 0;
    th_type type = longType();
    th_map_options options = sized(5000);
    EXPECT_EQ(TH_NO_MEMORY, th_map_create(heap.raw(), &type, &options, &map, &stamp));
    EXPECT_EQ(1u, heap.stats().maps) << "the refused map is left behind";
    first.reset();
    EXPECT_EQ(0u, heap.stats().live_bytes);
    Map second(heap, longType(), sized(5000));
    EXPECT_EQ(TH_OK, second.created());
}

} // namespace
} // namespace tophash::test
