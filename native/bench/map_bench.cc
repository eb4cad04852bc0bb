/*
 * What an operation costs, and what the memory allows: every table has a line for one random cache line of as
 * much memory as the map takes, measured in the same run. A batched lookup cannot be faster than the
 * independent one, a chain of single lookups hardly faster than the dependent one.
 */
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tophash/tophash.h"

namespace {

constexpr uint64_t kBatch = 8192;

uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A map of n random keys, mix(1) to mix(n); kept between benchmarks of the same size. */
class LongMap {
  public:
    explicit LongMap(uint64_t entries) : n(entries) {
        th_type type{TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 8};
        th_map_options options{};
        options.expected_size = n;
        if (th_heap_create(nullptr, &heap_) != TH_OK ||
            th_map_create(heap_, &type, &options, &map, &stamp) != TH_OK) {
            std::abort();
        }
        for (uint64_t i = 1; i <= n; i++)
            put(mix(i), i);
    }
    LongMap(const LongMap &) = delete;
    LongMap &operator=(const LongMap &) = delete;
    ~LongMap() {
        th_map_close(map, stamp);
        th_heap_destroy(heap_);
    }

    void put(uint64_t key, uint64_t value) {
        while (th_word_put(map, stamp, key, value) == TH_NEEDS_ROOM) {
            if (th_make_room(map, stamp, 0) != TH_OK)
                std::abort();
        }
    }

    uint64_t bytes() const {
        th_map_stats stats{};
        th_map_get_stats(map, stamp, 0, &stats);
        return stats.bucket_bytes + stats.overflow_bytes;
    }

    static LongMap &of(uint64_t n) {
        static std::unique_ptr<LongMap> last;
        if (!last || last->n != n) {
            last.reset();
            last = std::make_unique<LongMap>(n);
        }
        return *last;
    }

    const uint64_t n;
    th_map *map = nullptr;
    uint64_t stamp = 0;

