/* Maps from 8 bytes to 8 bytes through the quick functions, one at a time and in batches. */
#include "support.h"

namespace tophash::test {
namespace {

class LongTest : public testing::TestWithParam<std::string> {
  private:
    KernelScope kernel_{GetParam()};
};

TEST_P(LongTest, RandomOperations) {
    Heap heap;
    Twin twin(heap, longType());
    twin.quick = true;
    Random random(1);
    for (uint64_t round = 0; round < scaled(20, 3); round++) {
        for (uint64_t i = 0; i < 500; i++) {
            std::string key = packed(random.below(3000));
            switch (random.below(6)) {
            case 0:
                twin.put(key, packed(random.next()));
                break;
            case 1:
                twin.putIfAbsent(key, packed(random.next()));
                break;
            case 2:
                twin.add(key, random.next());
                break;
            case 3:
                twin.add(key, 1);
                break;
            case 4:
                twin.remove(key);
                break;
            default:
                twin.find(key);
                break;
            }
        }
        assertConsistent(twin);
    }
}

TEST_P(LongTest, AddStartsFromOtherwiseAndWraps) {
    Heap heap;
    Map map(heap, longType());
    auto add = [&](uint64_t delta, uint64_t otherwise) {
        return map.withRoom(0, [&] { return th_word_add(map.raw(), map.stamp(), 3, delta, otherwise); });
    };
    EXPECT_EQ(TH_ABSENT, add(5, 100));
    EXPECT_EQ(105u, th_word_get(map.raw(), map.stamp(), 3, 0));
    EXPECT_EQ(TH_PRESENT, add(~uint64_t{0}, 100));
    EXPECT_EQ(105u, map.previous());
    EXPECT_EQ(104u, th_word_get(map.raw(), map.stamp(), 3, 0));
    EXPECT_EQ(TH_PRESENT, add(~uint64_t{0} - 104 + 1, 0));
    EXPECT_EQ(0u, th_word_get(map.raw(), map.stamp(), 3, 9)) << "addition wraps";
}

TEST_P(LongTest, QuickCallsOnOtherTypesAreInvalid) {
    Heap heap;
    Map map(heap, bytesLongType());
    ASSERT_EQ(TH_ABSENT, map.put("abcdefgh", packed(1)));
    th_map *m = map.raw();
    uint64_t s = map.stamp(), key = 1;
    th_progress progress{};
    EXPECT_EQ(42u, th_word_get(m, s, 1, 42));
    EXPECT_EQ(TH_INVALID, th_word_contains(m, s, 1));
    EXPECT_EQ(TH_INVALID, th_word_put(m, s, 1, 1));
    EXPECT_EQ(TH_INVALID, th_word_put_if_absent(m, s, 1, 1));
    EXPECT_EQ(TH_INVALID, th_word_add(m, s, 1, 1, 1));
    EXPECT_EQ(TH_INVALID, th_word_remove(m, s, 1));
    EXPECT_EQ(TH_INVALID, th_word_get_all(m, s, &key, &key, 1, 0, &progress));
    EXPECT_EQ(TH_INVALID, th_word_put_all(m, s, &key, &key, 1, &progress));
    EXPECT_EQ(TH_INVALID, th_word_add_all(m, s, &key, &key, 1, 0, &progress));
    EXPECT_EQ(TH_INVALID, th_word_remove_all(m, s, &key, 1, &progress));
    EXPECT_EQ(0u, progress.done);
    EXPECT_EQ(1, map.size());
    Map wide(heap, typeOf(kKeyParts[0], kValueParts[4]));
    EXPECT_EQ(TH_INVALID, th_word_put(wide.raw(), wide.stamp(), 1, 1)) << "values of 12 bytes";
    EXPECT_EQ(TH_INVALID, th_word_contains(wide.raw(), wide.stamp(), 1));
}

/* Entries that give an array its pipeline: see SMALL_ARRAY. */
constexpr uint64_t kPipelineSize = 40000;

/* Batch calls with a model beside them; every call does at most a chunk. */
class Batches {
  public:
    explicit Batches(Heap &heap, uint64_t expectedSize = 0) : map(heap, longType(), sized(expectedSize)) {}

    Map map;
    std::map<uint64_t, uint64_t> model;

