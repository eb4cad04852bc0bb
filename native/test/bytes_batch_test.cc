/* Maps from bytes to 8 bytes through the quick functions, in batches. */
#include "support.h"

namespace tophash::test {
namespace {

class BytesBatchTest : public testing::TestWithParam<std::string> {
  private:
    KernelScope kernel_{GetParam()};
};

/* Keys in one piece of data, as the batches take them. */
struct Keys {
    std::vector<uint8_t> data;
    std::vector<uint64_t> starts, ends;

    void add(const std::string &key) {
        starts.push_back(data.size());
        data.insert(data.end(), key.begin(), key.end());
        ends.push_back(data.size());
    }
    std::string at(size_t i) const { return std::string(data.begin() + starts[i], data.begin() + ends[i]); }
    size_t count() const { return starts.size(); }
};

class Batches {
  public:
    explicit Batches(Heap &heap) : map(heap, bytesLongType()) {}

    Map map;
    Model model;
    th_status last = TH_OK;
    th_progress progress{};

    /* Ends at the first failure, which is left in `last`. */
    template <class Call> uint64_t run(const Keys &keys, Call call) {
        progress = {};
        uint64_t longest = 0;
        for (size_t i = 0; i < keys.count(); i++) {
            if (keys.ends[i] >= keys.starts[i])
                longest = std::max(longest, keys.ends[i] - keys.starts[i]);
        }
        for (int stuck = 0; stuck < 3;) {
            uint64_t before = progress.done;
            last = call(&progress);
            EXPECT_LE(progress.done - before, TH_BATCH_CHUNK);
            EXPECT_LE(progress.done, keys.count());
            stuck = progress.done == before ? stuck + 1 : 0;
            if (last == TH_NEEDS_ROOM) {
                EXPECT_EQ(TH_OK, th_make_room(map.raw(), map.stamp(), longest));
            } else if (last != TH_MORE) {
                return progress.hits;
            }
        }
        ADD_FAILURE() << "the batch does not get on: " << th_status_name(last);
        return progress.hits;
    }

    uint64_t put(const Keys &keys, const std::vector<uint64_t> &values) {
        return run(keys, [&](th_progress *p) {
            return th_bytes_put_all(map.raw(), map.stamp(), keys.data.data(), keys.data.size(),
                                    keys.starts.data(), keys.ends.data(), values.data(), keys.count(), p);
        });
    }
    uint64_t add(const Keys &keys, const std::vector<uint64_t> &deltas) {
        return run(keys, [&](th_progress *p) {
            return th_bytes_add_all(map.raw(), map.stamp(), keys.data.data(), keys.data.size(),
                                    keys.starts.data(), keys.ends.data(), deltas.data(), keys.count(), 11, p);
        });
    }
    uint64_t remove(const Keys &keys) {
        return run(keys, [&](th_progress *p) {
            return th_bytes_remove_all(map.raw(), map.stamp(), keys.data.data(), keys.data.size(),
                                       keys.starts.data(), keys.ends.data(), keys.count(), p);
        });
    }
    uint64_t get(const Keys &keys, std::vector<uint64_t> &values) {
        return run(keys, [&](th_progress *p) {
            return th_bytes_get_all(map.raw(), map.stamp(), keys.data.data(), keys.data.size(),
                                    keys.starts.data(), keys.ends.data(), values.data(), keys.count(), 77, p);
        });
    }
    uint64_t contains(const Keys &keys, std::vector<uint8_t> &found) {
        return run(keys, [&](th_progress *p) {
            return th_bytes_contains_all(map.raw(), map.stamp(), keys.data.data(), keys.data.size(),
                                         keys.starts.data(), keys.ends.data(), found.data(), keys.count(), p);
        });
    }

    void putBoth(const Keys &keys, const std::vector<uint64_t> &values) {
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.count(); i++) {
            expected += model.count(keys.at(i));
            model[keys.at(i)] = packed(values[i]);
        }
        EXPECT_EQ(expected, put(keys, values));
        expectDone(keys);
    }
    void addBoth(const Keys &keys, const std::vector<uint64_t> &deltas) {
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.count(); i++) {
            auto inserted = model.emplace(keys.at(i), packed(11));
            expected += !inserted.second;
            inserted.first->second = packed(unpacked(inserted.first->second) + deltas[i]);
        }
        EXPECT_EQ(expected, add(keys, deltas));
        expectDone(keys);
    }
    void removeBoth(const Keys &keys) {
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.count(); i++)
            expected += model.erase(keys.at(i));
        EXPECT_EQ(expected, remove(keys));
        expectDone(keys);
    }
    void getBoth(const Keys &keys) {
        std::vector<uint64_t> values(keys.count(), 0x55);
        std::vector<uint8_t> found(keys.count(), 0x55);
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.count(); i++)
            expected += model.count(keys.at(i));
        EXPECT_EQ(expected, get(keys, values));
        expectDone(keys);
        EXPECT_EQ(expected, contains(keys, found));
        expectDone(keys);
        for (size_t i = 0; i < keys.count(); i++) {
            auto at = model.find(keys.at(i));
            ASSERT_EQ(at == model.end() ? 77 : unpacked(at->second), values[i]) << "element " << i;
            ASSERT_EQ(at != model.end(), found[i]) << "element " << i;
        }
    }
    void expectDone(const Keys &keys) {
        EXPECT_EQ(TH_OK, last);
        EXPECT_EQ(keys.count(), progress.done);
    }
};

Keys randomKeys(Random &random, uint64_t n, uint64_t bound) {
    Keys keys;
    for (uint64_t i = 0; i < n; i++)
        keys.add(bytesKey(random.below(bound)));
    return keys;
}

