/* Reads of sharded maps against models of their shards, in one thread. */
#include <numeric>

#include "batches.h"
#include "sharded.h"

namespace tophash::test {
namespace {

/* A model of each shard, and reads through the sharded map against all of them. */
class Twins {
  public:
    Twins(Heap &heap, const th_type &type, uint32_t count, uint64_t expected = 0)
        : map(heap, type, sharded(static_cast<uint16_t>(count), expected)), models(count) {
        for (uint32_t i = 0; i < count; i++)
            shards.push_back(std::make_unique<Map>(map, i));
    }

    Map map;
    std::vector<Model> models;
    std::vector<std::unique_ptr<Map>> shards;

    size_t indexOf(const std::string &key) const {
        int32_t shard = shardOf(map, key);
        return shard < 0 ? printAndAbort("th_shard_of"), 0 : static_cast<size_t>(shard);
    }

    void put(const std::string &key, const std::string &value) {
        size_t i = indexOf(key);
        th_status expected = models[i].count(key) ? TH_PRESENT : TH_ABSENT;
        EXPECT_EQ(expected, shards[i]->put(key, value));
        models[i][key] = value;
    }

    void remove(const std::string &key) {
        size_t i = indexOf(key);
        EXPECT_EQ(models[i].erase(key) ? TH_PRESENT : TH_ABSENT, shards[i]->remove(key));
    }

    const std::string *find(const std::string &key) const {
        const Model &model = models[indexOf(key)];
        auto at = model.find(key);
        return at == model.end() ? nullptr : &at->second;
    }

    void expectSound() {
        uint64_t size = 0;
        for (size_t i = 0; i < shards.size(); i++) {
            EXPECT_TRUE(isConsistent(*shards[i], models[i])) << "shard " << i;
            size += models[i].size();
        }
        EXPECT_EQ(static_cast<int64_t>(size), map.size());
    }

    /* Every way to read a key. */
    void expectRead(const std::string &key) const {
        const std::string *value = find(key);
        th_status expected = value ? TH_PRESENT : TH_ABSENT;
        const uint8_t *bytes = Twin::bytes(key);
        th_map *m = map.raw();
        uint64_t s = map.stamp(), length = 99, need = value ? value->size() : 0;
        EXPECT_EQ(expected, contains(map, key));
        std::vector<uint8_t> room(std::max<uint64_t>(need, 1));
        EXPECT_EQ(expected, th_entry_get(m, s, bytes, key.size(), room.data(), need, &length));
        EXPECT_EQ(value ? need : 99, length);
        EXPECT_TRUE(!value || std::equal(value->begin(), value->end(), room.begin(),
                                         [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }));
        if (need > 0) {
            EXPECT_EQ(TH_SMALL_BUFFER, th_entry_get(m, s, bytes, key.size(), room.data(), need - 1, &length));
        }
        if (map.hasWordValue()) {
            EXPECT_EQ(value ? unpacked(*value) : 5, th_bytes_get(m, s, bytes, key.size(), 5));
        }
        if (!map.hasWordKey() || !map.hasWordValue()) {
            EXPECT_EQ(5u, th_word_get(m, s, 1, 5));
            EXPECT_EQ(TH_INVALID, th_word_contains(m, s, 1));
            return;
        }
        uint64_t word = unpacked(key) | (key.size() < 8 ? ~uint64_t{0} << (8 * key.size()) : 0);
        EXPECT_EQ(value ? unpacked(*value) : 5, th_word_get(m, s, word, 5));
        EXPECT_EQ(expected, th_word_contains(m, s, word));
    }

