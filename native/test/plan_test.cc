/* A plan is what a map then takes: exactly, but for what keys decide. */
#include "support.h"

namespace tophash::test {
namespace {

th_capacity_plan planned(const th_type &type, uint64_t entries, uint64_t heapBytes = 0) {
    th_capacity_plan plan{};
    EXPECT_EQ(TH_OK, th_capacity(&type, entries, heapBytes, &plan));
    return plan;
}

bool isFixed(const th_type &type) {
    return type.key_kind == TH_KIND_FIXED && type.value_kind == TH_KIND_FIXED;
}

void fill(Map &map, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        ASSERT_EQ(TH_ABSENT, map.put(makeKey(map.type(), i), makeValue(map.type(), i)));
}

void expectAsPlanned(const th_capacity_plan &plan, const th_map_stats &stats) {
    EXPECT_EQ(plan.b, stats.b);
    EXPECT_EQ(plan.buckets, stats.buckets);
    EXPECT_EQ(plan.grow_at, stats.grow_at);
    EXPECT_EQ(plan.header_bytes, stats.header_bytes);
    EXPECT_EQ(plan.bucket_bytes, stats.bucket_bytes);
    EXPECT_EQ(stats.overflow_bytes, stats.overflow_buckets * plan.bucket_size);
    EXPECT_GE(stats.reserved_bytes, plan.reserved_bytes);
    EXPECT_LE(stats.reserved_bytes, plan.reserved_most);
}

TEST(Plan, AMapMadeForThatManyTakesWhatWasPlanned) {
    Heap heap;
    for (const NamedType &named : allTypes()) {
        for (uint64_t n : {1u, 8u, 9u, 13u, 14u, 100u, 104u, 105u, 255u, 5000u, 70000u}) {
            if (!isFixed(named.type) || n > keyCount(named.type))
                continue;
            Map map(heap, named.type, sized(n));
            th_capacity_plan plan = planned(named.type, n);
            EXPECT_EQ(plan.reserved_bytes, map.stats().reserved_bytes) << "before the first entry";
            expectAsPlanned(plan, map.stats());
            fill(map, 0, std::min<uint64_t>(n, 500));
            expectAsPlanned(plan, map.stats());
            ASSERT_FALSE(HasFailure()) << named.name << " with " << n;
        }
    }
}

/* One by one: every size of every fixed type, while nothing is being evacuated. */
TEST(Plan, AMapThatGrewTakesTheSame) {
    Heap heap;
    for (const NamedType &named : allTypes()) {
        if (!isFixed(named.type))
            continue;
        Map map(heap, named.type);
        uint64_t most = std::min<uint64_t>(keyCount(named.type), scaled(3000, 300));
        for (uint64_t n = 0; n <= most; n++) {
            th_map_stats stats = map.stats();
            th_capacity_plan plan = planned(named.type, n);
            if (!stats.growing)
                expectAsPlanned(plan, stats);
            else
                ASSERT_EQ(plan.old_buckets, stats.old_buckets);
            ASSERT_FALSE(stats.growing && n >= plan.settled_at) << "still growing";
            ASSERT_FALSE(HasFailure()) << named.name << " with " << n;
            if (n < most)
                fill(map, n, n + 1);
        }
    }
}

/* Both arrays are held until the end, whatever was given back of the old one. */
TEST(Plan, GrowthHoldsBothArrays) {
    Heap heap;
    Map map(heap, longType());
    uint64_t end = planned(longType(), scaled(100000, 10000)).settled_at;
    uint64_t growing = 0;
    for (uint64_t n = 1; n <= end; n++) {
        fillLong(map, n - 1, n);
        th_map_stats stats = map.stats();
        th_capacity_plan plan = planned(longType(), n);
        if (!stats.growing)
            continue;
        growing++;
        ASSERT_LT(n, plan.settled_at);
        ASSERT_EQ(plan.bucket_bytes + plan.old_buckets * plan.bucket_size, stats.bucket_bytes);
        ASSERT_GE(stats.reserved_bytes, plan.reserved_bytes + plan.old_reserved) << n;
        ASSERT_LE(stats.reserved_bytes, plan.reserved_most + plan.old_reserved_most) << n;
    }
    EXPECT_FALSE(map.stats().growing);
    EXPECT_GT(growing, end / 100);
}

/* 144 bytes a bucket: from 2^15 buckets on, an old array has pages to give back. */
TEST(Plan, OfALargeOldArrayAPieceIsKept) {
    const uint64_t piece = 4 << 20;
    EXPECT_EQ(piece, planned(longType(), 100000000).old_kept_bytes) << "a whole number of pieces";
    /* 4.5 MiB: the peak is when nearly all of the first piece is copied and none of it given back. */
    EXPECT_EQ(2 * piece - (uint64_t{144} << 15), planned(longType(), 212993).old_kept_bytes);
    EXPECT_EQ(uint64_t{144} << 7, planned(longType(), 1000).old_kept_bytes) << "never gives back";
    EXPECT_EQ(144u, planned(longType(), 9).old_kept_bytes);
    EXPECT_EQ(0u, planned(longType(), 8).old_buckets) << "the first array";
}

/* Equal blocks, in a map that need not grow: segments, and what is left at their ends, to the byte. */
TEST(Plan, LongKeysTakeTheSegmentsThatWerePlanned) {
    for (uint64_t length : {13u, 24u, 100u, 1000u, 5000u}) {
        Heap heap;
        uint64_t most = std::max<uint64_t>(200, scaled(3000000, 300000) / length);
        Map map(heap, bytesLongType(), sized(2 * most)); /* half full: no small array is extended */
        th_map_stats before = map.stats();
        uint64_t array = before.reserved_bytes - before.header_bytes;
        uint64_t block = th_capacity_block(length);
        EXPECT_GE(block, length);
        for (uint64_t n = 1; n <= most; n++) {
            std::string key(length, 'k');
            std::memcpy(key.data(), &n, sizeof n);
            ASSERT_EQ(TH_ABSENT, map.put(key, packed(n)));
            th_map_stats stats = map.stats();
            th_capacity_plan plan = planned(bytesLongType(), n, n * block);
            th_capacity_plan bare = planned(bytesLongType(), n);
            ASSERT_EQ(plan.header_bytes, stats.header_bytes);
            ASSERT_EQ(n * block, stats.heap_bytes_live);
            ASSERT_EQ(plan.heap_bytes_dead, stats.heap_bytes_dead) << n << " keys of " << length;
            uint64_t segments =
                plan.reserved_bytes - plan.header_bytes - bare.reserved_bytes + bare.header_bytes;
            ASSERT_EQ(segments, stats.reserved_bytes - stats.header_bytes - array) << n << " of " << length;
        }
    }
}

TEST(Plan, ShortKeysTakeNoHeap) {
    EXPECT_EQ(0u, th_capacity_block(0));
    EXPECT_EQ(0u, th_capacity_block(12));
    EXPECT_EQ(16u, th_capacity_block(13));
    EXPECT_EQ(1280u, th_capacity_block(1025));
}

TEST(Plan, NothingTakesTheHeader) {
    Heap heap;
    Map map(heap, longType());
    th_capacity_plan plan = planned(longType(), 0);
    EXPECT_EQ(0u, plan.buckets);
    EXPECT_EQ(map.stats().header_bytes, plan.header_bytes);
    EXPECT_EQ(map.stats().reserved_bytes, plan.reserved_bytes);
}

TEST(Plan, RefusesWhatNoMapCanBe) {
    th_type type = longType();
    th_capacity_plan plan{};
    EXPECT_EQ(TH_INVALID, th_capacity(nullptr, 1, 0, &plan));
    EXPECT_EQ(TH_INVALID, th_capacity(&type, 1, 0, nullptr));
    EXPECT_EQ(TH_INVALID, th_capacity(&type, 1, 16, &plan)) << "a type without a bytes heap";
    uint64_t most = 13 * (uint64_t{1} << (TH_MAX_B - 1));
    EXPECT_EQ(TH_OK, th_capacity(&type, most, 0, &plan));
    EXPECT_EQ(TH_MAX_B, plan.b);
    EXPECT_EQ(TH_LIMIT, th_capacity(&type, most + 1, 0, &plan));
    EXPECT_EQ(TH_LIMIT, th_capacity(&type, UINT64_MAX, 0, &plan));
    type.key_size = 129;
    EXPECT_EQ(TH_INVALID, th_capacity(&type, 1, 0, &plan));
    type = bytesLongType();
    EXPECT_EQ(TH_INVALID, th_capacity(&type, 0, 16, &plan)) << "bytes of no entry";
    EXPECT_EQ(TH_LIMIT, th_capacity(&type, 1, UINT64_MAX, &plan));
    EXPECT_EQ(TH_OK, th_capacity(&type, uint64_t{1} << 34, uint64_t{1} << 45, &plan));
    EXPECT_EQ(TH_LIMIT, th_capacity(&type, uint64_t{1} << 34, uint64_t{1} << 46, &plan))
        << "the last segment";
}

} // namespace
} // namespace tophash::test
