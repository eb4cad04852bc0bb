/* An opened map can be read in every way and changed in none. */
#include "batches.h"
#include "files.h"
#include "sharded.h"

namespace tophash::test {
namespace {

class FileReadOnly : public testing::TestWithParam<NamedType> {
  protected:
    void SetUp() override {
        Map map(heap_, GetParam().type);
        fill(map, model_, 500);
        ASSERT_EQ(TH_OK, save(folder_ / "map", map));
        opened_ = std::make_unique<Opened>(heap_, folder_ / "map");
        ASSERT_EQ(TH_OK, opened_->status) << describe(opened_->error);
    }

    Folder folder_;
    Heap heap_{0, true};
    Model model_;
    std::unique_ptr<Opened> opened_;
};

TEST_P(FileReadOnly, RefusesEveryWrite) {
    Map &map = *opened_->map;
    th_map *m = map.raw();
    uint64_t stamp = map.stamp();
    const th_type &type = map.type();
    std::string key = makeKey(type, 1), value = makeValue(type, 2);
    auto k = reinterpret_cast<const uint8_t *>(key.data());
    auto v = reinterpret_cast<const uint8_t *>(value.data());
    th_progress progress{};
    uint64_t starts[1] = {0}, keyEnds[1] = {key.size()}, valueEnds[1] = {value.size()};
    uint64_t word = unpacked(key);

    EXPECT_EQ(TH_READ_ONLY, map.put(key, value));
    EXPECT_EQ(TH_READ_ONLY, map.putIfAbsent(key, value));
    EXPECT_EQ(TH_READ_ONLY, map.remove(key));
    EXPECT_EQ(TH_READ_ONLY, map.clear());
    EXPECT_EQ(TH_READ_ONLY, map.reserve(100000));
    EXPECT_EQ(TH_READ_ONLY, map.shrink());
    EXPECT_EQ(TH_READ_ONLY, th_make_room(m, stamp, 100));
    th_placement placement{};
    uint64_t moved = 0;
    EXPECT_EQ(TH_READ_ONLY, th_map_migrate(m, stamp, &placement, &moved));
    EXPECT_EQ(TH_READ_ONLY,
              th_entry_put(m, stamp, k, key.size(), v, value.size(), TH_PUT_ALWAYS, nullptr, 0, nullptr));
    EXPECT_EQ(TH_READ_ONLY, th_entry_remove(m, stamp, k, key.size(), nullptr, 0, nullptr));
    EXPECT_EQ(TH_READ_ONLY, th_entry_put_all(m, stamp, k, key.size(), starts, keyEnds, v, value.size(),
                                             starts, valueEnds, 1, &progress));
    /* Functions that do not suit the type say so, or that it is read-only; never anything else. */
    for (th_status status :
         {th_word_put(m, stamp, word, 1), th_word_put_if_absent(m, stamp, word, 1),
          th_word_add(m, stamp, word, 1, 0), th_word_remove(m, stamp, word),
          th_word_put_all(m, stamp, k, v, 1, &progress), th_word_remove_all(m, stamp, k, 1, &progress),
          th_word_add_all(m, stamp, k, v, 1, 0, &progress), th_bytes_put(m, stamp, k, key.size(), 1),
          th_word_add_double(m, stamp, word, 1, 0), th_word_add_all_double(m, stamp, k, v, 1, 0, &progress),
          th_bytes_put_if_absent(m, stamp, k, key.size(), 1), th_bytes_add(m, stamp, k, key.size(), 1, 0),
          th_bytes_remove(m, stamp, k, key.size()),
          th_bytes_put_all(m, stamp, k, key.size(), starts, keyEnds, v, 1, &progress),
          th_bytes_add_all(m, stamp, k, key.size(), starts, keyEnds, v, 1, 0, &progress),
          th_bytes_remove_all(m, stamp, k, key.size(), starts, keyEnds, 1, &progress)}) {
        EXPECT_EQ(TH_READ_ONLY, status);
    }
    EXPECT_EQ(TH_INVALID, th_shard_of(m, stamp, k, key.size()));
    EXPECT_TRUE(isConsistent(map, model_));
}

TEST_P(FileReadOnly, AnswersEveryRead) {
    for (const std::string &kernel : kernels()) {
        SCOPED_TRACE(kernel);
        KernelScope scope(kernel);
        Map &map = *opened_->map;
        const th_type &type = map.type();
        EXPECT_TRUE(isConsistent(map, model_));
        Walk walk(map, 99);
        std::vector<Entry> seen;
        while (!walk.ended()) {
            walk.next(seen, 17);
            if (std::optional<Walk> other = walk.split()) {
                while (!other->ended())
                    other->next(seen, 5);
            }
        }
        EXPECT_EQ(model_, Model(seen.begin(), seen.end()));
        EXPECT_EQ(model_.size(), seen.size());

        /* Present and absent keys by turns, in a batch. */
        std::string data;
        std::vector<uint64_t> starts, ends;
        std::vector<std::string> keys;
        uint64_t most = std::min<uint64_t>(keyCount(type), 1000);
        for (uint64_t i = 0; i < most; i++) {
            keys.push_back(makeKey(type, i));
            starts.push_back(data.size());
            data += keys.back();
            ends.push_back(data.size());
        }
        std::vector<uint8_t> found(most, 2);
        auto bytes = reinterpret_cast<const uint8_t *>(data.data());
        th_progress progress{};
        th_status status;
        do {
            status = th_bytes_contains_all(map.raw(), map.stamp(), bytes, data.size(), starts.data(),
                                           ends.data(), found.data(), most, &progress);
        } while (status == TH_MORE);
        ASSERT_EQ(TH_OK, status);
        for (uint64_t i = 0; i < most; i++)
            ASSERT_EQ(model_.count(keys[i]), found[i]) << i;
        std::vector<uint8_t> values(8u << 20);
        std::vector<uint64_t> valueEnds(most);
        progress = {};
        do {
            status = th_entry_get_all(map.raw(), map.stamp(), bytes, data.size(), starts.data(), ends.data(),
                                      values.data(), values.size(), valueEnds.data(), found.data(), most,
                                      &progress);
        } while (status == TH_MORE);
        ASSERT_EQ(TH_OK, status);
        ASSERT_EQ(model_.size(), progress.hits);
        for (uint64_t i = 0; i < most; i++)
            ASSERT_EQ(model_.count(keys[i]), found[i]) << i;
        if (map.hasWordKey() && map.hasWordValue()) {
            for (const auto &[key, value] : model_)
                ASSERT_EQ(unpacked(value), th_word_get(map.raw(), map.stamp(), unpacked(key), 7));
        }
    }
}

TEST_P(FileReadOnly, ClosedOnce) {
    Map &map = *opened_->map;
    EXPECT_EQ(TH_BUSY, th_heap_destroy(heap_.raw()));
    EXPECT_EQ(TH_OK, map.close());
    EXPECT_EQ(TH_CLOSED, th_map_close(map.raw(), map.stamp()));
    EXPECT_EQ(TH_CLOSED, map.find(makeKey(map.type(), 1)));
    EXPECT_EQ(TH_CLOSED, map.put(makeKey(map.type(), 1), makeValue(map.type(), 1)));
    EXPECT_EQ(TH_CLOSED, opened_->verify());
    EXPECT_EQ(TH_CLOSED, opened_->state());
    EXPECT_GT(heap_.stats().retired_bytes, 0u);
    heap_.reclaim();
    EXPECT_EQ(0u, heap_.stats().retired_bytes);
    EXPECT_EQ(0u, heap_.stats().live_bytes);
}

INSTANTIATE_TEST_SUITE_P(Types, FileReadOnly, testing::ValuesIn(keyKinds()),
                         [](const auto &tested) { return tested.param.name; });

TEST(FileReadOnlyCalls, AreForOpenedMaps) {
    Heap heap(0, true);
    Map map(heap, longType());
    Map many(heap, longType(), sharded(4));
    th_file_error error{};
    for (const Map *own : {&map, &many}) {
        EXPECT_EQ(TH_INVALID, th_map_verify(own->raw(), own->stamp(), &error));
        EXPECT_EQ(TH_INVALID, th_map_warm(own->raw(), own->stamp()));
        EXPECT_EQ(TH_INVALID, th_map_file_state(own->raw(), own->stamp()));
    }
    EXPECT_EQ(TH_INVALID, th_map_file_state(th_empty_map(), th_empty_stamp()));
    EXPECT_NE(TH_OK, th_map_verify(th_empty_map(), th_empty_stamp(), &error));
    EXPECT_NE(TH_OK, th_map_warm(th_empty_map(), th_empty_stamp()));
    Heap immediate;
    th_map *raw = nullptr;
    uint64_t stamp = 0;
    EXPECT_EQ(TH_INVALID, th_map_open(immediate.raw(), "/nowhere", nullptr, &raw, &stamp, nullptr, nullptr));
}

/* Readers in the middle of quick calls when the map is closed, and the addresses used again afterwards. */
TEST(FileClose, UnderReaders) {
    Folder folder;
    for (bool many : {false, true}) {
        Heap heap(0, true);
        th_type type = many ? longType() : bytesBytesType();
        Model model;
        if (many) {
            Map map(heap, type, sharded(8));
            for (uint64_t i = 0; i < 20000; i++) {
                Map shard(map, static_cast<uint32_t>(shardOf(map, makeKey(type, i))));
                ASSERT_EQ(TH_ABSENT, shard.put(makeKey(type, i), makeValue(type, i)));
            }
            ASSERT_EQ(TH_OK, saveSharded(folder / "map", map, 8));
        } else {
            Map map(heap, type);
            fill(map, model, 20000);
            ASSERT_EQ(TH_OK, save(folder / "map", map));
        }
        for (uint64_t round = 0; round < scaled(40, 4); round++) {
            Opened opened(heap, folder / "map");
            ASSERT_EQ(TH_OK, opened.status);
            constexpr size_t kReaders = 3;
            Calls calls(kReaders);
            std::atomic<bool> go{false};
            std::vector<std::thread> readers;
            for (size_t reader = 0; reader < kReaders; reader++) {
                readers.emplace_back([&, reader] {
                    Random random(round * 10 + reader);
                    std::vector<uint8_t> value(4096);
                    bool closed = false;
                    while (!closed) {
                        go = true;
                        uint64_t i = random.below(20000), length = 0;
                        std::string key = makeKey(type, i), expected = makeValue(type, i);
                        th_status status = th_entry_get(opened.map->raw(), opened.map->stamp(),
                                                        reinterpret_cast<const uint8_t *>(key.data()),
                                                        key.size(), value.data(), value.size(), &length);
                        closed = th_map_size(opened.map->raw(), opened.map->stamp()) < 0;
                        if (!closed && (status != TH_PRESENT || length != expected.size() ||
                                        std::memcmp(value.data(), expected.data(), length) != 0))
                            complain("a reader got something else");
                        calls.left(reader);
                    }
                    calls.done(reader);
                });
            }
            while (!go)
                std::this_thread::yield();
            if (round % 2)
                std::this_thread::sleep_for(std::chrono::microseconds(300));
            EXPECT_EQ(TH_OK, opened.map->close());
            while (calls.reclaim(heap)) {
            }
            for (std::thread &reader : readers)
                reader.join();
        }
    }
}

} // namespace
} // namespace tophash::test