  private:
    th_heap *heap_ = nullptr;
};

/* Keys to look up: present ones, or absent ones, in random order. */
std::vector<uint64_t> keysFor(uint64_t n, bool present) {
    std::vector<uint64_t> keys(kBatch * 8);
    uint64_t state = 1;
    for (uint64_t &key : keys)
        key = mix(1 + mix(state++) % n + (present ? 0 : n));
    return keys;
}

void perItem(benchmark::State &state, uint64_t items) {
    state.SetItemsProcessed(static_cast<int64_t>(items));
    state.counters["each"] = benchmark::Counter(static_cast<double>(items),
                                                benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void singleGet(benchmark::State &state, bool present) {
    LongMap &map = LongMap::of(static_cast<uint64_t>(state.range(0)));
    std::vector<uint64_t> keys = keysFor(map.n, present);
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        for (uint64_t key : keys)
            sum += th_word_get(map.map, map.stamp, key, 0);
        items += keys.size();
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

void batchGet(benchmark::State &state, bool present) {
    LongMap &map = LongMap::of(static_cast<uint64_t>(state.range(0)));
    std::vector<uint64_t> keys = keysFor(map.n, present), values(keys.size());
    uint64_t items = 0;
    for (auto _ : state) {
        th_progress progress{};
        while (th_word_get_all(map.map, map.stamp, keys.data(), values.data(), keys.size(), 0, &progress) ==
               TH_MORE) {
        }
        benchmark::DoNotOptimize(values.data());
        items += keys.size();
    }
    perItem(state, items);
}

/* Replaces values; nothing is inserted. */
void singlePut(benchmark::State &state) {
    LongMap &map = LongMap::of(static_cast<uint64_t>(state.range(0)));
    std::vector<uint64_t> keys = keysFor(map.n, true);
    uint64_t items = 0;
    for (auto _ : state) {
        for (uint64_t key : keys)
            map.put(key, key);
        items += keys.size();
    }
    perItem(state, items);
}

/* Fills a map from nothing, growth included. */
void fill(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    th_type type{TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 8};
    uint64_t items = 0;
    for (auto _ : state) {
        th_heap *heap = nullptr;
        th_map *map = nullptr;
        uint64_t stamp = 0;
        if (th_heap_create(nullptr, &heap) != TH_OK ||
            th_map_create(heap, &type, nullptr, &map, &stamp) != TH_OK) {
            std::abort();
        }
        for (uint64_t i = 1; i <= n; i++) {
            while (th_word_put(map, stamp, mix(i), i) == TH_NEEDS_ROOM)
                th_make_room(map, stamp, 0);
        }
        items += n;
        th_map_close(map, stamp);
        th_heap_destroy(heap);
    }
    perItem(state, items);
}

/* A map of n keys of 4 to 35 bytes to 8 bytes, and the same keys in random order, end to end. */
class BytesMap {
  public:
    explicit BytesMap(uint64_t n) {
        th_type type{TH_KIND_BYTES, TH_KIND_FIXED, 0, 0, 8, 8};
        if (th_heap_create(nullptr, &heap_) != TH_OK ||
            th_map_create(heap_, &type, nullptr, &map, &stamp) != TH_OK) {
            std::abort();
        }
        for (uint64_t i = 0; i < n; i++)
            put(keyOf(i), i);
        for (uint64_t i = 0; i < kBatch * 8; i++) {
            data += keyOf(mix(i) % n);
            ends.push_back(data.size());
        }
    }
    BytesMap(const BytesMap &) = delete;
    BytesMap &operator=(const BytesMap &) = delete;
    ~BytesMap() {
        th_map_close(map, stamp);
        th_heap_destroy(heap_);
    }

    static std::string keyOf(uint64_t i) {
        uint64_t random = mix(i + 1);
        std::string key = std::to_string(random);
        key += std::string(random % 16, 'x');
        return i % 2 ? key : key.substr(0, 4 + random % 9) + std::to_string(i);
    }

    void put(const std::string &key, uint64_t value) {
        auto *bytes = reinterpret_cast<const uint8_t *>(key.data());
        while (th_bytes_put(map, stamp, bytes, key.size(), value) == TH_NEEDS_ROOM) {
            if (th_make_room(map, stamp, key.size()) != TH_OK)
                std::abort();
        }
    }

    const uint8_t *bytes() const { return reinterpret_cast<const uint8_t *>(data.data()); }

    th_map *map = nullptr;
    uint64_t stamp = 0;
    std::string data;
    std::vector<uint64_t> ends{0}; /* key i is data[ends[i] .. ends[i + 1]) */

  private:
    th_heap *heap_ = nullptr;
};

/* The time of single calls, each a key's bytes and its length. */
template <class Call> void singleBytes(benchmark::State &state, Call call) {
    BytesMap map(static_cast<uint64_t>(state.range(0)));
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        for (size_t i = 0; i + 1 < map.ends.size(); i++)
            sum += call(map, map.bytes() + map.ends[i], map.ends[i + 1] - map.ends[i]);
        items += map.ends.size() - 1;
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

void bytesGet(benchmark::State &state) {
    singleBytes(state, [](BytesMap &map, const uint8_t *key, uint64_t length) {
        return th_bytes_get(map.map, map.stamp, key, length, 0);
    });
}

void bytesPut(benchmark::State &state) {
    singleBytes(state, [](BytesMap &map, const uint8_t *key, uint64_t length) {
        return static_cast<uint64_t>(th_bytes_put(map.map, map.stamp, key, length, length));
    });
}

void bytesBatchGet(benchmark::State &state) {
    BytesMap map(static_cast<uint64_t>(state.range(0)));
    uint64_t items = 0, n = map.ends.size() - 1;
    std::vector<uint64_t> values(n);
    for (auto _ : state) {
        th_progress progress{};
        while (th_bytes_get_all(map.map, map.stamp, map.bytes(), map.data.size(), map.ends.data(),
                                map.ends.data() + 1, values.data(), n, 0, &progress) == TH_MORE) {
        }
        benchmark::DoNotOptimize(values.data());
        items += n;
    }
    perItem(state, items);
}

/* Memory of a map's size with huge pages advised, as the engine has it. */
class Lines {
  public:
    explicit Lines(uint64_t bytes) : count_(bytes / 64) {
        memory_ = mmap(nullptr, count_ * 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory_ == MAP_FAILED)
            std::abort();
        madvise(memory_, count_ * 64, MADV_HUGEPAGE);
        for (uint64_t i = 0; i < count_; i++)
            at(i)[0] = i;
    }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;
    ~Lines() { munmap(memory_, count_ * 64); }

    uint64_t *at(uint64_t i) { return static_cast<uint64_t *>(memory_) + i % count_ * 8; }

  private:
    uint64_t count_;
    void *memory_;
};

/* The limit of batches: lines fetched well ahead, as many in flight as the core has room for. */
void independentLine(benchmark::State &state) {
    Lines lines(LongMap::of(static_cast<uint64_t>(state.range(0))).bytes());
    const uint64_t ahead = 24, n = 65536;
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        for (uint64_t i = 0; i < n; i++) {
            __builtin_prefetch(lines.at(mix(i + ahead)));
            sum += lines.at(mix(i))[0];
        }
        items += n;
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

/* The limit of lookups one by one: the next address is not known before the line is there. */
void dependentLine(benchmark::State &state) {
    Lines lines(LongMap::of(static_cast<uint64_t>(state.range(0))).bytes());
    const uint64_t n = 65536;
    uint64_t items = 0, next = 1;
    for (auto _ : state) {
        for (uint64_t i = 0; i < n; i++)
            next = mix(next + i + lines.at(next)[1]);
        items += n;
    }
    benchmark::DoNotOptimize(next);
    perItem(state, items);
}

const std::vector<int64_t> kSizes = {1000, 100000, 1000000, 10000000};

#define SIZES ArgsProduct({kSizes})->ArgName("n")
#define BYTES_SIZES ArgsProduct({{1000, 1000000}})->ArgName("n")
BENCHMARK_CAPTURE(singleGet, hit, true)->SIZES;
BENCHMARK_CAPTURE(singleGet, miss, false)->SIZES;
BENCHMARK_CAPTURE(batchGet, hit, true)->SIZES;
BENCHMARK_CAPTURE(batchGet, miss, false)->SIZES;
BENCHMARK(singlePut)->SIZES;
BENCHMARK(bytesGet)->BYTES_SIZES;
BENCHMARK(bytesPut)->BYTES_SIZES;
BENCHMARK(bytesBatchGet)->BYTES_SIZES;
BENCHMARK(independentLine)->SIZES;
BENCHMARK(dependentLine)->SIZES;
BENCHMARK(fill)->ArgsProduct({{1000, 1000000}})->ArgName("n")->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
