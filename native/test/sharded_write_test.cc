/* Writes to sharded maps in one call, which take the shard's own lock: th_shard_put and its like. */
#include <map>

#include "calls.h"
#include "sharded.h"

namespace tophash::test {
namespace {

constexpr uint64_t kOtherwise = 77, kRefused = 5;
constexpr uint32_t kShards = 4;

enum Kind { PUT, PUT_IF_ABSENT, ADD, REMOVE };

/* A sharded map and a caller's way to write to it: in one call, or else to the shard, once it is free. */
class Written {
  public:
    explicit Written(const th_type &type) : heap(0, true), map(heap, type, sharded(kShards)), type_(type) {
        for (uint32_t i = 0; i < kShards; i++) {
            shards.push_back(std::make_unique<Map>(map, i));
            EXPECT_EQ(TH_BUSY, th_shard_lock(shards[i]->raw(), shards[i]->stamp())) << "new ones are locked";
            EXPECT_EQ(TH_OK, th_shard_unlock(shards[i]->raw(), shards[i]->stamp()));
        }
    }

    Map &shardOfKey(uint64_t key) {
        return *shards.at(static_cast<size_t>(shardOf(map, packed(key).substr(0, type_.key_size))));
    }

    uint64_t inOneCall(Kind kind, uint64_t key, uint64_t operand) {
        th_map *m = map.raw();
        uint64_t stamp = map.stamp();
        switch (kind) {
        case PUT:
            return th_shard_put(m, stamp, key, operand, kOtherwise, kRefused);
        case PUT_IF_ABSENT:
            return th_shard_put_if_absent(m, stamp, key, operand, kOtherwise, kRefused);
        case ADD:
            return th_shard_add(m, stamp, key, operand, kOtherwise, kRefused);
        default:
            return th_shard_remove(m, stamp, key, kOtherwise, kRefused);
        }
    }

    uint64_t write(Kind kind, uint64_t key, uint64_t operand) {
        uint64_t before = inOneCall(kind, key, operand);
        if (before != kRefused)
            return before;
        refusals++;
        th_map *shard = shardOfKey(key).raw();
        uint64_t stamp = shardOfKey(key).stamp();
        while (th_shard_lock(shard, stamp) == TH_BUSY)
            std::this_thread::yield();
        th_status status;
        while ((status = toShard(shard, stamp, kind, key, operand)) == TH_NEEDS_ROOM)
            if (th_make_room(shard, stamp, 0) != TH_OK)
                complain("no room");
        before = status == TH_PRESENT ? th_previous(shard) : kOtherwise;
        th_shard_unlock(shard, stamp);
        return before;
    }

    Heap heap;
    Map map;
    std::vector<std::unique_ptr<Map>> shards;
    std::atomic<uint64_t> refusals{0};

  private:
    static th_status toShard(th_map *shard, uint64_t stamp, Kind kind, uint64_t key, uint64_t operand) {
        switch (kind) {
        case PUT:
            return th_word_put(shard, stamp, key, operand);
        case PUT_IF_ABSENT:
            return th_word_put_if_absent(shard, stamp, key, operand);
        case ADD:
            return th_word_add(shard, stamp, key, operand, kOtherwise);
        default:
            return th_word_remove(shard, stamp, key);
        }
    }

