/*
 * The C API in C++ clothes: owners for heaps and maps, and loops around quick calls. Nothing here checks
 * results; it is shared by the tests, the fuzzer and the benchmarks, so it does not know GoogleTest.
 */
#ifndef TOPHASH_TEST_ENGINE_H
#define TOPHASH_TEST_ENGINE_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../src/check.h"
#include "tophash/tophash.h"

namespace tophash::test {

inline void printAndAbort(const std::string &message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::abort();
}

/* What to do about a broken promise. The fuzzer aborts, the tests record a failure and go on. */
inline void (*complain)(const std::string &message) = printAndAbort;

/* An even spread of 64-bit numbers, the same on every machine (the finaliser of splitmix64). */
inline uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}
    uint64_t next() { return mix(state_++); }
    uint64_t below(uint64_t bound) { return next() % bound; }

  private:
    uint64_t state_;
};

class Heap {
  public:
    explicit Heap(uint64_t byteLimit = 0, bool deferred = false) {
        th_heap_options options{};
        options.byte_limit = byteLimit;
        options.deferred = deferred;
        options.huge_pages = 1;
        th_status status = th_heap_create(&options, &heap_);
        if (status != TH_OK)
            printAndAbort(std::string("th_heap_create: ") + th_status_name(status));
    }
    Heap(const Heap &) = delete;
    Heap &operator=(const Heap &) = delete;

    /* Every test that uses a heap also checks that its maps gave everything back. */
    ~Heap() {
        reclaim();
        th_heap_stats left = stats();
        if (left.maps != 0 || left.live_bytes != 0 || left.retired_bytes != 0) {
            complain("heap ends with " + std::to_string(left.maps) + " maps, " +
                     std::to_string(left.live_bytes) + " live and " + std::to_string(left.retired_bytes) +
                     " retired bytes");
        }
        th_status status = th_heap_destroy(heap_);
        if (status != TH_OK)
            complain(std::string("th_heap_destroy: ") + th_status_name(status));
    }

    th_heap *raw() { return heap_; }

    th_heap_stats stats() {
        th_heap_stats stats{};
        if (th_heap_get_stats(heap_, &stats) != TH_OK)
            complain("th_heap_get_stats failed");
        return stats;
    }

    void reclaim() {
        uint64_t batch = 0;
        if (th_heap_seal(heap_, &batch) != TH_OK)
            complain("th_heap_seal failed");
        if (th_heap_reclaim(heap_, batch) != TH_OK)
            complain("th_heap_reclaim failed");
    }

  private:
    th_heap *heap_ = nullptr;
};

inline th_map_options sized(uint64_t expectedSize) {
    th_map_options options{};
    options.expected_size = expectedSize;
    return options;
}

inline th_map_options sharded(uint16_t shards, uint64_t expectedSize = 0) {
    th_map_options options = sized(expectedSize);
    options.shards = shards;
    return options;
}

inline th_map_options seeded(uint32_t seed, uint64_t expectedSize = 0) {
    th_map_options options = sized(expectedSize);
    options.seed = seed;
    options.has_seed = 1;
    return options;
}

class Map {
  public:
    Map(Heap &heap, const th_type &type, const th_map_options &options = {}) : type_(type) {
        created_ = th_map_create(heap.raw(), &type, &options, &map_, &stamp_);
    }
    /* A shard, which its sharded map closes. */
    Map(const Map &sharded, uint32_t index) : type_(sharded.type_), created_(TH_CLOSED) {
        th_status status = th_shard(sharded.map_, sharded.stamp_, index, &map_, &stamp_);
        if (status != TH_OK)
            complain(std::string("th_shard: ") + th_status_name(status));
    }
    /* One that was made in another way, and is closed with this. */
    Map(const th_type &type, th_map *map, uint64_t stamp)
        : map_(map), stamp_(stamp), type_(type), created_(TH_OK) {}
    Map(const Map &) = delete;
    Map &operator=(const Map &) = delete;
    ~Map() {
        if (created_ == TH_OK)
            close();
    }

    th_status created() const { return created_; }
    th_map *raw() const { return map_; }
    uint64_t stamp() const { return stamp_; }
    const th_type &type() const { return type_; }
    bool isLong() const { return type_.key_kind == TH_KIND_FIXED && type_.key_size == 8 && hasLongValue(); }
    bool isBytesLong() const { return type_.key_kind == TH_KIND_BYTES && hasLongValue(); }
    bool hasWordKey() const { return type_.key_kind == TH_KIND_FIXED && isWord(type_.key_size); }
    bool hasWordValue() const {
        return type_.value_kind == TH_KIND_FIXED && (type_.value_size == 0 || isWord(type_.value_size));
    }

    th_status close() {
        created_ = TH_CLOSED;
        return th_map_close(map_, stamp_);
    }
    int64_t size() const { return th_map_size(map_, stamp_); }
    th_status clear() { return th_map_clear(map_, stamp_); }
    th_status reserve(uint64_t entries) { return th_map_reserve(map_, stamp_, entries); }
    th_status shrink() { return th_map_shrink(map_, stamp_); }

    th_map_stats stats(bool full = false) const {
        th_map_stats stats{};
        th_status status = th_map_get_stats(map_, stamp_, full, &stats);
        if (status != TH_OK)
            complain(std::string("th_map_get_stats: ") + th_status_name(status));
        return stats;
    }

    th_status find(std::string_view key, std::string *value = nullptr) const {
        const void *at = nullptr;
        uint64_t length = 0;
        th_status status = th_find(map_, stamp_, key.data(), key.size(), &at, &length);
        if (status == TH_PRESENT && value)
            value->assign(static_cast<const char *>(at), length);
        return status;
    }
    th_status put(std::string_view key, std::string_view value) {
        return th_put(map_, stamp_, key.data(), key.size(), value.data(), value.size());
    }
    th_status putIfAbsent(std::string_view key, std::string_view value) {
        return th_put_if_absent(map_, stamp_, key.data(), key.size(), value.data(), value.size());
    }
    th_status remove(std::string_view key) { return th_remove(map_, stamp_, key.data(), key.size()); }

