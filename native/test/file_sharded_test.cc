/* Sharded maps in files: saved by copies of their shards, opened as they were, loaded either way. */
#include "files.h"
#include "sharded.h"

namespace tophash::test {
namespace {

constexpr uint32_t kShards = 16;

/* The shard of a key, as its writer sees it. */
th_status putSharded(const Map &map, const std::string &key, const std::string &value) {
    Map shard(map, static_cast<uint32_t>(shardOf(map, key)));
    return shard.put(key, value);
}

th_status getSharded(const Map &map, const std::string &key, std::string *value) {
    std::vector<uint8_t> room(4096);
    uint64_t length = 0;
    th_status status = th_entry_get(map.raw(), map.stamp(), reinterpret_cast<const uint8_t *>(key.data()),
                                    key.size(), room.data(), room.size(), &length);
    value->assign(reinterpret_cast<const char *>(room.data()), status == TH_PRESENT ? length : 0);
    return status;
}

void expectSharded(const Map &map, const Model &model) {
    EXPECT_EQ(static_cast<int64_t>(model.size()), map.size());
    for (const auto &[key, value] : model) {
        std::string found;
        ASSERT_EQ(TH_PRESENT, getSharded(map, key, &found));
        ASSERT_EQ(value, found);
    }
    std::string none;
    for (uint64_t i = 0; i < 200; i++) {
        std::string key = makeKey(map.type(), 1000000 + i);
        if (!model.count(key)) {
            ASSERT_EQ(TH_ABSENT, getSharded(map, key, &none));
        }
    }
}

class FileSharded : public testing::TestWithParam<NamedType> {
  protected:
    void fillSharded(const Map &map, uint64_t count) {
        for (uint64_t i = 0; i < std::min(count, keyCount(map.type())); i++) {
            std::string key = makeKey(map.type(), i), value = makeValue(map.type(), i);
            ASSERT_LE(0, putSharded(map, key, value));
            model_[key] = value;
        }
    }

