/* Files that are not what they should be: refused with a reason, or at worst wrong, never a crash. */
#include "file_bytes.h"
#include "files.h"

namespace tophash::test {
namespace {

uint32_t reasonOf(const std::string &path, const th_type *type = nullptr) {
    Heap heap(0, true);
    Opened opened(heap, path, type);
    EXPECT_EQ(TH_BAD_FILE, opened.status) << describe(opened.error);
    th_file_info info{};
    th_file_error error{};
    th_status told = th_file_read_info(path.c_str(), &info, &error);
    if (!type) {
        EXPECT_EQ(TH_BAD_FILE, told);
        EXPECT_EQ(0, std::memcmp(&error, &opened.error, sizeof error));
    }
    Loaded loaded(heap, path, {}, type);
    EXPECT_EQ(opened.status, loaded.status);
    EXPECT_EQ(opened.error.reason, loaded.error.reason);
    return opened.error.reason;
}

TEST(FileDamage, EveryByte) {
    Folder folder;
    for (const NamedType &named :
         {NamedType{"bytesBytes", bytesBytesType()}, NamedType{"long", longType()}}) {
        SCOPED_TRACE(named.name);
        std::string whole = fileOf(named.type, 60, folder);
        FileHeader header = headerOf(whole);
        std::vector<FileRegion> regions = regionsOf(whole);
        auto isGap = [&](uint64_t at) {
            for (const FileRegion &region : regions) {
                if (at >= region.offset && at < region.offset + region.bytes)
                    return false;
            }
            return at >= sizeof header && at < header.tables;
        };
        std::string path = folder / "damaged";
        writeFile(path, whole);
        int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
        Heap heap(0, true);
        for (uint64_t at = 0; at < whole.size(); at += isGap(at) ? 97 : scaled(10) == 10 ? 1 : 7) {
            char bad = static_cast<char>(whole[at] ^ (1 << at % 8));
            ASSERT_EQ(1, pwrite(file, &bad, 1, static_cast<off_t>(at)));
            {
                Opened opened(heap, path);
                if (opened.status == TH_OK) {
                    readAll(*opened.map);
                    walk(*opened.map);
                    th_status verified = opened.verify();
                    ASSERT_EQ(isGap(at) ? TH_OK : TH_BAD_FILE, verified) << at;
                } else {
                    ASSERT_FALSE(isGap(at));
                    ASSERT_EQ(TH_BAD_FILE, opened.status);
                }
                if (!isGap(at)) {
                    ASSERT_NE(0u, opened.error.reason) << at;
                }
            }
            heap.reclaim();
            ASSERT_EQ(1, pwrite(file, &whole[at], 1, static_cast<off_t>(at)));
        }
        close(file);
        Opened opened(heap, path);
        ASSERT_EQ(TH_OK, opened.status);
        EXPECT_EQ(TH_OK, opened.verify());
    }
}

/* The checksums are right again, so that what is wrong with the bytes themselves is looked at. */
TEST(FileDamage, EveryByteWithRightChecksums) {
    Folder folder;
    Random random(3);
    for (const NamedType &named :
         {NamedType{"bytesBytes", bytesBytesType()}, NamedType{"bytesLong", bytesLongType()},
          NamedType{"long", longType()}, NamedType{"k24v16", typeOf(kKeyParts[8], kValueParts[5])}}) {
        SCOPED_TRACE(named.name);
        std::string whole = fileOf(named.type, 60, folder);
        std::string path = folder / "damaged";
        Heap heap(0, true);
        uint64_t opened_ones = 0;
        for (uint64_t at = 8; at < whole.size(); at += at < 320 ? 1 : at < 4096 ? 53 : 3) {
            if (at > 4096 && scaled(10) != 10)
                at += random.below(10);
            std::string bytes = whole;
            bytes[at % whole.size()] = static_cast<char>(random.next());
            if (at >= sizeof(FileHeader))
                mendBlocks(bytes);
            mend(bytes, headerOf(bytes));
            writeFile(path, bytes);
            {
                Opened opened(heap, path);
                if (opened.status == TH_OK) {
                    opened_ones++;
                    readAll(*opened.map);
                    walk(*opened.map);
                    if (opened.verify() == TH_OK) {
                        std::vector<Entry> seen;
                        Walk all(*opened.map, 0);
                        while (!all.ended())
                            all.next(seen);
                        EXPECT_EQ(opened.info.entries, seen.size());
                    }
                } else {
                    EXPECT_TRUE(opened.status == TH_BAD_FILE || opened.status == TH_NO_MEMORY);
                }
                Loaded loaded(heap, path);
                if (loaded.status == TH_OK) {
                    EXPECT_TRUE(isSound(*loaded.map));
                }
            }
            heap.reclaim();
        }
        EXPECT_GT(opened_ones, 100u);
    }
}

TEST(FileDamage, EveryLength) {
    Folder folder;
    std::string whole = fileOf(bytesLongType(), 40, folder);
    std::string path = folder / "cut";
    writeFile(path, whole);
    Heap heap(0, true);
    for (size_t length = whole.size(); length-- > 0;) {
        ASSERT_EQ(0, truncate(path.c_str(), static_cast<off_t>(length)));
        Opened opened(heap, path);
        ASSERT_EQ(TH_BAD_FILE, opened.status) << length;
        ASSERT_EQ(length < 8 ? uint32_t{TH_FILE_FOREIGN} : uint32_t{TH_FILE_SIZE}, opened.error.reason);
        if (length >= 4096) {
            ASSERT_EQ(whole.size(), opened.error.expected);
        }
        ASSERT_EQ(length < 8 ? 0 : length, opened.error.found);
    }
    for (size_t more : {1u, 8u, 4096u, 100000u}) {
        writeFile(path, whole + std::string(more, '\0'));
        EXPECT_EQ(uint32_t{TH_FILE_SIZE}, reasonOf(path));
    }
}

TEST(FileDamage, OtherFiles) {
    Folder folder;
    std::string whole = fileOf(longType(), 10, folder);
    writeFile(folder / "empty", "");
    EXPECT_EQ(uint32_t{TH_FILE_FOREIGN}, reasonOf(folder / "empty"));
    writeFile(folder / "text", "Not a map.\n");
    EXPECT_EQ(uint32_t{TH_FILE_FOREIGN}, reasonOf(folder / "text"));
    writeFile(folder / "large", std::string(100000, 'x'));
    EXPECT_EQ(uint32_t{TH_FILE_FOREIGN}, reasonOf(folder / "large"));
    EXPECT_EQ(uint32_t{TH_FILE_KIND}, reasonOf(folder.path()));
    ASSERT_EQ(0, mkfifo((folder / "pipe").c_str(), 0600));
    EXPECT_EQ(uint32_t{TH_FILE_KIND}, reasonOf(folder / "pipe"));
    EXPECT_EQ(uint32_t{TH_FILE_KIND}, reasonOf("/dev/null"));
    EXPECT_EQ(uint32_t{TH_FILE_OS}, reasonOf(folder / "missing"));
    EXPECT_EQ(uint32_t{TH_FILE_OS}, reasonOf(folder / "missing/map"));
    Heap heap(0, true);
    Opened missing(heap, folder / "missing");
    EXPECT_EQ(ENOENT, missing.error.os_error);
    EXPECT_EQ(uint32_t{TH_FILE_OPEN}, missing.error.what);
    if (geteuid() != 0) {
        ASSERT_EQ(0, chmod((folder / "original").c_str(), 0));
        Opened forbidden(heap, folder / "original");
        EXPECT_EQ(EACCES, forbidden.error.os_error);
    }
}

TEST(FileDamage, HeaderFields) {
    Folder folder;
    std::string whole = fileOf(longType(), 100, folder);
    std::string path = folder / "changed";
    auto change = [&](auto edit) {
        std::string bytes = whole;
        FileHeader header = headerOf(bytes);
        edit(header);
        mend(bytes, header);
        writeFile(path, bytes);
        return reasonOf(path);
    };
    EXPECT_EQ(uint32_t{TH_FILE_TOO_NEW}, change([](auto &h) { h.version = TH_FILE_VERSION + 1; }));
    EXPECT_EQ(uint32_t{TH_FILE_FEATURE}, change([](auto &h) { h.features = 1u << 5; }));
    EXPECT_EQ(uint32_t{TH_FILE_SIZE}, change([](auto &h) { h.bytes--; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.shards = 3; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.shards = 1u << 31; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) {
                  h.shards = 1;
                  h.parts = 0;
              }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.parts = UINT32_MAX; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.regions = UINT32_MAX; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.blocks = UINT64_MAX / 4; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.tables = UINT64_MAX - 4095; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.tables = 0; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.entries++; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.type.key_kind = 7; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.type.key_size = 9; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.bucketSize++; }));
    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, change([](auto &h) { h.headerBytes = 8192; }));

