/* The limit of pools, which is exact across fronts and threads. */
#include <algorithm>
#include <atomic>
#include <thread>

#include "pools.h"

namespace tophash::test {
namespace {

/* Credit that other fronts hold does not count. */
TEST(Pool, TheLimitIsExactAcrossFronts) {
    Machine machine(1, 1, 8);
    constexpr uint64_t kLimit = 1000 * 1000;
    Pools pools(machine, false, kLimit);
    std::vector<std::pair<uint8_t *, uint64_t>> blocks;
    uint64_t live = 0;
    Random random(1);
    for (;;) {
        pretendedCpu = static_cast<uint32_t>(random.below(8));
        uint64_t size = th_heap_size(random.below(40000)); /* some are regions */
        uint8_t *block = pools.make(size);
        if (block == nullptr) {
            ASSERT_GT(live + size, kLimit) << "refused though it fits";
            th_heap_stats stats = pools.stats();
            EXPECT_EQ(size, stats.refused_bytes);
            EXPECT_EQ(live, stats.refused_live);
            EXPECT_EQ(1u, stats.refused_here);
            EXPECT_EQ(1u, stats.refusals);
            break;
        }
        live += size;
        blocks.emplace_back(block, size);
        ASSERT_LE(live, kLimit);
        ASSERT_EQ(live, pools.stats().live_bytes);
    }
    while (live + 64 <= kLimit) {
        pretendedCpu = static_cast<uint32_t>(random.below(8));
        blocks.emplace_back(pools.make(64), 64);
        ASSERT_NE(nullptr, blocks.back().first) << live << " live";
        live += 64;
    }
    /* Freed and asked for again elsewhere, at the very edge. */
    for (int i = 0; i < 1000; i++) {
        auto &[block, size] = blocks[random.below(blocks.size())];
        pretendedCpu = static_cast<uint32_t>(random.below(8));
        pools.retire(block, size);
        pretendedCpu = static_cast<uint32_t>(random.below(8));
        block = pools.make(size);
        ASSERT_NE(nullptr, block);
        ASSERT_EQ(nullptr, pools.make(64));
    }
    for (auto [block, size] : blocks)
        pools.retire(block, size);
}

TEST(Pool, ALoweredLimitHoldsAtOnce) {
    Machine machine(1, 1, 4);
    Pools pools(machine);
    std::vector<uint8_t *> blocks;
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        pretendedCpu = cpu;
        blocks.push_back(pools.make(64)); /* each front has credit now */
    }
    ASSERT_EQ(TH_OK, th_heap_set_limit(pools.raw(), 5 * 64));
    pretendedCpu = 2;
    blocks.push_back(pools.make(64));
    EXPECT_NE(nullptr, blocks.back());
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        pretendedCpu = cpu;
        EXPECT_EQ(nullptr, pools.make(64)) << "more than the limit";
    }
    EXPECT_EQ(5 * 64u, pools.stats().live_bytes);
    for (uint8_t *block : blocks)
        pools.retire(block, 64);
}

/* What was freed below a limit that was lowered under what lives is not to be had again. */
TEST(Pool, ALimitBelowWhatLivesRefusesAll) {
    Machine machine(1, 1, 2);
    Pools pools(machine);
    std::vector<uint8_t *> blocks;
    for (int i = 0; i < 100; i++)
        blocks.push_back(pools.make(4096));
    ASSERT_EQ(TH_OK, th_heap_set_limit(pools.raw(), 50 * 4096));
    for (int i = 0; i < 50; i++) {
        pools.retire(blocks.back(), 4096);
        blocks.pop_back();
        EXPECT_EQ(nullptr, pools.make(4096)) << blocks.size() << " live";
    }
    pools.retire(blocks.back(), 4096);
    blocks.back() = pools.make(4096);
    EXPECT_NE(nullptr, blocks.back()) << "as much as the limit";
    for (uint8_t *block : blocks)
        pools.retire(block, 4096);
}

/* Threads that all want the last bytes: never more than the limit, and all of it in the end. */
TEST(Pool, ThreadsNeverPassTheLimit) {
    Machine machine(2, 1, 2);
    constexpr uint64_t kBlocks = 20000;
    Pools pools(machine, false, kBlocks * 64);
    std::atomic<uint64_t> live{0}, most{0};
    std::vector<std::vector<uint8_t *>> blocks(4);
    std::vector<std::thread> threads;
    for (uint32_t thread = 0; thread < 4; thread++) {
        threads.emplace_back([&, thread] {
            pretendedCpu = thread;
            Random random(thread);
            uint64_t refused = 0;
            while (refused < 50) {
                uint8_t *block = pools.make(64);
                if (block != nullptr) {
                    uint64_t now = live.fetch_add(64) + 64;
                    for (uint64_t seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
                    }
                    blocks[thread].push_back(block);
                }
                refused += block == nullptr;
                if (!blocks[thread].empty() && random.below(8) == 0) {
                    live.fetch_sub(64);
                    pools.retire(blocks[thread].back(), 64);
                    blocks[thread].pop_back();
                }
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_LE(most, kBlocks * 64);
    while (uint8_t *block = pools.make(64))
        blocks[0].push_back(block);
    EXPECT_EQ(kBlocks * 64, pools.stats().live_bytes);
    for (auto &some : blocks) {
        for (uint8_t *block : some)
            pools.retire(block, 64);
    }
}

} // namespace
} // namespace tophash::test