    Folder folder_;
    Model model_;
};

TEST_P(FileSharded, SavedOpenedAndLoaded) {
    const th_type &type = GetParam().type;
    for (uint64_t count : {0u, 1u, 40u, 3000u}) {
        SCOPED_TRACE(count);
        Heap heap(0, true);
        Map map(heap, type, sharded(kShards));
        model_.clear();
        fillSharded(map, count);
        th_file_error error{};
        ASSERT_EQ(TH_OK, saveSharded(folder_ / "map", map, kShards, &error)) << describe(error);
        expectSharded(map, model_);

        Opened opened(heap, folder_ / "map", &type);
        ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
        EXPECT_EQ(kShards, opened.info.shards);
        EXPECT_EQ(seedOf(map), opened.info.seed);
        EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
        EXPECT_EQ(TH_OK, opened.state());
        EXPECT_EQ(TH_OK, th_map_warm(opened.map->raw(), opened.map->stamp()));
        expectSharded(*opened.map, model_);
        th_map_stats stats = opened.map->stats(true);
        EXPECT_EQ(model_.size(), stats.size);
        Model walked;
        for (uint32_t i = 0; i < kShards; i++) {
            Map shard(*opened.map, i);
            EXPECT_TRUE(isSound(shard));
            for (const Entry &entry : walkAll(shard))
                walked.insert(entry);
            EXPECT_EQ(TH_OK, th_map_verify(shard.raw(), shard.stamp(), &error)) << describe(error);
        }
        EXPECT_EQ(model_, walked);

        /* As it was, as an ordinary map, with other shards; and an ordinary map's file as a sharded one. */
        Loaded plain(heap, folder_ / "map");
        ASSERT_EQ(TH_OK, plain.status) << describe(plain.error);
        EXPECT_TRUE(isConsistent(*plain.map, model_));
        for (uint16_t shards : {uint16_t{1}, uint16_t{kShards}, uint16_t{64}}) {
            Loaded loaded(heap, folder_ / "map", sharded(shards));
            ASSERT_EQ(TH_OK, loaded.status) << describe(loaded.error);
            expectSharded(*loaded.map, model_);
        }
        ASSERT_EQ(TH_OK, save(folder_ / "plain", *plain.map));
        Loaded split(heap, folder_ / "plain", sharded(8));
        ASSERT_EQ(TH_OK, split.status);
        expectSharded(*split.map, model_);
        fillSharded(*split.map, count + 100); /* not read-only, and its shards are not locked */
        Map shard(*split.map, 0);
        EXPECT_EQ(TH_OK, th_shard_unlock(shard.raw(), shard.stamp()));
        EXPECT_EQ(TH_OK, th_shard_lock(shard.raw(), shard.stamp()));
        expectSharded(*split.map, model_);
    }
}

TEST_P(FileSharded, RefusesEveryWrite) {
    Heap heap(0, true);
    Map map(heap, GetParam().type, sharded(kShards));
    fillSharded(map, 500);
    ASSERT_EQ(TH_OK, saveSharded(folder_ / "map", map, kShards));
    Opened opened(heap, folder_ / "map");
    ASSERT_EQ(TH_OK, opened.status);
    th_map *m = opened.map->raw();
    uint64_t stamp = opened.map->stamp();
    std::string key = makeKey(map.type(), 1), value = makeValue(map.type(), 2);
    auto k = reinterpret_cast<const uint8_t *>(key.data());
    EXPECT_EQ(99u, th_shard_put(m, stamp, 1, 2, 0, 99));
    EXPECT_EQ(99u, th_shard_put_if_absent(m, stamp, 1, 2, 0, 99));
    EXPECT_EQ(99u, th_shard_add(m, stamp, 1, 2, 0, 99));
    EXPECT_EQ(99u, th_shard_remove(m, stamp, 1, 0, 99));
    EXPECT_EQ(TH_READ_ONLY, th_entry_remove(m, stamp, k, key.size(), nullptr, 0, nullptr));
    EXPECT_EQ(TH_READ_ONLY, th_bytes_remove(m, stamp, k, key.size()));
    EXPECT_EQ(TH_READ_ONLY, th_word_put(m, stamp, 1, 1));
    th_placement placement{};
    uint64_t progress = 0;
    EXPECT_EQ(TH_READ_ONLY, th_map_migrate(m, stamp, &placement, &progress));
    for (uint32_t i = 0; i < kShards; i++) {
        Map shard(*opened.map, i);
        EXPECT_EQ(TH_READ_ONLY, th_shard_lock(shard.raw(), shard.stamp()));
        EXPECT_EQ(TH_READ_ONLY, th_shard_unlock(shard.raw(), shard.stamp()));
        EXPECT_EQ(TH_READ_ONLY, shard.put(key, value));
        EXPECT_EQ(TH_READ_ONLY, shard.remove(key));
        EXPECT_EQ(TH_READ_ONLY, shard.clear());
        EXPECT_EQ(TH_INVALID, th_map_close(shard.raw(), shard.stamp()));
    }
    expectSharded(*opened.map, model_);
}

/* An opened sharded map is saved again by copies, or by its shards themselves. */
TEST_P(FileSharded, SavedAgain) {
    Heap heap(0, true);
    Map map(heap, GetParam().type, sharded(4));
    fillSharded(map, 700);
    ASSERT_EQ(TH_OK, saveSharded(folder_ / "map", map, 4));
    Opened opened(heap, folder_ / "map");
    ASSERT_EQ(TH_OK, opened.status);
    ASSERT_EQ(TH_OK, saveSharded(folder_ / "again", *opened.map, 4));
    Opened again(heap, folder_ / "again");
    ASSERT_EQ(TH_OK, again.status) << describe(again.error);
    EXPECT_EQ(TH_OK, again.verify()) << describe(again.error);
    expectSharded(*again.map, model_);

    std::vector<std::pair<th_map *, uint64_t>> parts;
    for (uint32_t i = 0; i < 4; i++) {
        Map shard(*opened.map, i);
        parts.emplace_back(shard.raw(), shard.stamp());
    }
    ASSERT_EQ(TH_OK, saveParts(folder_ / "third", map.type(), 4, seedOf(map), parts, nullptr));
    Opened third(heap, folder_ / "third");
    ASSERT_EQ(TH_OK, third.status);
    EXPECT_EQ(TH_OK, third.verify()) << describe(third.error);
    expectSharded(*third.map, model_);
}

INSTANTIATE_TEST_SUITE_P(Types, FileSharded, testing::ValuesIn(racedTypes()),
                         [](const auto &tested) { return tested.param.name; });

TEST(FileShardCopy, OfShards) {
    Heap heap(0, true);
    Map map(heap, bytesBytesType(), sharded(2));
    th_map *copy = nullptr;
    uint64_t stamp = 0;
    EXPECT_EQ(TH_OK, th_shard_copy(map.raw(), map.stamp(), 0, &copy, &stamp));
    EXPECT_EQ(nullptr, copy);
    EXPECT_EQ(TH_INVALID, th_shard_copy(map.raw(), map.stamp(), 2, &copy, &stamp));
    Map shard(map, 1);
    EXPECT_EQ(TH_INVALID, th_shard_copy(shard.raw(), shard.stamp(), 0, &copy, &stamp));
    ASSERT_EQ(TH_OK, th_shard_copy(map.raw(), map.stamp(), 1, &copy, &stamp));
    EXPECT_TRUE(isConsistent(Map(map.type(), copy, stamp), {}));
    /* While it grows, too, and what comes later is not in the copy. */
    Model model;
    for (uint64_t i = 0; i < 3000; i++) {
        std::string key = makeKey(map.type(), i), value = makeValue(map.type(), i);
        if (shardOf(map, key) != 1)
            continue;
        ASSERT_EQ(TH_ABSENT, shard.put(key, value));
        model[key] = value;
        if (i % 100 == 0) {
            ASSERT_EQ(TH_OK, th_shard_copy(map.raw(), map.stamp(), 1, &copy, &stamp));
            Map own(map.type(), copy, stamp);
            shard.put("more", "x");
            EXPECT_TRUE(isConsistent(own, model));
            EXPECT_EQ(seedOf(shard), seedOf(own));
            shard.remove("more");
        }
    }
    EXPECT_TRUE(isConsistent(shard, model));
}

/* With the free blocks of what was removed, and a segment that nothing was taken from yet: it can be written
 * to. */
TEST(FileShardCopy, LivesOn) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, bytesBytesType(), sharded(1));
    Map shard(map, 0);
    Model model;
    auto put = [&](Map &to, Model &entries, uint64_t i, uint64_t length) {
        std::string key = "a key beyond twelve bytes " + std::to_string(i), value(length, 'v');
        ASSERT_LE(0, to.put(key, value));
        entries[key] = value;
    };
    auto removed = [](uint64_t i) { return "REMOVED! REMOVED! REMOVED! " + std::to_string(i); };
    for (uint64_t i = 0; i < 2000; i++) {
        put(shard, model, i, i % 200);
        if (i % 10 == 0) {
            ASSERT_EQ(TH_ABSENT, shard.put(removed(i), "REMOVED!"));
        }
    }
    while (shard.stats().growing)
        put(shard, model, 0, 7);
    for (uint64_t i = 0; i < 2000; i += 10)
        ASSERT_EQ(TH_PRESENT, shard.remove(removed(i)));
    ASSERT_LT(0u, shard.stats().heap_bytes_dead);
    ASSERT_EQ(TH_OK, th_make_room(shard.raw(), shard.stamp(), 1 << 20));
    th_map *raw = nullptr;
    uint64_t stamp = 0;
    ASSERT_EQ(TH_OK, th_shard_copy(map.raw(), map.stamp(), 0, &raw, &stamp));
    Map copy(map.type(), raw, stamp);
    EXPECT_TRUE(isConsistent(copy, model));
    EXPECT_EQ(shard.stats().heap_bytes_live, copy.stats().heap_bytes_live);
    ASSERT_EQ(TH_OK, save(folder / "map", copy));
    EXPECT_EQ(std::string::npos, contents(folder / "map").find("REMOVED!"));
    Opened opened(heap, folder / "map");
    ASSERT_EQ(TH_OK, opened.status);
    EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
    EXPECT_TRUE(isConsistent(*opened.map, model));
    Model of_copy = model;
    for (uint64_t i = 0; i < 3000; i++) {
        put(shard, model, i, i % 100);
        put(copy, of_copy, i + 500, i % 300);
    }
    EXPECT_TRUE(isConsistent(shard, model));
    EXPECT_TRUE(isConsistent(copy, of_copy));
}