    /* Repeats a quick call as its contract says. */
    template <class Call> th_status withRoom(uint64_t bytes, Call call) {
        for (int i = 0; i < 1000; i++) {
            th_status status = call();
            if (status != TH_NEEDS_ROOM)
                return status;
            th_status made = th_make_room(map_, stamp_, bytes);
            if (made != TH_OK)
                return made;
        }
        complain("th_make_room does not make room");
        return TH_NEEDS_ROOM;
    }

    uint64_t previous() const { return th_previous(map_); }

  private:
    static bool isWord(uint16_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }
    bool hasLongValue() const {
        return type_.value_kind == TH_KIND_FIXED && type_.value_size == 8 && type_.value_align == 8;
    }

    th_map *map_ = nullptr;
    uint64_t stamp_ = 0;
    th_type type_;
    th_status created_;
};

using Entry = std::pair<std::string, std::string>;

/* A walk that takes entries in portions; see th_cursor. */
class Walk {
  public:
    Walk(const Map &map, uint64_t random) : map_(map) {
        status_ = th_cursor_start(map.raw(), map.stamp(), random, &cursor_);
        if (status_ >= 0)
            status_ = TH_MORE;
    }

    th_status status() const { return status_; }
    bool ended() const { return status_ != TH_MORE; }
    const th_cursor &cursor() const { return cursor_; }

    /* The other part of what is left, if it can be split. */
    std::optional<Walk> split() {
        Walk other = *this;
        std::memset(&other.cursor_, 0xa5, sizeof other.cursor_);
        th_status status = th_cursor_split(&cursor_, &other.cursor_);
        if (status != TH_PRESENT && status != TH_ABSENT)
            complain(std::string("th_cursor_split: ") + th_status_name(status));
        return status == TH_PRESENT ? std::optional<Walk>(other) : std::nullopt;
    }

    /* Appends the next portion; buffers that do not hold one chain are replaced by ones that just do. */
    th_status next(std::vector<Entry> &out, uint32_t capacity = 64, uint64_t room = 8192) {
        for (int attempt = 0; attempt < 8; attempt++) {
            status_ = fetch(out, capacity, keyRoom_ ? keyRoom_ : room, valueRoom_ ? valueRoom_ : room);
            if (status_ != TH_SMALL_BUFFER)
                return status_;
            capacity = std::max<uint32_t>(capacity, static_cast<uint32_t>(cursor_.needed_entries));
            keyRoom_ = std::max<uint64_t>(room, cursor_.needed_keys);
            valueRoom_ = std::max<uint64_t>(room, cursor_.needed_values);
        }
        complain("th_cursor_next does not fit into the buffers it asked for");
        return status_;
    }

  private:
    th_status fetch(std::vector<Entry> &out, uint32_t capacity, uint64_t keyRoom, uint64_t valueRoom) {
        const th_type &type = map_.type();
        bool keyBytes = type.key_kind == TH_KIND_BYTES, valueBytes = type.value_kind == TH_KIND_BYTES;
        /* Exact sizes on purpose, so that AddressSanitizer sees a write past what the engine was told; but
         * never none, as NULL would mean that nothing is to be fetched. */
        auto some = [](uint64_t n) { return std::max<uint64_t>(n, 1); };
        std::vector<uint8_t> keys(some(keyRoom)), values(some(valueRoom));
        std::vector<uint64_t> keyEnds(some(keyBytes ? capacity : 0)),
            valueEnds(some(valueBytes ? capacity : 0));
        uint32_t count = 0;
        th_status status = th_cursor_next(map_.raw(), map_.stamp(), &cursor_, capacity, &count, keys.data(),
                                          keyRoom, keyBytes ? keyEnds.data() : nullptr, values.data(),
                                          valueRoom, valueBytes ? valueEnds.data() : nullptr);
        if (status < 0 && status != TH_SMALL_BUFFER)
            return status;
        if (status == TH_SMALL_BUFFER && count != 0)
            complain("TH_SMALL_BUFFER with entries");
        if (count > capacity)
            complain("a walk returned more entries than asked for");
        for (uint32_t i = 0; i < count; i++) {
            out.emplace_back(element(keys, keyEnds, keyBytes, type.key_size, i),
                             element(values, valueEnds, valueBytes, type.value_size, i));
        }
        return status;
    }

    static std::string element(const std::vector<uint8_t> &data, const std::vector<uint64_t> &ends,
                               bool bytes, uint64_t size, uint32_t i) {
        uint64_t start = bytes ? (i ? ends[i - 1] : 0) : i * size;
        uint64_t end = bytes ? ends[i] : start + size;
        if (start > end || end > data.size()) {
            complain("a walk returned an entry outside its buffer");
            return {};
        }
        return std::string(reinterpret_cast<const char *>(data.data()) + start, end - start);
    }

    const Map &map_;
    th_cursor cursor_{};
    th_status status_;
    uint64_t keyRoom_ = 0;
    uint64_t valueRoom_ = 0;
};

inline std::vector<Entry> walkAll(const Map &map, uint64_t random = 0, uint32_t capacity = 64) {
    std::vector<Entry> entries;
    Walk walk(map, random);
    while (!walk.ended())
        walk.next(entries, capacity);
    if (walk.status() != TH_OK)
        complain(std::string("walk: ") + th_status_name(walk.status()));
    return entries;
}

} // namespace tophash::test

#endif
