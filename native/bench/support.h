/* What the benchmarks of the engine share: keys, sizes, the maps that are compared behind one shape. */
#ifndef TH_BENCH_SUPPORT_H
#define TH_BENCH_SUPPORT_H

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "tophash/tophash.h"

inline uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Time of one item, as the counter "each". */
inline void perItem(benchmark::State &state, uint64_t items) {
    state.SetItemsProcessed(static_cast<int64_t>(items));
    state.counters["each"] = benchmark::Counter(static_cast<double>(items),
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/*
 * Keys to look up in random order: of mix(1) to mix(n), or absent ones. As many as the map has entries,
 * within limits: asking for the same few again and again would tell how fast the cache is.
 */
inline std::vector<uint64_t> keysFor(uint64_t n, bool present) {
    std::vector<uint64_t> keys(n < (1u << 16) ? 1u << 16 : n < (1u << 22) ? n : 1u << 22);
    uint64_t state = 1;
    for (uint64_t &key : keys)
        key = mix(1 + mix(state++) % n + (present ? 0 : n));
    return keys;
}

inline void require(bool condition) {
    if (!condition)
        std::abort();
}

/* The heap of all maps, as a process has one. */
inline th_heap *sharedHeap() {
    static th_heap *const heap = [] {
        th_heap *created = nullptr;
        require(th_heap_create(nullptr, &created) == TH_OK);
        return created;
    }();
    return heap;
}

/* A map of the engine. */
class Engine {
  public:
    explicit Engine(const th_type &type, uint64_t expected = 0) {
        th_map_options options{};
        options.expected_size = expected;
        require(th_map_create(sharedHeap(), &type, &options, &map, &stamp) == TH_OK);
    }
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;
    ~Engine() { th_map_close(map, stamp); }

    uint64_t bytes() const {
        th_map_stats stats{};
        th_map_get_stats(map, stamp, 0, &stats);
        return stats.bucket_bytes + stats.overflow_bytes;
    }

    th_map *map = nullptr;
    uint64_t stamp = 0;
};

constexpr th_type kLongToLong{TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 8};

/* The contenders have get (0 when absent), put and remove. */
class Tophash : public Engine {
  public:
    static constexpr const char *kName = "tophash";

    explicit Tophash(uint64_t expected = 0) : Engine(kLongToLong, expected) {}

    uint64_t get(uint64_t key) const { return th_word_get(map, stamp, key, 0); }
    void put(uint64_t key, uint64_t value) {
        while (th_word_put(map, stamp, key, value) == TH_NEEDS_ROOM)
            require(th_make_room(map, stamp, 0) == TH_OK);
    }
    void remove(uint64_t key) { th_word_remove(map, stamp, key); }
};

/* A map of the keys mix(1) to mix(n); kept between benchmarks of the same kind and size. */
template <class Map> Map &filled(uint64_t n) {
    static std::unique_ptr<Map> last;
    static uint64_t size;
    if (!last || size != n) {
        last.reset();
        last = std::make_unique<Map>();
        for (uint64_t i = 1; i <= n; i++)
            last->put(mix(i), i);
        size = n;
    }
    return *last;
}

/* Sizes that --sizes named, or the usual ones. */
const std::vector<int64_t> &sizes();

/* Each file's benchmarks, by the name of what they measure. */
void registerKernels();
void registerLines();
void registerMaps();
void registerBatches();
void registerBytes();

#endif