    th_type type_;
};

class ShardedWrites : public testing::TestWithParam<NamedType> {};

TEST_P(ShardedWrites, DoWhatAModelDoes) {
    Written written(GetParam().type);
    std::map<uint64_t, uint64_t> model;
    Random random(3);
    uint64_t mask = GetParam().type.value_size == 8 ? ~uint64_t{0} : 0xffffffff;
    for (uint64_t i = 0; i < scaled(200000); i++) {
        Kind kind = static_cast<Kind>(random.below(4));
        uint64_t key = random.below(i % 50000 < 25000 ? 5000 : 50);
        uint64_t operand = random.below(8) ? random.next() & mask : kRefused;
        auto at = model.find(key);
        bool present = at != model.end();
        uint64_t expected = present ? at->second : kOtherwise;
        ASSERT_EQ(expected, written.write(kind, key, operand)) << kind << " of key " << key;
        if (kind == REMOVE)
            model.erase(key);
        else if (kind == ADD)
            model[key] = (expected + operand) & mask;
        else if (kind == PUT || !present)
            model[key] = operand;
    }
    EXPECT_LT(0u, written.refusals) << "nothing ever grew";
    EXPECT_EQ(static_cast<int64_t>(model.size()), written.map.size());
    for (auto [key, value] : model)
        EXPECT_EQ(value, th_word_get(written.map.raw(), written.map.stamp(), key, kRefused));
    for (auto &shard : written.shards)
        EXPECT_TRUE(isSound(*shard));
}

INSTANTIATE_TEST_SUITE_P(Types, ShardedWrites,
                         testing::Values(NamedType{"long", longType()},
                                         NamedType{"k4v4", typeOf(kKeyParts[1], kValueParts[8])}),
                         [](const auto &test) { return test.param.name; });

TEST(ShardedWrite, RefusedValueStays) {
    Written written(longType());
    written.write(PUT, 1, kRefused);
    for (Kind kind : {PUT, ADD, REMOVE, PUT_IF_ABSENT})
        EXPECT_EQ(kRefused, written.inOneCall(kind, 1, 9));
    EXPECT_EQ(kRefused, th_word_get(written.map.raw(), written.map.stamp(), 1, 0)) << "it was written to";
    EXPECT_EQ(5u, th_shard_put(written.map.raw(), written.map.stamp(), 2, 9, 5, 5)) << "cannot be told";
    EXPECT_EQ(TH_ABSENT, th_word_contains(written.map.raw(), written.map.stamp(), 2));
}

TEST(ShardedWrite, RefusedWhereThereIsNoShardToWriteTo) {
    Heap heap(0, true);
    Map untouched(heap, longType(), sharded(2)), plain(heap, longType()),
        bytes(heap, bytesLongType(), sharded(2)),
        wide(heap, typeOf(kKeyParts[8], kValueParts[5]), sharded(2));
    Map closed(heap, longType(), sharded(2)), shard(closed, 0);
    th_shard_unlock(shard.raw(), shard.stamp());
    uint64_t stamp = closed.stamp();
    th_map *raw = closed.raw();
    EXPECT_EQ(TH_OK, closed.close());
    std::vector<std::pair<th_map *, uint64_t>> all = {
        {untouched.raw(), untouched.stamp()}, {plain.raw(), plain.stamp()},
        {bytes.raw(), bytes.stamp()},         {wide.raw(), wide.stamp()},
        {th_empty_map(), th_empty_stamp()},   {raw, stamp}};
    for (auto [map, mapStamp] : all) {
        EXPECT_EQ(kRefused, th_shard_put(map, mapStamp, 1, 2, kOtherwise, kRefused));
        EXPECT_EQ(kRefused, th_shard_put_if_absent(map, mapStamp, 1, 2, kOtherwise, kRefused));
        EXPECT_EQ(kRefused, th_shard_add(map, mapStamp, 1, 2, kOtherwise, kRefused));
        EXPECT_EQ(kRefused, th_shard_remove(map, mapStamp, 1, kOtherwise, kRefused));
    }
    EXPECT_EQ(TH_INVALID, th_shard_lock(untouched.raw(), untouched.stamp()));
    EXPECT_EQ(TH_INVALID, th_shard_unlock(th_empty_map(), th_empty_stamp()));
    EXPECT_EQ(TH_CLOSED, th_shard_lock(shard.raw(), shard.stamp()));
    EXPECT_EQ(TH_CLOSED, th_shard_unlock(shard.raw(), shard.stamp()));
}

TEST(ShardedWrite, LockKeepsThemOut) {
    Written written(longType());
    written.write(PUT, 1, 9);
    Map &shard = written.shardOfKey(1);
    ASSERT_EQ(TH_OK, th_shard_lock(shard.raw(), shard.stamp()));
    for (Kind kind : {PUT, PUT_IF_ABSENT, ADD, REMOVE})
        EXPECT_EQ(kRefused, written.inOneCall(kind, 1, 2));
    EXPECT_EQ(TH_PRESENT, th_word_put(shard.raw(), shard.stamp(), 1, 3)) << "its holder may write";
    EXPECT_EQ(TH_BUSY, th_shard_lock(shard.raw(), shard.stamp())) << "and has it still";
    EXPECT_EQ(3u, th_word_get(written.map.raw(), written.map.stamp(), 1, 0)) << "readers do not ask";
    EXPECT_EQ(TH_OK, th_shard_unlock(shard.raw(), shard.stamp()));
    EXPECT_EQ(3u, written.inOneCall(ADD, 1, 2));
}

/*
 * Two threads write a key each, in different shards, and then read the other's. One of the writes was first,
 * so at least the other thread sees it.
 */
TEST(ShardedWrite, IsSeenByWhoeverWritesLater) {
    Written written(longType());
    uint64_t keys[2] = {1, 2};
    while (&written.shardOfKey(keys[0]) == &written.shardOfKey(keys[1]))
        keys[1]++;
    for (uint64_t key : keys)
        written.write(PUT, key, 100);
    const uint64_t first = 101, last = first + scaled(200000);
    std::atomic<uint64_t> begun[2] = {};
    std::vector<uint64_t> seen[2];
    auto run = [&](int me) {
        seen[me].resize(last);
        for (uint64_t round = first; round < last; round++) {
            begun[me] = round;
            for (uint32_t waited = 0; begun[1 - me] < round; waited++)
                if (waited > 1000)
                    std::this_thread::yield();
            if (written.inOneCall(PUT, keys[me], round) != round - 1)
                complain("another value before");
            seen[me][round] = th_word_get(written.map.raw(), written.map.stamp(), keys[1 - me], 0);
        }
    };
    std::thread other(run, 1);
    run(0);
    other.join();
    for (uint64_t round = first; round < last; round++)
        ASSERT_FALSE(seen[0][round] < round && seen[1][round] < round)
            << "neither saw the other's, " << round;
}

/* Threads count on the same keys from an empty map on: no count is lost, and sums a reader sees only grow. */
TEST(ShardedWrite, RacingWritersLoseNothing) {
    constexpr uint32_t kThreads = 3;
    constexpr uint64_t kKeys = 3000;
    Written written(longType());
    const uint64_t rounds = scaled(30);
    Calls calls(kThreads);
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < kThreads; t++) {
        threads.emplace_back([&, t] {
            std::vector<uint64_t> seen(kKeys, 0);
            for (uint64_t i = 0; i < rounds * kKeys; i++) {
                uint64_t key = i * 2654435761u % kKeys;
                uint64_t before = written.write(ADD, key, 1);
                if (before < kOtherwise || before < seen[key])
                    complain("a sum went back");
                seen[key] = before;
                if (th_word_get(written.map.raw(), written.map.stamp(), key, 0) <= before)
                    complain("a sum was lost");
                calls.left(t);
            }
            calls.done(t);
        });
    }
    while (calls.reclaim(written.heap)) {
    }
    for (std::thread &thread : threads)
        thread.join();
    for (uint64_t key = 0; key < kKeys; key++)
        ASSERT_EQ(kOtherwise + kThreads * rounds, th_word_get(written.map.raw(), written.map.stamp(), key, 0))
            << key;
    for (auto &shard : written.shards)
        EXPECT_TRUE(isSound(*shard));
}

} // namespace
} // namespace tophash::test
