/* What threads do at a bad moment: closing a sharded map under its readers, and going past the locks. */
#include "batches.h"
#include "sharded.h"

namespace tophash::test {
namespace {

class ShardedRaceTest : public testing::TestWithParam<NamedType> {};

/* Who reads on while a map is closed finds what was there, or is told. Nobody is told "absent". */
TEST_P(ShardedRaceTest, ClosingUnderReaders) {
    Told told(GetParam().type);
    for (uint64_t round = 0; round < scaled(30, 6); round++) {
        Heap heap(0, true);
        Map map(heap, GetParam().type, sharded(4));
        for (uint64_t n = 0; n < 300; n++) {
            std::string key = told.key(n);
            int32_t shard = shardOf(map, key);
            Map(map, static_cast<uint32_t>(shard)).put(key, told.value(n, 1));
        }
        std::atomic<uint32_t> begun{0};
        std::atomic<uint64_t> wrong{0};
        auto read = [&](uint64_t id) {
            begun++;
            for (uint64_t n = id;; n = (n + 7) % 300) {
                std::string key = told.key(n), want = told.value(n, 1);
                uint8_t buffer[2048];
                uint64_t length = 0;
                th_status status = th_entry_get(map.raw(), map.stamp(), Twin::bytes(key), key.size(), buffer,
                                                sizeof buffer, &length);
                wrong += status != TH_PRESENT && status != TH_CLOSED;
                wrong +=
                    status == TH_PRESENT && std::string(reinterpret_cast<char *>(buffer), length) != want;
                if (status != TH_PRESENT)
                    return;
                status = th_bytes_contains(map.raw(), map.stamp(), Twin::bytes(key), key.size());
                wrong += status != TH_PRESENT && status != TH_CLOSED;
                th_map_stats stats{};
                status = n % 64 ? TH_OK : th_map_get_stats(map.raw(), map.stamp(), n % 128 == 0, &stats);
                wrong += status != TH_OK && status != TH_CLOSED;
            }
        };
        std::thread first(read, 1), second(read, 2);
        while (begun < 2)
            std::this_thread::yield();
        EXPECT_EQ(TH_OK, map.close());
        first.join();
        second.join();
        ASSERT_EQ(0u, wrong) << "in round " << round;
    }
}

/*
 * Growth of a large array gives back its pages as it goes on. Readers look for keys in buckets that it passes
 * meanwhile, and are off their CPUs in the middle of that from time to time.
 */
TEST(ShardedRace, PagesGivenBackUnderReaders) {
    Heap heap(0, true);
    Map map(heap, longType(), sharded(1));
    Map shard(map, 0);
    const uint64_t keys = 4000;
    fillLong(shard, 0, keys);
    std::atomic<bool> working{true};
    std::atomic<uint64_t> missed{0};
    Calls calls(2);
    auto read = [&](size_t id) {
        Random random(id);
        for (; working; calls.left(id)) {
            uint64_t key = random.below(keys);
            missed += th_word_get(map.raw(), map.stamp(), key, 0) != ~key;
        }
        calls.done(id);
    };
    std::thread first(read, 0), second(read, 1);
    for (uint64_t round = 0; round < scaled(12, 2); round++) {
        EXPECT_EQ(TH_OK, shard.reserve(addressSpaceIsFree() ? 1000000 : 300000));
        EXPECT_EQ(TH_OK, shard.reserve(addressSpaceIsFree() ? 2000000 : 600000));
        for (uint64_t i = 0; shard.stats().growing; i++)
            shard.put(packed(keys + i % 1000), packed(i));
        EXPECT_EQ(TH_OK, shard.shrink());
        calls.reclaim(heap);
    }
    working = false;
    first.join();
    second.join();
    EXPECT_EQ(0u, missed);
}

/* Against the rules: who takes a shard's own name and no lock gets wrong answers, but does not crash. */
TEST_P(ShardedRaceTest, ReadingAShardWithoutItsLockNeverFaults) {
    if (TOPHASH_TSAN) {
        GTEST_SKIP() << "a race on purpose";
    }
    Heap heap(0, true);
    Map map(heap, GetParam().type, sharded(1));
    Map shard(map, 0);
    Told told(GetParam().type);
    std::atomic<bool> working{true};
    std::thread rogue([&] {
        Random random(5);
        while (working) {
            Spans keys;
            for (uint64_t i = 0; i < 50; i++)
                keys.add(told.key(random.below(200)));
            std::vector<uint8_t> found(50);
            th_progress p{};
            th_bytes_contains_all(shard.raw(), shard.stamp(), keys.data.data(), keys.data.size(),
                                  keys.starts.data(), keys.ends.data(), found.data(), 50, &p);
            shard.find(told.key(random.below(200)));
        }
    });
    for (uint64_t i = 0; i < scaled(60000, 2000); i++) {
        uint64_t number = mix(i) % 200;
        if (i % 50 == 0)
            shard.shrink();
        else if (i % 3)
            shard.put(told.key(number), told.value(number, 1 + i % 1000));
        else
            shard.remove(told.key(number));
    }
    working = false;
    rogue.join();
}

INSTANTIATE_TEST_SUITE_P(Types, ShardedRaceTest, testing::ValuesIn(racedTypes()),
                         [](const auto &param) { return param.param.name; });

} // namespace
} // namespace tophash::test
