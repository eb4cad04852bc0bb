/* Map files where pages are larger than the multiples of 4096 that regions begin at: tools/machine.sh has
 * such a machine. What cannot be mapped there is copied, and reads are the same. */
#include <cstdio>

#include "file_bytes.h"
#include "files.h"

namespace tophash::test {
namespace {

/* Bytes of a file that this process has mapped. */
uint64_t mappedBytes(const std::string &path) {
    std::ifstream maps("/proc/self/maps");
    uint64_t bytes = 0;
    for (std::string line; std::getline(maps, line);) {
        unsigned long long start = 0, end = 0;
        bool ours = line.size() > path.size() && line.substr(line.size() - path.size()) == path;
        if (ours && std::sscanf(line.c_str(), "%llx-%llx", &start, &end) == 2)
            bytes += end - start;
    }
    return bytes;
}

TEST(FilePages, AreAsLargeAsTheMachineShouldHaveThem) {
    const char *expected = std::getenv("TOPHASH_PAGE_BYTES");
    if (!expected)
        GTEST_SKIP() << "only tools/machine.sh says how large pages are";
    EXPECT_EQ(expected, std::to_string(pageBytes()));
}

TEST(FilePages, RegionsAreMappedWhereTheyCanBe) {
    Folder folder;
    std::string path = folder / "map";
    for (const NamedType &named :
         {NamedType{"long", longType()}, NamedType{"bytesBytes", bytesBytesType()}}) {
        for (uint64_t count : {uint64_t{10}, uint64_t{3000}, uint64_t{40000}}) {
            SCOPED_TRACE(named.name + " " + std::to_string(count));
            Heap heap(0, true);
            Map map(heap, named.type, seeded(5));
            Model model;
            fill(map, model, count);
            ASSERT_EQ(TH_OK, save(path, map));
            uint64_t page = pageBytes(), mapped = 0, copied = 0;
            for (const FileRegion &region : regionsOf(contents(path))) {
                bool fits = isMapped(region);
                mapped += fits ? (region.bytes + page - 1) / page * page : 0;
                copied += !fits;
            }
            Opened opened(heap, path);
            ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
            EXPECT_EQ(mapped, mappedBytes(path));
            EXPECT_TRUE(page == 4096 ? copied == 0 : count > 10 || copied > 0);
            EXPECT_EQ(TH_OK, opened.verify()) << describe(opened.error);
            EXPECT_TRUE(isConsistent(*opened.map, model));
            EXPECT_EQ(TH_READ_ONLY, opened.map->put(makeKey(named.type, 1), makeValue(named.type, 1)));
            ASSERT_EQ(TH_OK, save(folder / "again", *opened.map));
            EXPECT_EQ(0u, mappedBytes(folder / "again"));
            Loaded loaded(heap, folder / "again");
            ASSERT_EQ(TH_OK, loaded.status) << describe(loaded.error);
            EXPECT_TRUE(isConsistent(*loaded.map, model));
        }
        EXPECT_EQ(0u, mappedBytes(path)) << "closing lets go of the file";
    }
}

} // namespace
} // namespace tophash::test
