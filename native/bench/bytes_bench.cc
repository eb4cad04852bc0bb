/* Keys of bytes. */
#include <string>

#include "support.h"

namespace {

constexpr uint64_t kQuestions = 1u << 16;

/* A map of n keys of 4 to 35 bytes to 8 bytes, and the same keys in random order, end to end. */
class BytesMap : public Engine {
  public:
    explicit BytesMap(uint64_t n) : Engine({TH_KIND_BYTES, TH_KIND_FIXED, 0, 0, 8, 8}) {
        for (uint64_t i = 0; i < n; i++)
            put(keyOf(i), i);
        for (uint64_t i = 0; i < kQuestions; i++) {
            data += keyOf(mix(i) % n);
            ends.push_back(data.size());
        }
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
            require(th_make_room(map, stamp, key.size()) == TH_OK);
        }
    }

    const uint8_t *bytes() const { return reinterpret_cast<const uint8_t *>(data.data()); }

    std::string data;
    std::vector<uint64_t> ends{0}; /* key i is data[ends[i] .. ends[i + 1]) */
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

} // namespace

void registerBytes() {
    for (int64_t n : sizes()) {
        if (n <= 1000000) { /* a map is made anew for each of them */
            benchmark::RegisterBenchmark("tophash/bytesGet", bytesGet)->Arg(n);
            benchmark::RegisterBenchmark("tophash/bytesPut", bytesPut)->Arg(n);
            benchmark::RegisterBenchmark("tophash/bytesGetAll", bytesBatchGet)->Arg(n);
        }
    }
}