std::vector<uint64_t> randomNumbers(Random &random, uint64_t n) {
    std::vector<uint64_t> numbers(n);
    for (uint64_t &number : numbers)
        number = random.next();
    return numbers;
}

TEST_P(BytesBatchTest, BatchesOfEveryLength) {
    Random random(2);
    std::vector<uint64_t> lengths;
    for (uint64_t n = 0; n <= 70; n++)
        lengths.push_back(n);
    for (uint64_t n = TH_BATCH_CHUNK - 2; n <= TH_BATCH_CHUNK + 2; n++)
        lengths.push_back(n);
    Heap heap;
    Batches batches(heap);
    for (uint64_t n : lengths) {
        uint64_t bound = 2 * n + 1;
        batches.putBoth(randomKeys(random, n, bound), randomNumbers(random, n));
        batches.getBoth(randomKeys(random, n, bound));
        batches.addBoth(randomKeys(random, n, bound), randomNumbers(random, n));
        batches.removeBoth(randomKeys(random, n, bound));
        batches.getBoth(randomKeys(random, n, bound));
        if (HasFailure()) {
            FAIL() << "with n = " << n;
        }
    }
    EXPECT_TRUE(isConsistent(batches.map, batches.model));
}

TEST_P(BytesBatchTest, BatchesGoOnAfterNeedsRoom) {
    Heap heap;
    Batches batches(heap);
    Random random(3);
    for (int round = 0; round < 4; round++) {
        uint64_t n = scaled(10000, 2000);
        batches.putBoth(randomKeys(random, n, 2 * n), randomNumbers(random, n));
        batches.addBoth(randomKeys(random, n, 2 * n), randomNumbers(random, n));
        batches.removeBoth(randomKeys(random, n / 2, 2 * n));
        ASSERT_TRUE(isConsistent(batches.map, batches.model));
        if (round == 2) {
            ASSERT_EQ(TH_OK, batches.map.shrink());
        }
    }
}

TEST_P(BytesBatchTest, ABatchSeesItsOwnDuplicatesInOrder) {
    Heap heap;
    Batches batches(heap);
    for (size_t distance = 1; distance < 40; distance++) {
        Keys keys;
        for (size_t i = 0; i < 200; i++)
            keys.add(bytesKey(1000 * distance + i % distance));
        batches.addBoth(keys, std::vector<uint64_t>(200, 1));
        if (distance % 3 == 0)
            batches.removeBoth(keys);
    }
    EXPECT_TRUE(isConsistent(batches.map, batches.model));
}

/* The keys before the refused one are done and counted; the one after it are not. */
TEST_P(BytesBatchTest, ARefusedKeyEndsTheBatchWhereItStands) {
    for (size_t bad : {0u, 1u, 7u, 30u, 99u}) {
        for (int how = 0; how < 4; how++) {
            Heap heap;
            Batches batches(heap);
            Keys keys;
            for (size_t i = 0; i < 100; i++)
                keys.add(bytesKey(i + 1));
            if (how == 0)
                keys.ends[bad] = keys.data.size() + 1;
            if (how == 1)
                keys.ends[bad] = keys.starts[bad] - 1, keys.starts[bad] += bad ? 0 : 3;
            if (how == 2)
                keys.starts[bad] = keys.data.size() + 10, keys.ends[bad] = keys.data.size() + 10;
            if (how == 3)
                keys.ends[bad] = ~uint64_t{0}, keys.starts[bad] = ~uint64_t{0} - 4;
            std::vector<uint64_t> values(100, 3);
            std::vector<uint8_t> found(100, 9);
            batches.put(keys, values);
            EXPECT_EQ(TH_INVALID, batches.last) << bad << ' ' << how;
            EXPECT_EQ(bad, batches.progress.done);
            EXPECT_EQ(static_cast<int64_t>(bad), batches.map.size());
            for (size_t i = 0; i < bad; i++)
                batches.model[keys.at(i)] = packed(3);
            EXPECT_TRUE(isConsistent(batches.map, batches.model));

            EXPECT_EQ(bad, batches.get(keys, values));
            EXPECT_EQ(TH_INVALID, batches.last);
            EXPECT_EQ(bad, batches.progress.done);
            EXPECT_EQ(bad, batches.contains(keys, found));
            EXPECT_EQ(TH_INVALID, batches.last);
            EXPECT_EQ(bad, batches.add(keys, values));
            EXPECT_EQ(TH_INVALID, batches.last);
            EXPECT_EQ(bad, batches.remove(keys));
            EXPECT_EQ(TH_INVALID, batches.last);
            EXPECT_EQ(bad, batches.progress.done);
            EXPECT_EQ(0, batches.map.size());
        }
    }
}

/* ends = starts + 1 for keys end to end. */
TEST_P(BytesBatchTest, KeysEndToEnd) {
    Heap heap;
    Map map(heap, bytesLongType());
    const uint8_t data[] = "abcabcabd";
    const uint64_t bounds[] = {0, 3, 6, 9};
    const uint64_t ones[3] = {1, 1, 1};
    th_progress progress{};
    th_status status = map.withRoom(3, [&] {
        return th_bytes_add_all(map.raw(), map.stamp(), data, 9, bounds, bounds + 1, ones, 3, 0, &progress);
    });
    EXPECT_EQ(TH_OK, status);
    EXPECT_EQ(1u, progress.hits);
    EXPECT_EQ(2u, th_bytes_get(map.raw(), map.stamp(), data, 3, 0));
    EXPECT_EQ(1u, th_bytes_get(map.raw(), map.stamp(), data + 6, 3, 0));
}

INSTANTIATE_TEST_SUITE_P(Kernels, BytesBatchTest, testing::ValuesIn(kernels()),
                         [](const auto &param) { return param.param; });

} // namespace
} // namespace tophash::test
