/*
 * Threads that make, hand on and retire small memory on CPUs that keep changing, while one seals and
 * reclaims. Whoever gets memory signs it at both ends; whoever retires it looks for the signature. For
 * ThreadSanitizer too: a block that two threads have at once is a race on its bytes.
 */
#include <algorithm>
#include <atomic>
#include <thread>

#include "pools.h"

namespace tophash::test {
namespace {

constexpr uint32_t kThreads = 4;

struct Piece {
    uint8_t *memory = nullptr;
    uint64_t size = 0; /* 0: a header */
    uint64_t signature = 0;
};

class Stress {
  public:
    Stress(Pools &pools, Machine &machine) : pools_(pools), cpus_(machine.cpus()) {}

    void work(uint32_t thread, uint64_t rounds) {
        Random random(mix(thread));
        std::vector<Piece> own;
        for (uint64_t i = 0; i < rounds; i++) {
            if (random.below(16) == 0)
                pretendedCpu = static_cast<uint32_t>(random.below(cpus_));
            if (random.below(100) < 50) {
                own.push_back(make(random, (uint64_t{thread} << 48) + i + 1));
            } else if (!own.empty()) {
                std::swap(own[random.below(own.size())], own.back());
                /* Every other one changes hands: what was posted before comes back instead. */
                Piece piece = own.back();
                own.pop_back();
                if (random.below(2) == 0)
                    piece = exchange(random.below(kPosts), piece);
                end(piece);
            }
        }
        for (const Piece &piece : own)
            end(piece);
    }

    void finish() {
        for (std::atomic<Piece *> &post : posts_) {
            std::unique_ptr<Piece> last(post.exchange(nullptr));
            if (last)
                end(*last);
        }
    }

    std::atomic<uint64_t> wrong{0};

  private:
    static constexpr size_t kPosts = 64;

    Piece make(Random &random, uint64_t signature) {
        Piece piece;
        piece.signature = signature;
        piece.size = random.below(4) == 0 ? 0 : 1 + random.below(random.below(8) == 0 ? 40000 : 600);
        void *memory = piece.size == 0 ? th_heap_new_header(pools_.raw()) : pools_.make(piece.size);
        if (memory == nullptr)
            printAndAbort("no memory");
        piece.memory = static_cast<uint8_t *>(memory);
        uint64_t end = last(piece);
        for (uint64_t at : {uint64_t{0}, end}) {
            uint64_t word = 0;
            std::memcpy(&word, piece.memory + at, 8);
            wrong += word != 0;
            std::memcpy(piece.memory + at, &signature, 8);
        }
        return piece;
    }

    void end(const Piece &piece) {
        if (piece.memory == nullptr)
            return;
        for (uint64_t at : {uint64_t{0}, last(piece)}) {
            uint64_t word = 0;
            std::memcpy(&word, piece.memory + at, 8);
            wrong += word != piece.signature;
        }
        if (piece.size == 0)
            th_heap_retire_header(pools_.raw(), piece.memory);
        else
            pools_.retire(piece.memory, piece.size);
    }

    /* Of a header, the word at 56; of a block, the last of its class. */
    static uint64_t last(const Piece &piece) {
        return (piece.size == 0 ? TH_HEADER_BYTES : th_heap_size(piece.size)) - 8;
    }

    Piece exchange(uint64_t post, const Piece &piece) {
        std::unique_ptr<Piece> old(posts_[post].exchange(new Piece(piece)));
        return old ? *old : Piece();
    }

    Pools &pools_;
    uint32_t cpus_;
    std::atomic<Piece *> posts_[kPosts] = {};
};

/* Everything in the free lists and the depots, handed out again: no two overlap. */
void expectNothingTwice(Pools &pools, Machine &machine) {
    std::vector<std::pair<uint8_t *, uint64_t>> all;
    for (uint32_t list = 0; list < TH_POOL_CLASSES; list++) {
        for (uint32_t cpu = 0; cpu < machine.cpus(); cpu++) {
            pretendedCpu = cpu;
            uint64_t size = th_pool_size(list);
            for (uint64_t i = 0; i < 20 * th_pool_batch(list); i++)
                all.emplace_back(pools.make(size), size);
        }
    }
    EXPECT_GT(all.size(), 1000u);
    std::sort(all.begin(), all.end());
    for (size_t i = 1; i < all.size(); i++)
        ASSERT_LE(all[i - 1].first + all[i - 1].second, all[i].first) << "handed out twice";
    for (auto [block, size] : all)
        pools.retire(block, size);
}

class PoolStressTest : public testing::TestWithParam<bool> {};

TEST_P(PoolStressTest, NothingIsHandedOutTwice) {
    Machine machine(2, 2, 2);
    Pools pools(machine, GetParam());
    Stress stress(pools, machine);
    std::atomic<uint32_t> running{kThreads};
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < kThreads; i++) {
        threads.emplace_back([&, i] {
            stress.work(i, scaled(200000));
            running--;
        });
    }
    threads.emplace_back([&] {
        pretendedCpu = 3;
        while (running > 0) {
            pools.reclaim();
            th_heap_stats stats = pools.stats();
            stress.wrong += static_cast<int64_t>(stats.live_bytes) < 0;
            stress.wrong += static_cast<int64_t>(stats.maps) < 0;
        }
    });
    for (std::thread &thread : threads)
        thread.join();
    stress.finish();
    EXPECT_EQ(0u, stress.wrong) << "memory was not zero, or somebody else wrote to it";
    EXPECT_EQ(0u, pools.stats().live_bytes);
    EXPECT_EQ(0u, pools.stats().maps);
    pools.reclaim();
    expectNothingTwice(pools, machine);
}

INSTANTIATE_TEST_SUITE_P(Modes, PoolStressTest, testing::Bool(),
                         [](const auto &param) { return param.param ? "deferred" : "immediate"; });

} // namespace
} // namespace tophash::test
