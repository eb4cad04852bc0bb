/* The rules of sharded maps: which there can be, what they take, what they give back. */
#include "calls.h"
#include "sharded.h"

namespace tophash::test {
namespace {

TEST(Sharded, CountsThatThereCanBe) {
    Heap heap(0, true);
    for (uint16_t shards : {1, 2, 16, 4096}) {
        Map map(heap, longType(), sharded(shards));
        ASSERT_EQ(TH_OK, map.created()) << shards;
        EXPECT_EQ(0, map.size());
        EXPECT_EQ(TH_ABSENT, th_word_contains(map.raw(), map.stamp(), 7)) << "of a shard never written to";
        std::set<int32_t> seen;
        for (uint64_t i = 0; i < 40u * shards; i++)
            seen.insert(shardOf(map, packed(i)));
        EXPECT_EQ(shards, seen.size()) << "some shard gets no keys";
        EXPECT_EQ(0, *seen.begin());
        EXPECT_EQ(shards - 1, *seen.rbegin());
        for (uint32_t i : {0, shards - 1}) {
            Map shard(map, i);
            EXPECT_EQ(TH_OK, shard.reserve(10));
        }
    }
}

TEST(Sharded, WhatIsRefused) {
    Heap heap(0, true), immediate;
    for (uint16_t shards : {3, 24, 4095, 4097, 65535})
        EXPECT_EQ(TH_INVALID, Map(heap, longType(), sharded(shards)).created()) << shards;
    for (uint16_t shards : {8192, 32768})
        EXPECT_EQ(TH_LIMIT, Map(heap, longType(), sharded(shards)).created()) << shards;
    EXPECT_EQ(TH_INVALID, Map(immediate, longType(), sharded(2)).created())
        << "memory would be reused at once";
    th_type keys = longType(), values = longType();
    keys.key_align = 4;
    values.value_align = 1;
    for (const th_type &type : {keys, values}) {
        EXPECT_EQ(TH_INVALID, Map(heap, type, sharded(2)).created());
        EXPECT_EQ(TH_OK, Map(heap, type).created());
    }
    th_type wide = typeOf(kKeyParts[5], kValueParts[4]); /* no words: any alignment does */
    wide.value_align = 1;
    EXPECT_EQ(TH_OK, Map(heap, wide, sharded(2)).created());
    EXPECT_EQ(TH_LIMIT, Map(heap, longType(), sharded(2, uint64_t{1} << 62)).created());
}

TEST(Sharded, WithoutMemoryNothingIsLeft) {
    Heap heap(0, true);
    for (int64_t nth = 0; nth < 2; nth++) {
        th_test_fail_allocation(heap.raw(), nth);
        EXPECT_EQ(TH_NO_MEMORY, Map(heap, longType(), sharded(16)).created());
    }
    Map map(heap, longType(), sharded(16));
    th_map *shard = nullptr;
    uint64_t stamp = 0;
    for (int64_t nth = 0; nth < 2; nth++) {
        th_test_fail_allocation(heap.raw(), nth);
        EXPECT_EQ(TH_NO_MEMORY, th_shard(map.raw(), map.stamp(), 3, &shard, &stamp));
    }
    th_test_fail_allocation(heap.raw(), -1);
    EXPECT_EQ(TH_OK, th_shard(map.raw(), map.stamp(), 3, &shard, &stamp));
}

TEST(Sharded, ShardsAreMadeWhenAskedForAndStay) {
    Heap heap(0, true);
    Map map(heap, longType(), sharded(8)), plain(heap, longType());
    EXPECT_EQ(1u, heap.stats().maps - 1) << "shards before they are needed";
    Map shard(map, 5), again(map, 5), other(map, 6);
    EXPECT_EQ(4u, heap.stats().maps);
    EXPECT_EQ(shard.raw(), again.raw());
    EXPECT_EQ(shard.stamp(), again.stamp());
    EXPECT_NE(shard.raw(), other.raw());
    th_map *none = nullptr;
    uint64_t stamp = 0;
    EXPECT_EQ(TH_INVALID, th_shard(map.raw(), map.stamp(), 8, &none, &stamp));
    EXPECT_EQ(TH_INVALID, th_shard(plain.raw(), plain.stamp(), 0, &none, &stamp));
    EXPECT_EQ(TH_INVALID, th_shard(shard.raw(), shard.stamp(), 0, &none, &stamp));
    EXPECT_EQ(TH_INVALID, th_shard(nullptr, map.stamp(), 0, &none, &stamp));
    EXPECT_EQ(TH_INVALID, th_shard(map.raw(), map.stamp(), 0, nullptr, &stamp));
    EXPECT_EQ(TH_INVALID, th_shard(map.raw(), map.stamp(), 0, &none, nullptr));
    EXPECT_EQ(TH_CLOSED, th_shard(map.raw(), map.stamp() + 256, 0, &none, &stamp));
    EXPECT_EQ(TH_CLOSED, th_shard(th_empty_map(), map.stamp(), 0, &none, &stamp));
    EXPECT_EQ(TH_INVALID, shardOf(plain, packed(1)));
    EXPECT_EQ(TH_INVALID, th_shard_of(map.raw(), map.stamp(), "1234567", 7));
    EXPECT_EQ(TH_INVALID, th_map_close(shard.raw(), shard.stamp())) << "its readers would lose it";
    EXPECT_EQ(TH_ABSENT, shard.put(packed(1), packed(2)));
}

TEST(Sharded, WhatItDoesNotTakeIsRefused) {
    Heap heap(0, true);
    const std::set<std::string> reads = {
        "size",           "get_stats",          "word_contains", "word_get_all",  "word_contains_all",
        "bytes_contains", "bytes_get_all",      "entry_get",     "entry_get_all", "close",
        "migrate",        "bytes_contains_all", "header"};
    for (const th_type &type :
         {longType(), bytesLongType(), bytesBytesType(), typeOf(kKeyParts[1], kValueParts[8])}) {
        Map map(heap, type, sharded(4));
        Map shard(map, 0);
        for (const auto &calls : {readers(), writers()}) {
            for (const Call &call : calls) {
                if (reads.count(call.name))
                    continue;
                th_status status = call.make(map.raw(), map.stamp());
                EXPECT_TRUE(status == TH_INVALID || status == TH_CONCURRENT)
                    << call.name << ' ' << th_status_name(status);
            }
        }
        EXPECT_EQ(0u, th_previous(map.raw()));
        /* Who goes past th_word_get takes it for an empty map. */
        using WordGet = uint64_t (*)(th_map *, uint64_t, uint64_t, uint64_t);
        if (auto get = reinterpret_cast<WordGet>(th_type_word_get(&type))) {
            EXPECT_EQ(9u, get(map.raw(), map.stamp(), 1, 9));
        }
        if (auto get = reinterpret_cast<WordGet>(th_type_sharded_get(&type))) {
            EXPECT_EQ(9u, get(map.raw(), map.stamp(), 1, 9));
            EXPECT_EQ(9u, get(th_empty_map(), th_empty_stamp(), 1, 9));
        }
        EXPECT_EQ(0, map.size());
        EXPECT_TRUE(isSound(shard));
    }
}

TEST(Sharded, OutdatedStampsAnswerClosed) {
    Heap heap(0, true);
    for (const th_type &type : {longType(), bytesBytesType()}) {
        Map map(heap, type, sharded(4));
        Map shard(map, 1);
        shard.put(makeKey(type, 1), makeValue(type, 1));
        for (bool reused : {false, true}) {
            if (!reused) {
                EXPECT_EQ(TH_OK, map.close());
            }
            for (const Map *closed : {&map, &shard}) {
                for (const auto &calls : {readers(), writers()}) {
                    for (const Call &call : calls)
                        EXPECT_EQ(TH_CLOSED, call.make(closed->raw(), closed->stamp())) << call.name;
                }
                EXPECT_EQ(77u, th_word_get(closed->raw(), closed->stamp(), 1, 77));
                EXPECT_EQ(78u, th_bytes_get(closed->raw(), closed->stamp(), kText, 4, 78));
            }
            EXPECT_EQ(TH_CLOSED, th_shard_of(map.raw(), map.stamp(), kKeys, 8));
            heap.reclaim();
            std::vector<std::unique_ptr<Map>> others;
            for (int i = 0; i < 300; i++)
                others.push_back(std::make_unique<Map>(heap, type, i % 2 ? sharded(4) : sized(0)));
        }
    }
}

TEST(Sharded, ASeedDecidesTheShards) {
    Heap heap(0, true);
    th_map_options options = seeded(77);
    options.shards = 16;
    Map one(heap, longType(), options), two(heap, longType(), options), other(heap, longType(), sharded(16));
    uint64_t same = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        ASSERT_EQ(shardOf(one, packed(i)), shardOf(two, packed(i)));
        same += shardOf(one, packed(i)) == shardOf(other, packed(i));
    }
    EXPECT_LT(same, 500u);
}

} // namespace
} // namespace tophash::test
