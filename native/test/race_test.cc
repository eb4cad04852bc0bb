/*
 * Misuse by threads: writers, readers, walks, closing, all at once on plain maps. What comes out is
 * undefined, but nothing is touched that is not the heap's, so this must end without a fault. The races are
 * on purpose: not for ThreadSanitizer.
 */
#include <atomic>
#include <mutex>
#include <thread>

#include "batches.h"
#include "support.h"

namespace tophash::test {
namespace {

/*
 * Handles, threads that use them, and one that may only free what no thread can be inside of any more. Each
 * thread counts its calls; memory sealed before all of them have moved on is free to go.
 */
class Arena {
  public:
    static constexpr int kThreads = 4, kMaps = 3;

    explicit Arena(const th_type &type)
        : heap(0, true), type_(type), bytes_(type.key_kind == TH_KIND_BYTES),
          typed_(type.value_kind == TH_KIND_FIXED && (type.value_size == 8 || type.value_size == 4)) {
        for (Slot &slot : slots_)
            open(slot);
    }
    ~Arena() {
        for (Slot &slot : slots_)
            th_map_close(slot.map, slot.stamp);
    }

    Heap heap;

    /* One call or another on some map, whoever else may be in it. */
    void act(int thread, Random &random) {
        Slot &slot = slots_[random.below(kMaps)];
        auto [map, stamp] = slot.handle();
        uint64_t what = random.below(100);
        if (what < 60) {
            one(map, stamp, random);
        } else if (what < 68 && typed_) {
            batch(map, stamp, random);
        } else if (what < 75) {
            entryBatch(map, stamp, random);
        } else if (what < 90) {
            walk(map, stamp, random);
        } else {
            ordinary(slot, map, stamp, random);
        }
        calls_[thread].fetch_add(1);
    }

    void done(int thread) { calls_[thread].store(~uint64_t{0}); }

    /* Frees what was retired before every thread ended the call it was in. */
    bool reclaim() {
        uint64_t batch = 0, seen[kThreads];
        if (th_heap_seal(heap.raw(), &batch) != TH_OK)
            complain("seal");
        for (int i = 0; i < kThreads; i++)
            seen[i] = calls_[i];
        bool running = false;
        for (int i = 0; i < kThreads; i++) {
            while (calls_[i] == seen[i] && seen[i] != ~uint64_t{0})
                std::this_thread::yield();
            running |= calls_[i] != ~uint64_t{0};
        }
        if (th_heap_reclaim(heap.raw(), batch) != TH_OK)
            complain("reclaim");
        return running;
    }

  private:
    struct Slot {
        std::mutex lock; /* only to read and replace both parts at once, never around a call */
        th_map *map = nullptr;
        uint64_t stamp = 0;

        std::pair<th_map *, uint64_t> handle() {
            std::lock_guard<std::mutex> guard(lock);
            return {map, stamp};
        }
    };

    void open(Slot &slot) {
        th_map *map = nullptr;
        uint64_t stamp = 0;
        if (th_map_create(heap.raw(), &type_, nullptr, &map, &stamp) != TH_OK)
            printAndAbort("th_map_create");
        std::lock_guard<std::mutex> guard(slot.lock);
        slot.stamp = stamp;
        slot.map = map;
    }

    void one(th_map *map, uint64_t stamp, Random &random) {
        if (!typed_ || random.below(4) == 0) {
            random.below(2) ? anyType(map, stamp, random) : entry(map, stamp, random);
        } else if (type_.key_kind == TH_KIND_BYTES) {
            quickBytes(map, stamp, random);
        } else {
            quickLong(map, stamp, random);
        }
    }

    void anyType(th_map *map, uint64_t stamp, Random &random) {
        std::string key = makeKey(type_, random.below(4000)), value = makeValue(type_, random.next());
        switch (random.below(4)) {
        case 0:
            th_find(map, stamp, key.data(), key.size(), nullptr, nullptr);
            break;
        case 1:
            th_put(map, stamp, key.data(), key.size(), value.data(), value.size());
            break;
        case 2:
            th_put_if_absent(map, stamp, key.data(), key.size(), value.data(), value.size());
            break;
        default:
            th_remove(map, stamp, key.data(), key.size());
            break;
        }
    }

    /* Buffers of exactly the room that is told; a torn length must not write beyond. */
    void entry(th_map *map, uint64_t stamp, Random &random) {
        std::string key = makeKey(type_, random.below(4000)), value = makeValue(type_, random.next());
        const uint8_t *k = Twin::bytes(key), *v = Twin::bytes(value);
        std::vector<uint8_t> before(1 + random.below(40));
        uint64_t length = 0;
        uint32_t mode = static_cast<uint32_t>(random.below(3));
        th_status status;
        switch (random.below(3)) {
        case 0:
            status = th_entry_get(map, stamp, k, key.size(), before.data(), before.size(), &length);
            break;
        case 1:
            status = th_entry_put(map, stamp, k, key.size(), v, value.size(), mode,
                                  random.below(2) ? before.data() : nullptr, before.size(), &length);
            break;
        default:
            status = th_entry_remove(map, stamp, k, key.size(), before.data(), before.size(), &length);
            break;
        }
        if (status == TH_SMALL_BUFFER && length <= before.size())
            complain("a racing call refuses a buffer that does");
        room(map, stamp, status);
    }