    th_type other = bytesLongType();
    EXPECT_EQ(uint32_t{TH_FILE_TYPE}, reasonOf(folder / "original", &other));
    other = longType();
    other.value_align = 4;
    EXPECT_EQ(uint32_t{TH_FILE_TYPE}, reasonOf(folder / "original", &other));

    std::string bytes = whole;
    bytes[16] ^= 1;
    writeFile(path, bytes);
    EXPECT_EQ(uint32_t{TH_FILE_HEADER}, reasonOf(path));
}

/* Every number of the tables at its ends, with right checksums. */
TEST(FileDamage, TableFields) {
    Folder folder;
    std::string whole = fileOf(bytesBytesType(), 200, folder);
    std::string path = folder / "changed";
    FileHeader header = headerOf(whole);
    Heap heap(0, true);
    uint64_t tables = header.parts * sizeof(FilePart) + header.regions * sizeof(FileRegion);
    for (uint64_t at = 0; at < tables; at++) {
        for (uint64_t number : {UINT64_MAX, uint64_t{0}, uint64_t{1} << 63, uint64_t{4096}, uint64_t{1}}) {
            for (size_t size : {1u, 2u, 4u, 8u}) {
                if (at % size != 0)
                    continue;
                std::string bytes = whole;
                std::memcpy(bytes.data() + header.tables + at, &number, size);
                mend(bytes, header);
                writeFile(path, bytes);
                Opened opened(heap, path);
                if (opened.status == TH_OK) {
                    readAll(*opened.map);
                    walk(*opened.map);
                    opened.verify();
                    if (at % 8 == 0 && size == 8)
                        opened.map->stats(true);
                } else if (opened.status == TH_BAD_FILE) {
                    EXPECT_EQ(uint32_t{TH_FILE_RANGE}, opened.error.reason);
                }
            }
        }
        heap.reclaim();
    }
}

