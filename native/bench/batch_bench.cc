/* Many keys with one call. */
#include "support.h"

namespace {

/* Repeats a quick call until it has done its batch, making room when it asks for that. */
template <class Call> void finish(Engine &map, Call call) {
    th_progress progress{};
    for (;;) {
        th_status status = call(&progress);
        if (status == TH_NEEDS_ROOM)
            require(th_make_room(map.map, map.stamp, 0) == TH_OK);
        else if (status != TH_MORE)
            return;
    }
}

void getAll(benchmark::State &state, bool present) {
    auto n = static_cast<uint64_t>(state.range(0));
    Tophash &map = filled<Tophash>(n);
    std::vector<uint64_t> keys = keysFor(n, present), values(keys.size());
    uint64_t items = 0;
    for (auto _ : state) {
        finish(map, [&](th_progress *progress) {
            return th_word_get_all(map.map, map.stamp, keys.data(), values.data(), keys.size(), 0, progress);
        });
        benchmark::DoNotOptimize(values.data());
        items += keys.size();
    }
    perItem(state, items);
}

/* Replaces values; nothing is inserted. */
void putAll(benchmark::State &state) {
    auto n = static_cast<uint64_t>(state.range(0));
    Tophash &map = filled<Tophash>(n);
    std::vector<uint64_t> keys = keysFor(n, true);
    uint64_t items = 0;
    for (auto _ : state) {
        finish(map, [&](th_progress *progress) {
            return th_word_put_all(map.map, map.stamp, keys.data(), keys.data(), keys.size(), progress);
        });
        items += keys.size();
    }
    perItem(state, items);
}

/* Fills a map from nothing, growth included. */
void fillAll(benchmark::State &state) {
    std::vector<uint64_t> keys(static_cast<uint64_t>(state.range(0)));
    for (uint64_t i = 0; i < keys.size(); i++)
        keys[i] = mix(i + 1);
    uint64_t items = 0;
    for (auto _ : state) {
        Tophash map;
        finish(map, [&](th_progress *progress) {
            return th_word_put_all(map.map, map.stamp, keys.data(), keys.data(), keys.size(), progress);
        });
        items += keys.size();
    }
    perItem(state, items);
}

} // namespace

void registerBatches() {
    for (int64_t n : sizes()) {
        benchmark::RegisterBenchmark("tophash/getAllHit", getAll, true)->Arg(n);
        benchmark::RegisterBenchmark("tophash/getAllMiss", getAll, false)->Arg(n);
        benchmark::RegisterBenchmark("tophash/putAll", putAll)->Arg(n);
        benchmark::RegisterBenchmark("tophash/fillAll", fillAll)->Arg(n);
    }
}