    template <class Call> uint64_t run(uint64_t n, Call call) {
        th_progress progress{};
        for (;;) {
            uint64_t before = progress.done;
            th_status status = call(&progress);
            EXPECT_LE(progress.done - before, TH_BATCH_CHUNK);
            EXPECT_LE(progress.done, n);
            if (status == TH_OK)
                break;
            if (status == TH_NEEDS_ROOM) {
                roomCalls++;
                EXPECT_EQ(TH_OK, th_make_room(map.raw(), map.stamp(), 0));
            } else {
                EXPECT_EQ(TH_MORE, status);
                EXPECT_GT(progress.done, before) << "TH_MORE without progress";
            }
            if (testing::Test::HasFailure())
                break;
        }
        EXPECT_EQ(n, progress.done);
        return progress.hits;
    }

    uint64_t putAll(const std::vector<uint64_t> &keys, const std::vector<uint64_t> &values) {
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.size(); i++) {
            expected += model.count(keys[i]);
            model[keys[i]] = values[i];
        }
        uint64_t hits = run(keys.size(), [&](th_progress *p) {
            return th_word_put_all(map.raw(), map.stamp(), keys.data(), values.data(), keys.size(), p);
        });
        EXPECT_EQ(expected, hits);
        return hits;
    }

    void addAll(const std::vector<uint64_t> &keys, const std::vector<uint64_t> &deltas) {
        uint64_t expected = 0;
        for (size_t i = 0; i < keys.size(); i++) {
            auto inserted = model.emplace(keys[i], 11);
            expected += !inserted.second;
            inserted.first->second += deltas[i];
        }
        EXPECT_EQ(expected, run(keys.size(), [&](th_progress *p) {
                      return th_word_add_all(map.raw(), map.stamp(), keys.data(), deltas.data(), keys.size(),
                                             11, p);
                  }));
    }

    void removeAll(const std::vector<uint64_t> &keys) {
        uint64_t expected = 0;
        for (uint64_t key : keys)
            expected += model.erase(key);
        EXPECT_EQ(expected, run(keys.size(), [&](th_progress *p) {
                      return th_word_remove_all(map.raw(), map.stamp(), keys.data(), keys.size(), p);
                  }));
    }

    void getAll(const std::vector<uint64_t> &keys) {
        std::vector<uint64_t> values(keys.size(), 0x55);
        std::vector<uint8_t> found(keys.size(), 0x55);
        uint64_t expected = 0;
        uint64_t hits = run(keys.size(), [&](th_progress *p) {
            return th_word_get_all(map.raw(), map.stamp(), keys.data(), values.data(), keys.size(), 77, p);
        });
        uint64_t contained = run(keys.size(), [&](th_progress *p) {
            return th_word_contains_all(map.raw(), map.stamp(), keys.data(), found.data(), keys.size(), p);
        });
        for (size_t i = 0; i < keys.size(); i++) {
            auto at = model.find(keys[i]);
            expected += at != model.end();
            ASSERT_EQ(at == model.end() ? 77 : at->second, values[i]) << "element " << i;
            ASSERT_EQ(at != model.end(), found[i]) << "element " << i;
        }
        EXPECT_EQ(expected, hits);
        EXPECT_EQ(expected, contained);
    }

    void expectSame() {
        Model strings;
        for (const auto &[key, value] : model)
            strings[packed(key)] = packed(value);
        EXPECT_TRUE(isConsistent(map, strings));
    }

