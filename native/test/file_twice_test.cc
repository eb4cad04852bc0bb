/* Files in which a key is twice, with right checksums: what lies where it must, and is one too many. */
#include <ctime>

#include "file_bytes.h"
#include "files.h"

namespace tophash::test {
namespace {

enum class Keys { Words, Fixed, Short, Long };

struct Case {
    const char *name;
    th_type type;
    Keys keys;
};

std::string keyOf(Keys kind, uint64_t i) {
    std::string digits = std::to_string(10000000 + i); /* eight, so that keys are of the same length */
    switch (kind) {
    case Keys::Words:
        return packed(mix(i)); /* numbers in a row lie too evenly for overflow buckets */
    case Keys::Fixed:
        return digits + digits + digits;
    case Keys::Short:
        return digits;
    default:
        return "a key beyond twelve bytes " + digits;
    }
}

/* The bytes of a file, and where its entries are in them. */
class Editor {
  public:
    explicit Editor(const std::string &path, const th_type &type)
        : bytes_(contents(path)), header_(headerOf(bytes_)), regions_(regionsOf(bytes_)) {
        EXPECT_EQ(TH_OK, th_type_layout(&type, &layout_));
        FilePart part;
        std::memcpy(&part, &bytes_[header_.tables], sizeof part);
        main_ = uint64_t{1} << part.b;
    }

    uint64_t mainBuckets() const { return main_; }
    uint64_t bucket(uint64_t index) const { return regions_[0].offset + index * header_.bucketSize; }

    /* The buckets of a chain. */
    std::vector<uint64_t> chain(uint64_t index) const {
        std::vector<uint64_t> buckets{index};
        while (uint32_t link = number<uint32_t>(bucket(buckets.back()) + 8))
            buckets.push_back(main_ + link - 1);
        return buckets;
    }

    bool isEntry(uint64_t index, uint32_t slot) const {
        return static_cast<uint8_t>(bytes_[bucket(index) + slot]) >= 5;
    }

    /* Gives a slot the key and the tophash of another one; a long key's bytes go to the block that it has. */
    void copyKey(uint64_t from, uint32_t fromSlot, uint64_t to, uint32_t toSlot, Keys kind) {
        uint64_t source = key(from, fromSlot), target = key(to, toSlot);
        uint64_t size = kind == Keys::Words ? 8 : kind == Keys::Fixed ? 24 : kind == Keys::Short ? 16 : 8;
        bytes_[bucket(to) + toSlot] = bytes_[bucket(from) + fromSlot];
        bytes_.replace(target, size, bytes_.substr(source, size));
        if (kind == Keys::Long) {
            uint64_t length = number<uint32_t>(source);
            bytes_.replace(block(target), length, bytes_.substr(block(source), length));
        }
    }

    void write(const std::string &path) {
        mendBlocks(bytes_);
        mend(bytes_, headerOf(bytes_));
        writeFile(path, bytes_);
    }

  private:
    template <typename T> T number(uint64_t at) const {
        T value;
        std::memcpy(&value, &bytes_[at], sizeof value);
        return value;
    }

    uint64_t key(uint64_t index, uint32_t slot) const {
        return bucket(index) + layout_.slots_offset + slot * layout_.key_stride;
    }

    /* Where in the file the block of a bytes slot is. */
    uint64_t block(uint64_t slot) const {
        uint64_t reference = number<uint64_t>(slot + 8);
        for (const FileRegion &region : regions_) {
            uint64_t start = ((uint64_t{1024} << region.firstSegment) - 1024);
            if (region.kind == 2 && reference >= start && reference - start < region.bytes)
                return region.offset + (reference - start);
        }
        ADD_FAILURE() << "no block";
        return 0;
    }