    void entryBatch(th_map *map, uint64_t stamp, Random &random) {
        const uint64_t n = 64;
        bool valueBytes = type_.value_kind == TH_KIND_BYTES;
        Spans keys, values;
        for (uint64_t i = 0; i < n; i++) {
            keys.add(makeKey(type_, random.below(4000)));
            values.add(makeValue(type_, random.next()));
        }
        std::vector<uint8_t> results(valueBytes ? 600 : n * type_.value_size), found(n);
        std::vector<uint64_t> ends(n);
        th_progress progress{};
        bool puts = random.below(2);
        for (int calls = 0; calls < 4; calls++) {
            th_status status =
                puts ? th_entry_put_all(map, stamp, keys.data.data(), keys.data.size(), keys.starts.data(),
                                        keys.ends.data(), values.data.data(), values.data.size(),
                                        values.starts.data(), values.ends.data(), n, &progress)
                     : th_entry_get_all(map, stamp, keys.data.data(), keys.data.size(), keys.starts.data(),
                                        keys.ends.data(), results.data(), results.size(),
                                        valueBytes ? ends.data() : nullptr, found.data(), n, &progress);
            for (uint64_t i = 0; !puts && valueBytes && i < progress.done; i++) {
                if (ends[i] > results.size())
                    complain("a racing batch's value ends outside its buffer");
            }
            if (status != TH_MORE && status != TH_NEEDS_ROOM)
                break;
            room(map, stamp, status);
        }
    }

    void quickLong(th_map *map, uint64_t stamp, Random &random) {
        uint64_t key = random.below(4000);
        switch (random.below(6)) {
        case 0:
            th_word_get(map, stamp, key, 0);
            break;
        case 1:
            room(map, stamp, th_word_put(map, stamp, key, key));
            break;
        case 2:
            room(map, stamp, th_word_put_if_absent(map, stamp, key, key));
            break;
        case 3:
            room(map, stamp, th_word_add(map, stamp, key, 1, 0));
            break;
        case 4:
            room(map, stamp, th_word_remove(map, stamp, key));
            break;
        default:
            th_word_contains(map, stamp, key);
            break;
        }
    }

    void quickBytes(th_map *map, uint64_t stamp, Random &random) {
        std::string text = bytesKey(random.below(4000));
        const uint8_t *key = Twin::bytes(text);
        uint64_t length = text.size();
        switch (random.below(6)) {
        case 0:
            th_bytes_get(map, stamp, key, length, 0);
            break;
        case 1:
            room(map, stamp, th_bytes_put(map, stamp, key, length, 1));
            break;
        case 2:
            room(map, stamp, th_bytes_put_if_absent(map, stamp, key, length, 1));
            break;
        case 3:
            room(map, stamp, th_bytes_add(map, stamp, key, length, 1, 0));
            break;
        case 4:
            room(map, stamp, th_bytes_remove(map, stamp, key, length));
            break;
        default:
            th_bytes_contains(map, stamp, key, length);
            break;
        }
    }

    static void room(th_map *map, uint64_t stamp, th_status status) {
        if (status == TH_NEEDS_ROOM)
            th_make_room(map, stamp, 6000);
    }

    void batch(th_map *map, uint64_t stamp, Random &random) {
        uint64_t keys[64], values[64], ends[64];
        uint8_t data[64 * 24], found[64];
        th_progress progress{};
        for (uint64_t i = 0; i < 64; i++) {
            keys[i] = random.below(4000);
            std::memset(data + i * 24, static_cast<int>(keys[i] % 250), 24);
            std::memcpy(data + i * 24, &keys[i], 8);
        }
        bool bytes = bytes_;
        for (uint64_t i = 0; bytes && i < 64; i++)
            keys[i] = i * 24, ends[i] = i * 24 + 4 + random.below(21);
        for (uint64_t &value : values)
            value = random.next();
        uint64_t what = random.below(4);
        for (int calls = 0; calls < 4; calls++) {
            th_status status;
            if (bytes) {
                status = what == 0   ? th_bytes_get_all(map, stamp, data, sizeof data, keys, ends, values, 64,
                                                        0, &progress)
                         : what == 1 ? th_bytes_put_all(map, stamp, data, sizeof data, keys, ends, values, 64,
                                                        &progress)
                         : what == 2
                             ? th_bytes_contains_all(map, stamp, data, sizeof data, keys, ends, found, 64,
                                                     &progress)
                             : th_bytes_remove_all(map, stamp, data, sizeof data, keys, ends, 64, &progress);
            } else {
                status = what == 0   ? th_word_get_all(map, stamp, keys, values, 64, 0, &progress)
                         : what == 1 ? th_word_put_all(map, stamp, keys, values, 64, &progress)
                         : what == 2 ? th_word_contains_all(map, stamp, keys, found, 64, &progress)
                                     : th_word_remove_all(map, stamp, keys, 64, &progress);
            }
            if (status != TH_MORE && status != TH_NEEDS_ROOM)
                break;
            room(map, stamp, status);
        }
    }

