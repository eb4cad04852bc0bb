/*
 * What the protection against misuse costs a quick call: the same engine with it (the best kernel) and
 * without it
 * ("bare"), called through the same kind of table, in turn.
 */
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "tophash/tophash.h"

extern "C" {
uint64_t th_bare_get(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise);
th_status th_bare_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
}

namespace {

struct Setting {
    th_heap *heap = nullptr;
    th_map *map = nullptr;
    uint64_t stamp = 0;
    std::vector<uint64_t> keys;

    explicit Setting(uint64_t n) {
        th_type type{TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 8};
        if (th_heap_create(nullptr, &heap) != TH_OK ||
            th_map_create(heap, &type, nullptr, &map, &stamp) != TH_OK) {
            std::abort();
        }
        uint64_t x = 88172645463325252u;
        for (uint64_t i = 0; i < n; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            keys.push_back(x);
            while (th_word_put(map, stamp, x, i) == TH_NEEDS_ROOM) {
                if (th_make_room(map, stamp, 0) != TH_OK)
                    std::abort();
            }
        }
    }
    Setting(const Setting &) = delete;
    Setting &operator=(const Setting &) = delete;
    ~Setting() {
        th_map_close(map, stamp);
        th_heap_destroy(heap);
    }
};

using Get = uint64_t(th_map *, uint64_t, uint64_t, uint64_t);
using Put = th_status(th_map *, uint64_t, uint64_t, uint64_t);

void get(benchmark::State &state, Get *function) {
    Setting s(static_cast<uint64_t>(state.range(0)));
    for (auto _ : state) {
        for (uint64_t key : s.keys)
            benchmark::DoNotOptimize(function(s.map, s.stamp, key, 0));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void update(benchmark::State &state, Put *function) {
    Setting s(static_cast<uint64_t>(state.range(0)));
    for (auto _ : state) {
        for (uint64_t key : s.keys)
            benchmark::DoNotOptimize(function(s.map, s.stamp, key, key));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void registerAll() {
    for (int64_t n : {1000, 1000000}) {
        benchmark::RegisterBenchmark("get/protected", get, th_word_get)->Arg(n);
        benchmark::RegisterBenchmark("get/bare", get, th_bare_get)->Arg(n);
        benchmark::RegisterBenchmark("update/protected", update, th_word_put)->Arg(n);
        benchmark::RegisterBenchmark("update/bare", update, th_bare_put)->Arg(n);
    }
}

const bool registered = (registerAll(), true);

} // namespace