/* A part under a seed of its own, as after an attack, goes into the file under the sharded map's. */
TEST(FileShardCopy, UnderAnotherSeed) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, bytesLongType(), sharded(2));
    Map first(heap, bytesLongType(), seeded(12345)), second(heap, bytesLongType(), seeded(seedOf(map)));
    Model model;
    for (uint64_t i = 0; i < 2000; i++) {
        std::string key = makeKey(map.type(), i), value = makeValue(map.type(), i);
        ASSERT_EQ(TH_ABSENT, (shardOf(map, key) == 0 ? first : second).put(key, value));
        model[key] = value;
    }
    ASSERT_EQ(TH_OK, saveParts(folder / "map", map.type(), 2, seedOf(map),
                               {{first.raw(), first.stamp()}, {second.raw(), second.stamp()}}, nullptr));
    Opened opened(heap, folder / "map");
    ASSERT_EQ(TH_OK, opened.status);
    EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
    expectSharded(*opened.map, model);
    EXPECT_EQ(12345u, seedOf(first));

    /* In the wrong order every entry is in the wrong shard, which verifying sees. */
    ASSERT_EQ(TH_OK, saveParts(folder / "map", map.type(), 2, seedOf(map),
                               {{second.raw(), second.stamp()}, {first.raw(), first.stamp()}}, nullptr));
    Opened wrong(heap, folder / "map");
    ASSERT_EQ(TH_OK, wrong.status);
    EXPECT_EQ(TH_BAD_FILE, wrong.verify());
    EXPECT_EQ(uint32_t{TH_FILE_ENTRY}, wrong.error.reason);
}

} // namespace
} // namespace tophash::test
