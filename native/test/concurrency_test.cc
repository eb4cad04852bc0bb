/* Threads that keep to the rules: heaps are for any thread, maps for one writer or many readers. */
#include <atomic>
#include <chrono>
#include <thread>

#include "support.h"

namespace tophash::test {
namespace {

template <class Work> void inThreads(int count, Work work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; i++)
        threads.emplace_back(work, i);
    for (std::thread &thread : threads)
        thread.join();
}

TEST(Concurrency, EveryThreadUsesTheHeap) {
    for (bool deferred : {false, true}) {
        Heap heap(0, deferred);
        inThreads(4, [&](int thread) {
            Random random(static_cast<uint64_t>(thread));
            for (uint64_t i = 0; i < scaled(400, 40); i++) {
                th_type type = i % 2 ? longType() : bytesBytesType();
                Map map(heap, type);
                uint64_t n = random.below(300);
                for (uint64_t k = 0; k < n; k++)
                    map.put(makeKey(type, k), makeValue(type, k));
                for (uint64_t k = 0; k < n; k += 2)
                    map.remove(makeKey(type, k));
                if (map.size() != static_cast<int64_t>(n / 2))
                    complain("a thread's own map is wrong");
                heap.stats();
                /* Every thread touches maps of its own only, so memory of closed maps is nobody's. */
                if (i % 16 == 0)
                    heap.reclaim();
            }
        });
        EXPECT_EQ(0u, heap.stats().maps);
    }
}

TEST(Concurrency, ManyReadersOfOneMap) {
    Heap heap;
    Map map(heap, longType());
    uint64_t n = 0;
    while (n < 2000 || !map.stats().growing)
        fillLong(map, n, n + 1), n++;
    std::atomic<uint64_t> wrong{0};
    inThreads(4, [&](int thread) {
        std::vector<uint64_t> keys(n), values(n);
        for (uint64_t i = 0; i < n; i++)
            keys[i] = i;
        for (uint64_t round = 0; round < scaled(20, 2); round++) {
            th_progress progress{};
            while (th_word_get_all(map.raw(), map.stamp(), keys.data(), values.data(), n, 0, &progress) ==
                   TH_MORE) {
            }
            for (uint64_t i = 0; i < n; i++)
                wrong += values[i] != ~i;
            wrong += walkAll(map, mix(static_cast<uint64_t>(thread))).size() != n;
            wrong += map.stats(true).size != n;
        }
    });
    EXPECT_EQ(0u, wrong);
}

/* While an ordinary call is long at work, a second writer is turned away, and a reader is not. */
TEST(Concurrency, ASecondWriterIsDetected) {
    if (TOPHASH_TSAN) {
        GTEST_SKIP() << "two writers are a race on purpose";
    }
    Heap heap(0, true);
    Map map(heap, longType());
    uint64_t n = scaled(400000, 50000);
    fillLong(map, 0, n);
    std::atomic<bool> working{true};
    std::atomic<uint64_t> refused{0}, other{0};
    std::thread second([&] {
        while (working) {
            th_status status = th_word_put(map.raw(), map.stamp(), 1, ~uint64_t{1});
            refused += status == TH_CONCURRENT;
            other += status != TH_CONCURRENT && status != TH_PRESENT && status != TH_NEEDS_ROOM;
            other += th_word_contains(map.raw(), map.stamp(), 2) < 0;
        }
    });
    /* On a busy machine the second thread may be off its CPU in the middle of a write, and all that is tried
       here refused: so for a while, not for a number of times. */
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (refused == 0 && std::chrono::steady_clock::now() < end) {
        th_status status = map.reserve(2 * n);
        EXPECT_TRUE(status == TH_OK || status == TH_CONCURRENT) << th_status_name(status);
        status = map.shrink();
        EXPECT_TRUE(status == TH_OK || status == TH_CONCURRENT) << th_status_name(status);
        if (status == TH_CONCURRENT) {
            std::this_thread::yield();
        }
    }
    working = false;
    second.join();
    EXPECT_GT(refused, 0u) << "nobody noticed the second writer";
    EXPECT_EQ(0u, other);
}

} // namespace
} // namespace tophash::test
