/* One key at a time: lookup, update, removal and growth, of the engine and of two maps in C++. */
#include <string>

#if TH_BENCH_ABSL
#include <absl/container/flat_hash_map.h>
#endif
#if TH_BENCH_BOOST
#include <boost/unordered/unordered_flat_map.hpp>
#endif

#include "support.h"

namespace {

/* A map in the manner of std::unordered_map. */
template <class Map> class Standard {
  public:
    uint64_t get(uint64_t key) const {
        auto found = map_.find(key);
        return found == map_.end() ? 0 : found->second;
    }
    void put(uint64_t key, uint64_t value) { map_[key] = value; }
    void remove(uint64_t key) { map_.erase(key); }

  private:
    Map map_;
};

#if TH_BENCH_ABSL
class Absl : public Standard<absl::flat_hash_map<uint64_t, uint64_t>> {
  public:
    static constexpr const char *kName = "absl";
};
#endif
#if TH_BENCH_BOOST
class Boost : public Standard<boost::unordered_flat_map<uint64_t, uint64_t>> {
  public:
    static constexpr const char *kName = "boost";
};
#endif

template <class Map> void get(benchmark::State &state, bool present) {
    auto n = static_cast<uint64_t>(state.range(0));
    Map &map = filled<Map>(n);
    std::vector<uint64_t> keys = keysFor(n, present);
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        for (uint64_t key : keys)
            sum += map.get(key);
        items += keys.size();
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

/* Replaces values; nothing is inserted. */
template <class Map> void update(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    Map &map = filled<Map>(n);
    std::vector<uint64_t> keys = keysFor(n, true);
    uint64_t items = 0;
    for (auto _ : state) {
        for (uint64_t key : keys)
            map.put(key, key);
        items += keys.size();
    }
    perItem(state, items);
}

/* Removes a key and inserts one that was removed long ago: the size stays. */
template <class Map> void replace(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    Map map;
    for (uint64_t i = 1; i <= n; i++)
        map.put(mix(i), i);
    uint64_t items = 0, oldest = 1;
    for (auto _ : state) {
        for (int i = 0; i < 1024; i++, oldest++) {
            map.remove(mix(oldest));
            map.put(mix(oldest + n), oldest);
        }
        items += 1024;
    }
    perItem(state, items);
}

/* Fills a map from nothing, growth included. */
template <class Map> void fill(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    uint64_t items = 0;
    for (auto _ : state) {
        Map map;
        for (uint64_t i = 1; i <= n; i++)
            map.put(mix(i), i);
        benchmark::DoNotOptimize(map.get(1));
        items += n;
    }
    perItem(state, items);
}

/* Moves every entry to an array of twice the size, and back. */
void evacuate(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    Tophash map(n);
    for (uint64_t i = 1; i <= n; i++)
        map.put(mix(i), i);
    uint64_t items = 0;
    for (auto _ : state) {
        require(th_map_reserve(map.map, map.stamp, 2 * n) == TH_OK);
        require(th_map_shrink(map.map, map.stamp) == TH_OK);
        items += 2 * n;
    }
    perItem(state, items);
}

template <class Map> void registerMap() {
    std::string name = Map::kName;
    for (int64_t n : sizes()) {
        benchmark::RegisterBenchmark((name + "/getHit").c_str(), get<Map>, true)->Arg(n);
        benchmark::RegisterBenchmark((name + "/getMiss").c_str(), get<Map>, false)->Arg(n);
        benchmark::RegisterBenchmark((name + "/update").c_str(), update<Map>)->Arg(n);
        benchmark::RegisterBenchmark((name + "/replace").c_str(), replace<Map>)->Arg(n);
        benchmark::RegisterBenchmark((name + "/fill").c_str(), fill<Map>)->Arg(n);
    }
}

} // namespace

void registerMaps() {
    registerMap<Tophash>();
#if TH_BENCH_ABSL
    registerMap<Absl>();
#endif
#if TH_BENCH_BOOST
    registerMap<Boost>();
#endif
    for (int64_t n : sizes())
        benchmark::RegisterBenchmark("tophash/evacuate", evacuate)->Arg(n);
}