    /* Every batch of reads. Buffers are exact for AddressSanitizer. */
    void expectReadAll(const std::vector<std::string> &keys) const {
        Spans spans;
        uint64_t n = keys.size(), hits = 0, bytes = 0;
        for (const std::string &key : keys) {
            const std::string *value = find(key);
            spans.add(key);
            hits += value != nullptr;
            bytes += value ? value->size() : 0;
        }
        bool valueBytes = map.type().value_kind == TH_KIND_BYTES;
        uint64_t size = map.type().value_size;
        std::vector<uint8_t> values(std::max<uint64_t>(valueBytes ? bytes : n * size, 1)), found(n, 9);
        std::vector<uint64_t> ends(n);
        auto play = [&](auto call) {
            th_progress p{};
            th_status status = TH_MORE;
            while (status == TH_MORE) {
                uint64_t before = p.done;
                status = call(&p);
                EXPECT_LE(p.done - before, TH_BATCH_CHUNK);
            }
            EXPECT_EQ(TH_OK, status);
            EXPECT_EQ(n, p.done);
            EXPECT_EQ(hits, p.hits);
        };
        th_map *m = map.raw();
        uint64_t s = map.stamp(), all = spans.data.size();
        const uint8_t *d = spans.data.data();
        const uint64_t *b = spans.starts.data(), *e = spans.ends.data();
        auto expectFound = [&] {
            for (uint64_t i = 0; i < n; i++)
                ASSERT_EQ(find(keys[i]) != nullptr, found[i] == 1) << i;
            found.assign(n, 9);
        };
        play([&](th_progress *p) {
            return th_entry_get_all(m, s, d, all, b, e, values.data(), valueBytes ? bytes : n * size,
                                    valueBytes ? ends.data() : nullptr, found.data(), n, p);
        });
        for (uint64_t i = 0; i < n; i++) {
            const std::string *value = find(keys[i]);
            uint64_t start = valueBytes ? (i ? ends[i - 1] : 0) : i * size;
            ASSERT_EQ(!valueBytes ? size
                      : value     ? value->size()
                                  : 0,
                      (valueBytes ? ends[i] : start + size) - start);
            if (value) {
                ASSERT_EQ(0, std::memcmp(value->data(), values.data() + start, value->size())) << i;
            }
        }
        expectFound();
        play([&](th_progress *p) { return th_bytes_contains_all(m, s, d, all, b, e, found.data(), n, p); });
        expectFound();
        auto expectWords = [&] {
            for (uint64_t i = 0; i < n; i++) {
                const std::string *value = find(keys[i]);
                std::string got(reinterpret_cast<char *>(values.data()) + i * size, size);
                ASSERT_EQ(value ? *value : packed(6).substr(0, size), got) << i;
            }
            std::fill(values.begin(), values.end(), uint8_t{0});
        };
        if (!map.hasWordValue())
            return;
        play([&](th_progress *p) { return th_bytes_get_all(m, s, d, all, b, e, values.data(), n, 6, p); });
        expectWords();
        if (!map.hasWordKey())
            return;
        play([&](th_progress *p) { return th_word_get_all(m, s, d, values.data(), n, 6, p); });
        expectWords();
        play([&](th_progress *p) { return th_word_contains_all(m, s, d, found.data(), n, p); });
        expectFound();
    }
};

class ShardedTypeTest : public testing::TestWithParam<NamedType> {};

TEST_P(ShardedTypeTest, ReadsAreEqualToTheModel) {
    Heap heap(0, true);
    const th_type &type = GetParam().type;
    Twins twins(heap, type, 4);
    Random random(11);
    uint64_t range = std::min<uint64_t>(keyCount(type), 1500);
    for (uint64_t i = 0; i < scaled(6000, 1500); i++) {
        std::string key = makeKey(type, random.below(range));
        random.below(3) ? twins.put(key, makeValue(type, random.next())) : twins.remove(key);
        twins.expectRead(key);
        twins.expectRead(makeKey(type, random.below(range)));
        size_t at = random.below(4);
        if (random.below(400) == 0) {
            EXPECT_EQ(TH_OK, twins.shards[at]->shrink());
        }
        if (random.below(400) == 0) {
            EXPECT_EQ(TH_OK, twins.shards[at]->reserve(random.below(3000)));
        }
        if (random.below(1500) == 0) {
            EXPECT_EQ(TH_OK, twins.shards[at]->clear());
            twins.models[at].clear();
        }
        if (random.below(300) == 0) {
            std::vector<std::string> keys;
            for (uint64_t n = random.below(2 * TH_BATCH_CHUNK + 9); n > 0; n--)
                keys.push_back(makeKey(type, random.below(range)));
            twins.expectReadAll(keys);
        }
    }
    twins.expectSound();
}

/* Arrays beyond what batches call small: with prefetching, growing and after it. */
TEST_P(ShardedTypeTest, LargeBatchesAreEqualToTheModel) {
    Heap heap(0, true);
    const th_type &type = GetParam().type;
    Twins twins(heap, type, 2);
    uint64_t n = std::min(scaled(pipelineSize(type), 2000), keyCount(type));
    for (uint64_t i = 0; i < n; i += 2)
        twins.put(makeKey(type, i), makeValue(type, i));
    for (const auto &shard : twins.shards)
        ASSERT_EQ(TH_OK, shard->reserve(2 * n));
    std::vector<std::string> keys;
    for (uint64_t i = 0; i < std::min<uint64_t>(n, 3 * TH_BATCH_CHUNK + 5); i++)
        keys.push_back(makeKey(type, mix(i) % n));
    twins.expectReadAll(keys);
    for (uint64_t i = 0; i < std::min<uint64_t>(n, 50); i++)
        twins.put(makeKey(type, i), makeValue(type, i + 1));
    twins.expectReadAll(keys);
}

INSTANTIATE_TEST_SUITE_P(Types, ShardedTypeTest, testing::ValuesIn(keyKinds()),
                         [](const auto &param) { return param.param.name; });

std::vector<NamedType> commonTypes() {
    return {{"long", longType()}, {"bytesLong", bytesLongType()}, {"bytesBytes", bytesBytesType()}};
}
INSTANTIATE_TEST_SUITE_P(CommonTypes, ShardedTypeTest, testing::ValuesIn(commonTypes()),
                         [](const auto &param) { return param.param.name; });

class ShardedAttackTest : public testing::TestWithParam<NamedType> {};

TEST_P(ShardedAttackTest, OneShardGetsANewSeedAndIsRead) {
    Heap heap(0, true);
    const th_type &type = GetParam().type;
    Twins twins(heap, type, 4);
    const uint32_t attacked = 2;
    Map &shard = *twins.shards[attacked];
    auto hashOf = [&](const Map &map, const std::string &key) {
        return th_test_hash(map.raw(), map.stamp(), key.data(), key.size());
    };
    for (uint64_t i = 1; i < 400; i++)
        twins.put(makeKey(type, i), makeValue(type, i));
    uint64_t wanted = hashOf(shard, makeKey(type, 1)) >> 55, before = hashOf(shard, makeKey(type, 1));
    for (uint64_t i = 400, found = 0; found < 120; i++) {
        std::string key = makeKey(type, i);
        if (twins.indexOf(key) != attacked || hashOf(shard, key) >> 55 != wanted)
            continue;
        twins.put(key, makeValue(type, i));
        found++;
    }
    EXPECT_GT(shard.stats().seed_changes, 0u);
    EXPECT_NE(before, hashOf(shard, makeKey(type, 1)));
    EXPECT_EQ(shard.stats().seed_changes, twins.map.stats().seed_changes);
    std::vector<std::string> keys;
    for (uint64_t i = 1; i < 500; i++)
        keys.push_back(makeKey(type, i));
    for (const Model &model : twins.models) {
        for (const auto &entry : model)
            keys.push_back(entry.first);
    }
    for (const std::string &key : keys)
        twins.expectRead(key);
    twins.expectReadAll(keys);
    twins.expectSound();
    EXPECT_EQ(TH_OK, shard.clear());
    twins.models[attacked].clear();
    twins.put(keys.back(), makeValue(type, 3));
    twins.expectReadAll(keys);
}

INSTANTIATE_TEST_SUITE_P(Types, ShardedAttackTest, testing::ValuesIn(commonTypes()),
                         [](const auto &param) { return param.param.name; });

TEST(ShardedSums, StatisticsAreSums) {
    Heap heap(0, true);
    th_type type = bytesBytesType();
    Twins twins(heap, type, 4);
    for (uint64_t i = 0; i < 3000; i++)
        twins.put(makeKey(type, i), makeValue(type, i));
    EXPECT_EQ(TH_OK, twins.shards[1]->clear());
    for (bool full : {false, true}) {
        th_map_stats sum = twins.map.stats(full);
        uint64_t size = 0, buckets = 0, live = 0, reserved = 0, occupied = 0, longest = 0, seats = 0;
        for (const auto &shard : twins.shards) {
            th_map_stats one = shard->stats(full);
            size += one.size;
            buckets += one.buckets;
            live += one.heap_bytes_live;
            reserved += one.reserved_bytes;
            longest = std::max(longest, one.longest_chain);
            occupied += std::accumulate(one.occupancy, one.occupancy + 9, uint64_t{0});
        }
        for (uint64_t i = 0; i <= 8; i++)
            seats += i * sum.occupancy[i];
        EXPECT_EQ(size, sum.size);
        EXPECT_EQ(size, static_cast<uint64_t>(twins.map.size()));
        EXPECT_EQ(buckets, sum.buckets);
        EXPECT_EQ(live, sum.heap_bytes_live);
        EXPECT_EQ(longest, sum.longest_chain);
        EXPECT_EQ(occupied, std::accumulate(sum.occupancy, sum.occupancy + 9, uint64_t{0}));
        EXPECT_EQ(full ? size : 0, seats);
        EXPECT_EQ(1u, sum.clears);
        EXPECT_GT(sum.reserved_bytes, reserved) << "without the table of shards";
        EXPECT_EQ(heap.stats().live_bytes, sum.reserved_bytes);
    }
}

TEST(ShardedSums, ExpectedEntriesFitWithoutGrowth) {
    Heap heap(0, true);
    const uint64_t n = 20000;
    Twins twins(heap, longType(), 16, n);
    EXPECT_EQ(0u, twins.map.stats().buckets) << "arrays before the first write";
    for (uint64_t i = 0; i < n; i++)
        twins.put(packed(i), packed(i));
    uint8_t b = twins.shards[0]->stats().b;
    for (const auto &shard : twins.shards) {
        EXPECT_EQ(0u, shard->stats().growing);
        EXPECT_EQ(b, shard->stats().b);
    }
    EXPECT_LE(twins.map.stats().buckets, n / 2);
}

} // namespace
} // namespace tophash::test
