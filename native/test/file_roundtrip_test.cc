/* What was saved is there when it is opened or loaded, for maps of every kind and in every state. */
#include "files.h"

namespace tophash::test {
namespace {

/* Opens, verifies and loads what is at `path`, and compares. */
void expectFile(const std::string &path, const th_type &type, const Model &model) {
    Heap heap(0, true);
    th_file_info info{};
    th_file_error error{};
    ASSERT_EQ(TH_OK, th_file_read_info(path.c_str(), &info, &error)) << describe(error);
    EXPECT_EQ(model.size(), info.entries);
    EXPECT_EQ(0, std::memcmp(&type, &info.type, sizeof type));
    EXPECT_EQ(contents(path).size(), info.bytes);
    {
        Opened opened(heap, path, &type);
        ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
        EXPECT_EQ(info.identity, opened.info.identity);
        EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
        EXPECT_TRUE(isConsistent(*opened.map, model));
        EXPECT_EQ(TH_OK, opened.state());
        EXPECT_EQ(TH_OK, th_map_warm(opened.map->raw(), opened.map->stamp()));
    }
    {
        Loaded loaded(heap, path);
        ASSERT_EQ(TH_OK, loaded.status) << describe(loaded.error);
        EXPECT_TRUE(isConsistent(*loaded.map, model));
    }
}

TEST(FileRoundTrip, EveryType) {
    Folder folder;
    for (const NamedType &named : allTypes()) {
        SCOPED_TRACE(named.name);
        for (uint64_t count : {0u, 1u, 8u, 9u, 300u}) {
            Heap heap;
            Map map(heap, named.type);
            Model model;
            fill(map, model, count);
            th_file_error error{};
            ASSERT_EQ(TH_OK, save(folder / "map", map, &error)) << describe(error);
            expectFile(folder / "map", named.type, model);
            ASSERT_EQ(1u, folder.names().size());
        }
    }
}

TEST(FileRoundTrip, Large) {
    Folder folder;
    for (const NamedType &named : keyKinds()) {
        SCOPED_TRACE(named.name);
        Heap heap;
        Map map(heap, named.type);
        Model model;
        fill(map, model, scaled(named.type.value_size > 100 ? 10000 : 60000));
        ASSERT_EQ(TH_OK, save(folder / "map", map));
        expectFile(folder / "map", named.type, model);
    }
}

TEST(FileRoundTrip, WhileGrowing) {
    Folder folder;
    for (const NamedType &named : keyKinds()) {
        SCOPED_TRACE(named.name);
        Heap heap;
        Map map(heap, named.type);
        Model model;
        int saved = 0;
        for (uint64_t i = 0; i < std::min<uint64_t>(scaled(3000, 600), keyCount(named.type)); i++) {
            std::string key = makeKey(named.type, i);
            map.put(key, makeValue(named.type, i));
            model[key] = makeValue(named.type, i);
            if (map.stats().growing && (saved == 0 || i % 29 == 0)) {
                ASSERT_EQ(TH_OK, save(folder / "map", map));
                EXPECT_FALSE(map.stats().growing);
                expectFile(folder / "map", named.type, model);
                saved++;
            }
        }
        EXPECT_TRUE(isConsistent(map, model));
        EXPECT_TRUE(saved > 0 || keyCount(named.type) < 1000);
    }
}

/* Removed keys and values carry a mark that must not be found in the file. */
TEST(FileRoundTrip, NothingOfWhatWasRemoved) {
    const std::string mark = "REMOVED!";
    Folder folder;
    for (const NamedType &named :
         {NamedType{"bytesBytes", bytesBytesType()},
          NamedType{"k24v16", typeOf(kKeyParts[8], kValueParts[5])}, NamedType{"long", longType()}}) {
        SCOPED_TRACE(named.name);
        bool bytes = named.type.key_kind == TH_KIND_BYTES;
        auto marked = [&](uint64_t i, uint64_t length) {
            std::string text = bytes ? std::to_string(i) + ":" : packed(i).substr(0, 3);
            while (text.size() < length)
                text += mark;
            return text.substr(0, length);
        };
        for (bool reuse : {false, true}) {
            Heap heap;
            Map map(heap, named.type);
            Model model;
            for (uint64_t i = 0; i < 3000; i++) {
                uint64_t length = bytes ? 8 + i % 90 : named.type.key_size;
                map.put(marked(i, length), marked(i, bytes ? 8 + i % 300 : named.type.value_size));
            }
            for (uint64_t i = 0; i < 3000; i++)
                map.remove(marked(i, bytes ? 8 + i % 90 : named.type.key_size));
            if (reuse && bytes) {
                ASSERT_EQ(TH_OK, map.clear());
            }
            uint64_t keys = reuse ? 2000 : 10;
            for (uint64_t i = 0; i < keys; i++) {
                std::string key = bytes ? "k" + std::to_string(i) + std::string(i % 20, 'y')
                                        : (packed(i) + packed(i) + packed(i)).substr(0, named.type.key_size);
                std::string value = bytes ? std::string(13 + i % 7, 'x')
                                          : (packed(~i) + packed(i)).substr(0, named.type.value_size);
                ASSERT_LE(0, map.put(key, value));
                model[key] = value;
            }
            ASSERT_EQ(TH_OK, save(folder / "map", map));
            expectFile(folder / "map", named.type, model);
            EXPECT_EQ(std::string::npos, contents(folder / "map").find("MOVED"));
            EXPECT_TRUE(isConsistent(map, model));
        }
    }
}

/* A value of many segments in one piece leaves smaller ones out. */
TEST(FileRoundTrip, SegmentsWithGaps) {
    Folder folder;
    Heap heap;
    Map map(heap, bytesBytesType());
    Model model;
    for (uint64_t length : {100u, 3u << 20, 40u, 200000u, 9u << 20, 20u}) {
        std::string key = "a key of more than twelve bytes " + std::to_string(length);
        std::string value(length, static_cast<char>('a' + length % 26));
        ASSERT_EQ(TH_ABSENT, map.put(key, value));
        model[key] = value;
    }
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    expectFile(folder / "map", map.type(), model);
}

TEST(FileRoundTrip, Names) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, longType(), seeded(77));
    map.put(packed(1), packed(2));
    th_test_file_time(1234567890123);
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    th_test_file_time(0);
    Opened opened(heap, folder / "map");
    ASSERT_EQ(TH_OK, opened.status);
    EXPECT_STREQ("key", opened.info.key_name);
    EXPECT_STREQ("value", opened.info.value_name);
    EXPECT_STREQ("tests", opened.info.tool);
    EXPECT_EQ(1234567890123u, opened.info.created);
    EXPECT_EQ(77u, opened.info.seed);
    EXPECT_EQ(0u, opened.info.shards);
    EXPECT_EQ(uint32_t{TH_FILE_VERSION}, opened.info.version);