    /* Into buffers of exact size: AddressSanitizer sees what a torn length would do. */
    void walk(th_map *map, uint64_t stamp, Random &random) {
        th_cursor cursor{};
        bool bytes = type_.key_kind == TH_KIND_BYTES, valueBytes = type_.value_kind == TH_KIND_BYTES;
        std::vector<uint8_t> keys(4096), values(4096);
        std::vector<uint64_t> ends(64), valueEnds(64);
        if (th_cursor_start(map, stamp, random.next(), &cursor) < 0)
            return;
        th_cursor other{};
        if (th_cursor_split(&cursor, &other) == TH_PRESENT && random.below(2))
            cursor = other;
        for (int calls = 0; calls < 4; calls++) {
            uint32_t count = 0;
            th_status status = th_cursor_next(map, stamp, &cursor, 64, &count, keys.data(), keys.size(),
                                              bytes ? ends.data() : nullptr, values.data(), values.size(),
                                              valueBytes ? valueEnds.data() : nullptr);
            if (count > 64)
                complain("a racing walk returned more than asked for");
            for (uint32_t i = 0; bytes && i < count; i++) {
                if (ends[i] > keys.size())
                    complain("a racing walk's key ends outside its buffer");
            }
            for (uint32_t i = 0; valueBytes && i < count; i++) {
                if (valueEnds[i] > values.size())
                    complain("a racing walk's value ends outside its buffer");
            }
            if (status != TH_MORE)
                break;
        }
    }

    void ordinary(Slot &slot, th_map *map, uint64_t stamp, Random &random) {
        std::string key = makeKey(type_, random.below(4000)), value = makeValue(type_, random.next());
        th_map_stats stats{};
        switch (random.below(10)) {
        case 0:
            th_put(map, stamp, key.data(), key.size(), value.data(), value.size());
            break;
        case 1:
            th_remove(map, stamp, key.data(), key.size());
            break;
        case 2:
            th_map_get_stats(map, stamp, 1, &stats);
            break;
        case 3:
            th_map_shrink(map, stamp);
            break;
        case 4:
            th_map_clear(map, stamp);
            break;
        case 5:
            th_map_reserve(map, stamp, random.below(8000));
            break;
        case 6:
            th_map_size(map, stamp);
            break;
        case 7:
            th_find(map, stamp, key.data(), key.size(), nullptr, nullptr);
            break;
        case 8:
            th_make_room(map, stamp, random.below(100));
            break;
        default:
            /* Only who closed it may put another in its place. */
            if (th_map_close(map, stamp) == TH_OK)
                open(slot);
            break;
        }
    }

    th_type type_;
    bool bytes_;
    bool typed_; /* has functions for values as words */
    Slot slots_[kMaps];
    std::atomic<uint64_t> calls_[kThreads] = {};
};

class RaceTest : public testing::TestWithParam<NamedType> {};

TEST_P(RaceTest, MisuseOfEveryKindNeverFaults) {
    if (TOPHASH_TSAN) {
        GTEST_SKIP() << "races on plain maps are intended here";
    }
    Arena arena(GetParam().type);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < Arena::kThreads; thread++) {
        threads.emplace_back([&arena, thread] {
            Random random(mix(static_cast<uint64_t>(thread)));
            for (uint64_t i = 0; i < scaled(100000, 3000); i++)
                arena.act(thread, random);
            arena.done(thread);
        });
    }
    while (arena.reclaim())
        std::this_thread::yield();
    for (std::thread &thread : threads)
        thread.join();
}

INSTANTIATE_TEST_SUITE_P(Types, RaceTest,
                         testing::Values(NamedType{"long", longType()}, NamedType{"bytes", bytesLongType()},
                                         NamedType{"bytesBytes", bytesBytesType()},
                                         NamedType{"k24vBytes", typeOf(kKeyParts[8], kValueParts[7])},
                                         NamedType{"k4v4", typeOf(kKeyParts[1], kValueParts[8])},
                                         NamedType{"k2v8", typeOf(kKeyParts[4], kValueParts[0])}),
                         [](const auto &param) { return param.param.name; });

} // namespace
} // namespace tophash::test
