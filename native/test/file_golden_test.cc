/*
 * Files that are kept: every architecture writes the same bytes, and reads what was written before. To write
 * them anew, after a change that the format's version tells: TOPHASH_WRITE_GOLDEN=1.
 */
#include "file_bytes.h"
#include "files.h"

namespace tophash::test {
namespace {

constexpr uint32_t kSeed = 0x5eed;

std::string goldenFolder() {
    const char *folder = std::getenv("TOPHASH_GOLDEN_FILES");
    return folder ? folder : "test/files";
}

struct Golden {
    std::string name;
    th_type type;
    uint32_t shards;
    uint64_t entries;
};

void PrintTo(const Golden &golden, std::ostream *out) {
    *out << golden.name;
}

class FileGolden : public testing::TestWithParam<Golden> {
  protected:
    void SetUp() override {
        if (access(goldenFolder().c_str(), R_OK) != 0)
            GTEST_SKIP() << "TOPHASH_GOLDEN_FILES does not name the folder with the files";
        kept_ = goldenFolder() + "/" + GetParam().name + ".tophash";
    }

    /* Saves the map that the file is of, which is the same on every machine. */
    void write(const std::string &path) {
        const Golden &golden = GetParam();
        Heap heap(0, true);
        std::vector<std::unique_ptr<Map>> maps;
        for (uint32_t i = 0; i < std::max(golden.shards, 1u); i++)
            maps.push_back(std::make_unique<Map>(heap, golden.type, seeded(kSeed)));
        for (uint64_t i = 0; i < golden.entries; i++) {
            std::string key = makeKey(golden.type, i), value = makeValue(golden.type, i);
            Map &first = *maps[0];
            uint64_t hash = th_test_hash(first.raw(), first.stamp(), key.data(), key.size());
            maps[golden.shards ? hash >> 8 & (golden.shards - 1) : 0]->put(key, value);
            model_[key] = value;
        }
        std::vector<std::pair<th_map *, uint64_t>> parts;
        for (auto &map : maps)
            parts.emplace_back(map->raw(), map->stamp());
        th_test_file_time(1700000000);
        EXPECT_EQ(TH_OK, saveParts(path, golden.type, golden.shards, kSeed, parts, nullptr));
        th_test_file_time(0);
    }

    Folder folder_;
    Model model_;
    std::string kept_;
};

TEST_P(FileGolden, IsWrittenTheSame) {
    write(folder_ / "map");
    if (std::getenv("TOPHASH_WRITE_GOLDEN"))
        writeFile(kept_, contents(folder_ / "map"));
    std::string expected = contents(kept_), found = contents(folder_ / "map");
    ASSERT_EQ(expected.size(), found.size());
    auto differing = std::mismatch(expected.begin(), expected.end(), found.begin());
    EXPECT_TRUE(differing.first == expected.end())
        << "byte " << differing.first - expected.begin() << " differs";
}

TEST_P(FileGolden, IsRead) {
    write(folder_ / "map");
    Heap heap(0, true);
    Opened opened(heap, kept_, &GetParam().type);
    ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
    EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
    EXPECT_EQ(1700000000u, opened.info.created);
    EXPECT_EQ(kSeed, opened.info.seed);
    EXPECT_EQ(GetParam().shards, opened.info.shards);
    for (const auto &[key, value] : model_) {
        std::vector<uint8_t> room(4096);
        uint64_t length = 0;
        ASSERT_EQ(TH_PRESENT, th_entry_get(opened.map->raw(), opened.map->stamp(),
                                           reinterpret_cast<const uint8_t *>(key.data()), key.size(),
                                           room.data(), room.size(), &length));
        ASSERT_EQ(value, std::string(reinterpret_cast<char *>(room.data()), length));
    }
    Loaded loaded(heap, kept_);
    ASSERT_EQ(TH_OK, loaded.status);
    EXPECT_TRUE(isConsistent(*loaded.map, model_));
}

const Golden kGolden[] = {
    {"empty", longType(), 0, 0},         {"long", longType(), 0, 20},
    {"bytes", bytesBytesType(), 0, 24},  {"int", typeOf(kKeyParts[1], kValueParts[2]), 0, 30},
    {"sharded", bytesLongType(), 2, 24},
};

INSTANTIATE_TEST_SUITE_P(Files, FileGolden, testing::ValuesIn(kGolden),
                         [](const auto &tested) { return tested.param.name; });

/* Regions of every size begin where pages of that size do, and all of the header is where it should be. */
TEST(FileLayout, RegionsAreAligned) {
    Folder folder;
    Heap heap(0, true);
    for (uint64_t entries : {100u, 60000u, 1700000u}) {
        if (entries > 100000 && scaled(10) != 10)
            continue;
        Map map(heap, bytesLongType(), seeded(kSeed, entries));
        for (uint64_t i = 0; i < entries; i++)
            map.put("a key that is long " + std::to_string(i), packed(i));
        ASSERT_EQ(TH_OK, save(folder / "map", map));
        std::string bytes = contents(folder / "map");
        FileHeader header = headerOf(bytes);
        EXPECT_EQ(0, std::memcmp("TOPHASH\x1a", header.magic, 8));
        EXPECT_EQ(1u, header.version);
        EXPECT_EQ(4096u, header.headerBytes);
        EXPECT_EQ(bytes.size(), header.bytes);
        EXPECT_EQ(entries, header.entries);
        EXPECT_EQ(208u, header.bucketSize);
        EXPECT_EQ(header.bytes, sumsAt(header) + 8 * header.blocks);
        ASSERT_EQ(2u, header.regions);
        for (const FileRegion &region : regionsOf(bytes)) {
            uint64_t align = region.bytes >= 32u << 20 ? 2u << 20 : region.bytes >= 1u << 20 ? 65536 : 4096;
            EXPECT_EQ(0u, region.offset % align);
        }
        std::string mended = bytes;
        mendBlocks(mended);
        mend(mended, header);
        EXPECT_TRUE(bytes == mended) << "checksums are as the format says";
        Opened opened(heap, folder / "map");
        ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
        EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
        for (uint64_t i = 0; i < entries; i += 1 + entries / 1000) {
            std::string key = "a key that is long " + std::to_string(i);
            ASSERT_EQ(i, th_bytes_get(opened.map->raw(), opened.map->stamp(),
                                      reinterpret_cast<const uint8_t *>(key.data()), key.size(), ~i));
        }
    }
}

} // namespace
} // namespace tophash::test