    th_save *made = nullptr;
    std::string longName(TH_FILE_NAME, 'x');
    EXPECT_EQ(TH_INVALID, th_save_begin((folder / "other").c_str(), &map.type(), 0, 0, longName.c_str(), "",
                                        "", &made, nullptr));
    longName.pop_back();
    EXPECT_EQ(TH_OK, th_save_begin((folder / "other").c_str(), &map.type(), 0, 0, longName.c_str(), nullptr,
                                   nullptr, &made, nullptr));
    EXPECT_EQ(TH_OK, th_save_part(made, map.raw(), map.stamp(), nullptr));
    EXPECT_EQ(TH_INVALID, th_save_part(made, map.raw(), map.stamp(), nullptr)) << "one part is all";
    EXPECT_EQ(TH_OK, th_save_commit(made, nullptr));
    EXPECT_EQ(TH_INVALID, th_save_commit(made, nullptr));
    th_save_end(made);
    th_file_info info{};
    ASSERT_EQ(TH_OK, th_file_read_info((folder / "other").c_str(), &info, nullptr));
    EXPECT_EQ(longName, info.key_name);
    EXPECT_STREQ("", info.value_name);
}

/* An opened map can be saved again, and is the same file but for its time. */
TEST(FileRoundTrip, SavedAgain) {
    Folder folder;
    Heap heap(0, true);
    for (const NamedType &named : keyKinds()) {
        SCOPED_TRACE(named.name);
        Map map(heap, named.type);
        Model model;
        fill(map, model, 1000);
        th_test_file_time(5);
        ASSERT_EQ(TH_OK, save(folder / "one", map));
        Opened opened(heap, folder / "one");
        ASSERT_EQ(TH_OK, opened.status);
        ASSERT_EQ(TH_OK, save(folder / "two", *opened.map));
        th_test_file_time(0);
        EXPECT_EQ(contents(folder / "one"), contents(folder / "two"));
    }
}

/* The file is replaced under an opened map, which keeps what it has. */
TEST(FileRoundTrip, ReplacedWhileOpen) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, longType());
    Model before;
    fill(map, before, 5000);
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    Opened opened(heap, folder / "map");
    ASSERT_EQ(TH_OK, opened.status);
    ASSERT_EQ(TH_OK, map.clear());
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    EXPECT_TRUE(isConsistent(*opened.map, before));
    std::remove((folder / "map").c_str());
    EXPECT_EQ(TH_OK, opened.verify());
    EXPECT_TRUE(isConsistent(*opened.map, before));
}

TEST(FileRoundTrip, Statistics) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, bytesLongType());
    Model model;
    fill(map, model, 20000);
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    th_map_stats own = map.stats(true);
    uint64_t before = heap.stats().live_bytes;
    {
        Opened opened(heap, folder / "map");
        ASSERT_EQ(TH_OK, opened.status);
        EXPECT_LT(heap.stats().live_bytes - before, 16384u) << "the file is no memory of the heap's";
        th_map_stats stats = opened.map->stats(true);
        EXPECT_EQ(own.size, stats.size);
        EXPECT_EQ(own.buckets, stats.buckets);
        EXPECT_EQ(own.overflow_buckets, stats.overflow_buckets);
        EXPECT_EQ(own.heap_bytes_live, stats.heap_bytes_live);
        EXPECT_EQ(0, std::memcmp(own.chains, stats.chains, sizeof own.chains));
        EXPECT_EQ(0, std::memcmp(own.density, stats.density, sizeof own.density));
        EXPECT_GT(stats.reserved_bytes, stats.bucket_bytes + stats.heap_bytes_live);
        EXPECT_LT(stats.reserved_bytes, opened.info.bytes + 16384);
        EXPECT_GT(stats.resident_bytes, 0u);
        EXPECT_LE(stats.resident_bytes, stats.reserved_bytes);
    }
    EXPECT_EQ(before, heap.stats().live_bytes);
}

} // namespace
} // namespace tophash::test