/* Versions are written as 0; an odd one that got in must not make readers of shards wait for ever. */
TEST(FileDamage, OddVersions) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, longType(), sharded(2));
    for (uint64_t i = 0; i < 100; i++) {
        std::string key = packed(i);
        Map shard(map, static_cast<uint32_t>(th_shard_of(map.raw(), map.stamp(), key.data(), 8)));
        ASSERT_EQ(TH_ABSENT, shard.put(key, packed(i + 1)));
    }
    ASSERT_EQ(TH_OK, saveSharded(folder / "map", map, 2));
    std::string bytes = contents(folder / "map");
    FileHeader header = headerOf(bytes);
    for (const FileRegion &region : regionsOf(bytes)) {
        for (uint64_t at = region.offset; at < region.offset + region.bytes; at += header.bucketSize)
            bytes[at + 12] = 1;
    }
    writeFile(folder / "odd", bytes);
    Opened opened(heap, folder / "odd");
    ASSERT_EQ(TH_OK, opened.status);
    for (uint64_t i = 0; i < 100; i++)
        EXPECT_EQ(i + 1, th_word_get(opened.map->raw(), opened.map->stamp(), i, 0));
    EXPECT_EQ(0u, th_word_get(opened.map->raw(), opened.map->stamp(), 1000, 0));
    EXPECT_EQ(TH_BAD_FILE, opened.verify());
}

/* A part is damaged: what was opened from it must not be saved as if it were whole. */
TEST(FileDamage, IsNotSavedAgain) {
    Folder folder;
    std::string bytes = fileOf(longType(), 100, folder);
    bytes[4096 + 100] ^= 4;
    writeFile(folder / "damaged", bytes);
    Heap heap(0, true);
    Opened opened(heap, folder / "damaged");
    ASSERT_EQ(TH_OK, opened.status);
    th_file_error error{};
    EXPECT_EQ(TH_BAD_FILE, save(folder / "again", *opened.map, &error));
    EXPECT_EQ(uint32_t{TH_FILE_BLOCK_SUM}, error.reason);
    EXPECT_EQ(2u, folder.names().size());
}

} // namespace
} // namespace tophash::test