    std::string bytes_;
    FileHeader header_;
    std::vector<FileRegion> regions_;
    th_layout layout_{};
    uint64_t main_ = 0;
};

void expectTwice(const std::string &path, uint64_t offset) {
    Heap heap(0, true);
    Opened opened(heap, path);
    ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
    ASSERT_EQ(TH_BAD_FILE, opened.verify());
    EXPECT_EQ(uint32_t{TH_FILE_ENTRY}, opened.error.reason) << describe(opened.error);
    EXPECT_EQ(offset, opened.error.offset);
    EXPECT_EQ(1u, opened.error.expected);
    EXPECT_EQ(2u, opened.error.found);
    Loaded loaded(heap, path);
    EXPECT_EQ(TH_BAD_FILE, loaded.status);
    EXPECT_EQ(0, std::memcmp(&opened.error, &loaded.error, sizeof loaded.error));
}

class FileTwice : public testing::TestWithParam<Case> {};

/* The first and the last entry of chains of one, two and three buckets. */
TEST_P(FileTwice, IsSeenInAChain) {
    const auto &[name, type, kind] = GetParam();
    Folder folder;
    {
        Heap heap;
        Map map(heap, type, seeded(7));
        for (uint64_t i = 0; i < 6500; i++) /* close to growth: where overflow buckets are most */
            ASSERT_EQ(TH_ABSENT, map.put(keyOf(kind, i), std::string(type.value_size, 'v')));
        ASSERT_EQ(TH_OK, save(folder / "map", map));
    }
    Editor whole(folder / "map", type);
    std::vector<int> seen(4);
    for (uint64_t first = 0; first < whole.mainBuckets(); first++) {
        std::vector<uint64_t> chain = whole.chain(first);
        uint32_t last = 7;
        while (last > 0 && !whole.isEntry(chain.back(), last))
            last--;
        bool two = whole.isEntry(first, 0) && whole.isEntry(chain.back(), last);
        if (!two || (chain.size() == 1 && last == 0) || seen.at(chain.size())++ >= 3)
            continue;
        SCOPED_TRACE(std::to_string(chain.size()) + " buckets from " + std::to_string(first));
        Editor twice = whole;
        twice.copyKey(first, 0, chain.back(), last, kind);
        twice.write(folder / "twice");
        expectTwice(folder / "twice", whole.bucket(chain.back()));
    }
    EXPECT_LT(0, seen[1]);
    EXPECT_LT(0, seen[2]);
}

INSTANTIATE_TEST_SUITE_P(Types, FileTwice,
                         testing::Values(Case{"words", longType(), Keys::Words},
                                         Case{"fixed", typeOf(kKeyParts[8], kValueParts[5]), Keys::Fixed},
                                         Case{"shortBytes", bytesLongType(), Keys::Short},
                                         Case{"longBytes", bytesLongType(), Keys::Long}),
                         [](const auto &tested) { return tested.param.name; });

__extension__ using Wide = unsigned __int128;

/* docs/file-format.md */
uint8_t tophashOf(uint64_t key, uint32_t seed) {
    Wide product = Wide{key ^ seed * 0x9e3779b97f4a7c15} * 0xa0761d6478bd642f;
    auto byte = static_cast<uint8_t>(static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64));
    return static_cast<uint8_t>(byte < 5 ? byte + 5 : byte);
}

/* A file of one main bucket with all others behind it, full of keys from 0 on but the last, which is `last`.
 */
std::string oneChain(std::string bytes, uint64_t buckets, uint64_t last) {
    FileHeader header = headerOf(bytes);
    uint64_t size = header.bucketSize, entries = buckets * 8;
    std::string chain(buckets * size, '\0');
    for (uint64_t i = 0; i < entries; i++) {
        char *bucket = &chain[i / 8 * size];
        uint64_t key = i + 1 == entries ? last : i;
        uint32_t link = static_cast<uint32_t>(i / 8 + 1 < buckets ? i / 8 + 1 : 0);
        bucket[i % 8] = static_cast<char>(tophashOf(key, header.seed));
        std::memcpy(bucket + 8, &link, sizeof link);
        std::memcpy(bucket + 16 + i % 8 * 16, &key, sizeof key);
    }
    FilePart part{};
    part.entries = entries;
    part.used = buckets;
    part.regions = 1;
    FileRegion region{sizeof header, chain.size(), 1, 0, 0};
    header.entries = entries;
    header.parts = 1;
    header.regions = 1;
    header.blocks = (chain.size() + TH_FILE_BLOCK - 1) / TH_FILE_BLOCK;
    header.tables = (sizeof header + chain.size() + 4095) / 4096 * 4096;
    bytes.resize(header.tables + sizeof part + sizeof region + header.blocks * 8);
    header.bytes = bytes.size();
    std::memcpy(&bytes[0], &header, sizeof header);
    bytes.replace(sizeof header, chain.size(), chain);
    std::memcpy(&bytes[header.tables], &part, sizeof part);
    std::memcpy(&bytes[header.tables + sizeof part], &region, sizeof region);
    mendBlocks(bytes);
    mend(bytes, header);
    return bytes;
}

/* Nobody's keys make such a chain, but a file can have it, and must not keep a verifier busy for hours. */
TEST(FileTwiceChain, OfAnyLength) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, longType(), seeded(99));
    map.put(packed(1), packed(2));
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    std::string seed = contents(folder / "map");
    for (uint64_t buckets : {uint64_t{8}, uint64_t{9}, uint64_t{33}, scaled(50000, 5000)}) {
        SCOPED_TRACE(buckets);
        writeFile(folder / "fine", oneChain(seed, buckets, buckets * 8));
        Opened fine(heap, folder / "fine");
        ASSERT_EQ(TH_OK, fine.status) << describe(fine.error);
        std::clock_t before = std::clock();
        EXPECT_EQ(TH_OK, fine.verify()) << describe(fine.error);
        EXPECT_LT(std::clock() - before, 10 * CLOCKS_PER_SEC);
        for (uint64_t last : {uint64_t{0}, buckets * 4, buckets * 8 - 2}) {
            writeFile(folder / "twice", oneChain(seed, buckets, last));
            Opened twice(heap, folder / "twice");
            ASSERT_EQ(TH_OK, twice.status) << describe(twice.error);
            EXPECT_EQ(TH_BAD_FILE, twice.verify()) << last;
            EXPECT_EQ(uint32_t{TH_FILE_ENTRY}, twice.error.reason);
            EXPECT_EQ(4096 + (buckets - 1) * 144, twice.error.offset);
        }
    }
}

} // namespace
} // namespace tophash::test