    uint64_t roomCalls = 0;
};

std::vector<uint64_t> randomNumbers(Random &random, uint64_t n, uint64_t bound) {
    std::vector<uint64_t> numbers(n);
    for (uint64_t &number : numbers)
        number = random.below(bound);
    return numbers;
}

/* Every n from nothing to past the pipeline's depth, and around the chunk. */
static void batchesOfEveryLength(uint64_t size) {
    Random random(2);
    std::vector<uint64_t> lengths;
    for (uint64_t n = 0; n <= 70; n++)
        lengths.push_back(n);
    for (uint64_t multiple : {1, 2, 3}) {
        for (uint64_t n = multiple * TH_BATCH_CHUNK - 3; n <= multiple * TH_BATCH_CHUNK + 3; n++) {
            lengths.push_back(n);
        }
    }
    Heap heap;
    Batches batches(heap, size);
    for (uint64_t n : lengths) {
        uint64_t bound = 2 * n + 1;
        batches.putAll(randomNumbers(random, n, bound), randomNumbers(random, n, ~uint64_t{0}));
        batches.getAll(randomNumbers(random, n, bound));
        batches.addAll(randomNumbers(random, n, bound), randomNumbers(random, n, 100));
        batches.removeAll(randomNumbers(random, n, bound));
        batches.getAll(randomNumbers(random, n, bound));
        if (testing::Test::HasFailure()) {
            FAIL() << "with n = " << n;
        }
    }
    batches.expectSame();
}

TEST_P(LongTest, BatchesOfEveryLength) {
    batchesOfEveryLength(0);
}

TEST_P(LongTest, BatchesOfEveryLengthInTheirPipeline) {
    batchesOfEveryLength(kPipelineSize);
}

static void aBatchSeesItsOwnDuplicatesInOrder(uint64_t size) {
    Heap heap;
    Batches batches(heap, size);
    batches.putAll({5, 5, 5, 6, 5}, {1, 2, 3, 4, 9});
    EXPECT_EQ(9u, th_word_get(batches.map.raw(), batches.map.stamp(), 5, 0));
    batches.addAll({7, 7, 7, 5}, {1, 1, 1, 1});
    EXPECT_EQ(14u, th_word_get(batches.map.raw(), batches.map.stamp(), 7, 0));
    batches.removeAll({7, 7, 5, 8});
    batches.expectSame();
    /* Neighbours in the pipeline, in every distance up to its depth. */
    for (uint64_t distance = 1; distance < 40; distance++) {
        std::vector<uint64_t> keys(200), ones(200, 1);
        for (size_t i = 0; i < keys.size(); i++)
            keys[i] = 1000 * distance + i % distance;
        batches.addAll(keys, ones);
    }
    batches.expectSame();
}

TEST_P(LongTest, ABatchSeesItsOwnDuplicatesInOrder) {
    aBatchSeesItsOwnDuplicatesInOrder(0);
}

TEST_P(LongTest, ABatchSeesItsOwnDuplicatesInOrderInItsPipeline) {
    aBatchSeesItsOwnDuplicatesInOrder(kPipelineSize);
}

/* The pipeline looks at both arrays. */
TEST_P(LongTest, BatchesWhileALargeArrayIsReplaced) {
    Heap heap;
    Batches batches(heap, kPipelineSize);
    Random random(4);
    uint64_t n = 3000;
    batches.putAll(randomNumbers(random, n, 4 * n), randomNumbers(random, n, ~uint64_t{0}));
    ASSERT_EQ(TH_OK, batches.map.reserve(4 * kPipelineSize));
    ASSERT_TRUE(batches.map.stats().growing);
    for (uint64_t some : {20, 30, 100, 200}) {
        batches.getAll(randomNumbers(random, n, 4 * n));
        batches.putAll(randomNumbers(random, some, 4 * n), randomNumbers(random, some, ~uint64_t{0}));
        batches.removeAll(randomNumbers(random, some, 4 * n));
    }
    ASSERT_TRUE(batches.map.stats().growing) << "too late for what it is to show";
    batches.getAll(randomNumbers(random, n, 4 * n));
    batches.expectSame();
}

/* From an empty map, so that the batch stops for room again and again. */
TEST_P(LongTest, BatchesGoOnAfterNeedsRoom) {
    Heap heap;
    Batches batches(heap);
    Random random(3);
    for (uint64_t round = 0; round < 4; round++) {
        uint64_t n = scaled(20000, 3000);
        batches.putAll(randomNumbers(random, n, 2 * n), randomNumbers(random, n, ~uint64_t{0}));
        batches.addAll(randomNumbers(random, n, 2 * n), randomNumbers(random, n, ~uint64_t{0}));
        batches.removeAll(randomNumbers(random, n / 2, 2 * n));
        batches.expectSame();
        if (round == 1) {
            ASSERT_EQ(TH_OK, batches.map.clear());
        }
        if (round == 1)
            batches.model.clear();
        if (round == 2) {
            ASSERT_EQ(TH_OK, batches.map.shrink());
        }
    }
    EXPECT_GT(batches.roomCalls, 5u);
}

TEST_P(LongTest, ABatchMayContinueAnywhere) {
    Heap heap;
    Map map(heap, longType());
    uint64_t keys[4] = {1, 2, 3, 4}, values[4] = {10, 20, 30, 40};
    th_progress progress{2, 5};
    th_status status =
        map.withRoom(0, [&] { return th_word_put_all(map.raw(), map.stamp(), keys, values, 4, &progress); });
    EXPECT_EQ(TH_OK, status);
    EXPECT_EQ(2, map.size());
    EXPECT_EQ(4u, progress.done);
    EXPECT_EQ(5u, progress.hits) << "hits go on from what the caller set";
    EXPECT_EQ(TH_OK, th_word_put_all(map.raw(), map.stamp(), keys, values, 4, &progress)) << "nothing left";
    EXPECT_EQ(2, map.size());
}

INSTANTIATE_TEST_SUITE_P(Kernels, LongTest, testing::ValuesIn(kernels()),
                         [](const auto &param) { return param.param; });

} // namespace
} // namespace tophash::test
