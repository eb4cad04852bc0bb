/* Pools: what waits in the queues of fronts, and the room that is made for it. */
#include <algorithm>

#include "pools.h"

namespace tophash::test {
namespace {

TEST(Pool, ReclaimFreesWhatWasSealedOnEveryFront) {
    Machine machine(2, 1, 2);
    Pools pools(machine, true);
    uint64_t batches[5];
    for (uint64_t step = 0; step < 5; step++) {
        for (uint32_t cpu = 0; cpu < 4; cpu++) {
            pretendedCpu = cpu;
            for (uint64_t size : {uint64_t{64}, uint64_t{100000}})
                pools.retire(pools.make(size), size);
        }
        batches[step] = pools.seal();
        EXPECT_TRUE(step == 0 || batches[step] > batches[step - 1]);
    }
    EXPECT_EQ(TH_INVALID, th_heap_reclaim(pools.raw(), batches[4] + 1)) << "never sealed";
    EXPECT_EQ(40u, pools.stats().retired_items);
    for (uint64_t step : {1, 1, 0, 3, 4}) {
        ASSERT_EQ(TH_OK, th_heap_reclaim(pools.raw(), batches[step]));
        uint64_t left = 4 - std::max<uint64_t>(step, 1);
        EXPECT_EQ(left * 8, pools.stats().retired_items);
        EXPECT_EQ(left * 4 * (64 + th_heap_size(100000)), pools.stats().retired_bytes);
    }
}

/* Leaves in queues, given back, and never used: each is in one of these places. */
uint64_t countedLeaves(const th_heap *heap, uint64_t &inQueues) {
    uint64_t leaves = 0;
    inQueues = 0;
    for (uint32_t i = 0; i < heap->fronts; i++) {
        for (const th_leaf *leaf = heap->front[i].retired.first; leaf != nullptr; leaf = leaf->next)
            inQueues++;
    }
    for (const th_leaf *leaf = heap->room.free; leaf != nullptr; leaf = leaf->next)
        leaves++;
    leaves += static_cast<uint64_t>(heap->room.end - heap->room.at) / sizeof(th_leaf);
    for (const th_leaf *slab = heap->room.next; slab != nullptr; slab = slab->next)
        leaves += TH_POOL_CHUNK / sizeof(th_leaf) - 1;
    return leaves + inQueues;
}

/* The least favourable case: every front has a full leaf and one with a single record. */
TEST(Pool, ThereIsRoomForLeavesThatAreNearlyEmpty) {
    Machine machine(1, 1, TH_FRONTS_MAX);
    Pools pools(machine, true);
    std::vector<uint8_t *> blocks;
    for (uint64_t i = 0; i < TH_FRONTS_MAX * (TH_LEAF_RECORDS + 1); i++)
        blocks.push_back(pools.make(64));
    for (size_t i = 0; i < blocks.size(); i++) {
        pretendedCpu = static_cast<uint32_t>(i % TH_FRONTS_MAX);
        pools.retire(blocks[i], 64);
    }
    uint64_t inQueues = 0;
    EXPECT_EQ(pools.raw()->room.leaves, countedLeaves(pools.raw(), inQueues));
    EXPECT_EQ(2 * TH_FRONTS_MAX, inQueues);
}

/* However unevenly memory is retired and reclaimed, no more leaves are used than were promised. */
TEST(Pool, ThereIsRoomForEverythingRetired) {
    Machine machine(1, 2, 16);
    Pools pools(machine, true);
    th_heap *heap = pools.raw();
    Random random(7);
    std::vector<uint8_t *> blocks;
    for (uint64_t i = 0; i < scaled(400000); i++) {
        pretendedCpu = static_cast<uint32_t>(random.below(32));
        if (blocks.empty() || random.below(100) < 52) {
            blocks.push_back(pools.make(64));
            ASSERT_NE(nullptr, blocks.back());
        } else {
            std::swap(blocks[random.below(blocks.size())], blocks.back());
            pools.retire(blocks.back(), 64);
            blocks.pop_back();
        }
        if (random.below(20000) == 0) {
            uint64_t batch = pools.seal();
            for (int late = 0; late < 50 && !blocks.empty(); late++) {
                pretendedCpu = static_cast<uint32_t>(random.below(32));
                pools.retire(blocks.back(), 64);
                blocks.pop_back();
            }
            ASSERT_EQ(TH_OK, th_heap_reclaim(heap, batch));
        }
    }
    for (uint8_t *block : blocks) {
        pretendedCpu = static_cast<uint32_t>(random.below(32));
        pools.retire(block, 64);
    }
    uint64_t used = 0, records = 0;
    EXPECT_EQ(heap->room.leaves, countedLeaves(heap, used)) << "a leaf was lost";
    used = 0;
    for (uint32_t i = 0; i < heap->fronts; i++) {
        for (const th_leaf *leaf = heap->front[i].retired.first; leaf != nullptr; leaf = leaf->next) {
            used++;
            records += leaf->end - leaf->begin;
        }
    }
    EXPECT_EQ(pools.stats().retired_items, records);
    EXPECT_LE(used, heap->room.promised + 2 * heap->fronts);
    EXPECT_LE(heap->room.promised + 2 * heap->fronts, heap->room.leaves);
    EXPECT_GE(heap->room.promised * TH_LEAF_RECORDS, pools.stats().pool_bytes / 64);
}

/* At 16 MiB, give or take the eighth that fronts have not reported. */
TEST(Pool, SmallMemoryAsksToBeReclaimed) {
    Machine machine(2, 1, 64);
    Pools pools(machine, true);
    for (int round = 0; round < 3; round++) {
        uint32_t cpu = 0;
        while (th_heap_wants_reclaim(pools.raw()) == 0) {
            pretendedCpu = ++cpu % 128;
            pools.retire(pools.make(1000), 1000);
            ASSERT_LE(pools.stats().retired_bytes, uint64_t{18} << 20);
        }
        EXPECT_GE(pools.stats().retired_bytes, uint64_t{14} << 20);
        pools.reclaim();
        EXPECT_EQ(0, th_heap_wants_reclaim(pools.raw()));
    }
}

/* Room is address space until something is retired. */
TEST(Pool, RoomThatIsNotUsedIsNotTouched) {
    Machine machine(1, 1, 1);
    Pools pools(machine, true);
    std::vector<uint8_t *> blocks;
    for (uint64_t i = 0; i < 400000; i++)
        blocks.push_back(pools.make(64));
    uint64_t slabs = 0, touched = 0;
    for (const th_leaf *slab = pools.raw()->room.slabs; slab != nullptr; slab = slab->next) {
        slabs++;
        touched += th_os_resident(slab, TH_POOL_CHUNK);
    }
    EXPECT_GT(slabs, 3u);
    EXPECT_LE(touched, slabs * th_os_page_size());
    for (uint8_t *block : blocks)
        pools.retire(block, 64);
}

} // namespace
} // namespace tophash::test
