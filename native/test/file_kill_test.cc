/* A process that is ended while it saves, and two saves at once: one whole version is there. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "files.h"

namespace tophash::test {
namespace {

/* Version v of a map: the number of its entries, and each value, tell which it is. */
void setVersion(Map &map, uint64_t version) {
    map.clear();
    for (uint64_t i = 0; i < 500 + version % 500; i++)
        map.put(packed(i), packed(version));
}

TEST(FileKill, LeavesOneWholeVersion) {
    Folder folder;
    std::string path = folder / "map";
    uint64_t seen = 0, left = 0;
    for (uint64_t round = 0; round < scaled(150, 10); round++) {
        pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            Heap heap;
            Map map(heap, longType());
            for (uint64_t version = seen + 1;; version++) {
                setVersion(map, version);
                if (save(path, map) != TH_OK)
                    _exit(1);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(mix(round) % 12000));
        kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(child, waitpid(child, &status, 0));
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not save";
        std::vector<std::string> names = folder.names();
        ASSERT_LE(names.size(), 2u) << "what an earlier child left is still there";
        left += names.size() > 1;
        if (std::count(names.begin(), names.end(), "map") != 0) {
            Heap heap(0, true);
            Opened opened(heap, path);
            ASSERT_EQ(TH_OK, opened.status) << describe(opened.error);
            ASSERT_EQ(TH_OK, opened.verify()) << describe(opened.error);
            uint64_t version = th_word_get(opened.map->raw(), opened.map->stamp(), 0, 0);
            ASSERT_GE(version, seen);
            seen = version;
            ASSERT_EQ(static_cast<int64_t>(500 + version % 500), opened.map->size());
            for (const Entry &entry : walkAll(*opened.map))
                ASSERT_EQ(version, unpacked(entry.second));
        }
    }
    EXPECT_GT(seen, 0u);
    EXPECT_TRUE(left > 0 || scaled(100) < 100) << "none was ended at the right moment";
}

/* Files that look like unfinished ones: only what nobody has locked goes, and nothing of another name. */
TEST(FileKill, OnlyWhatIsDeadIsRemoved) {
    Folder folder;
    Heap heap;
    Map map(heap, longType());
    std::string path = folder / "map";
    std::string dead = path + ".0123abcd.unfinished";
    const char *others[] = {"map.20261122", "map.0123abc.unfinished", "map.0123abcd.unfinished.old",
                            "map2.0123abcd.unfinished", "map.0123ABCD.unfinished"};
    for (const char *name : others)
        writeFile(folder / name, "x");
    writeFile(dead, "x");
    ASSERT_EQ(0, symlink((folder / others[0]).c_str(), (path + ".00000000.unfinished").c_str()));
    ASSERT_EQ(0, mkfifo((path + ".00000001.unfinished").c_str(), 0600));
    th_save *alive = nullptr;
    th_type type = longType();
    ASSERT_EQ(TH_OK, th_save_begin(path.c_str(), &type, 0, 0, "", "", "", &alive, nullptr));
    EXPECT_EQ(-1, access(dead.c_str(), F_OK));
    EXPECT_EQ(std::size(others) + 3, folder.names().size());
    ASSERT_EQ(TH_OK, save(path, map));
    EXPECT_EQ(std::size(others) + 4, folder.names().size()) << "the one that is alive is still there";
    for (const char *name : others)
        EXPECT_EQ("x", contents(folder / name));
    th_save_end(alive);
    EXPECT_EQ(std::size(others) + 3, folder.names().size());
}

/* Two that save to one path do not disturb each other. */
TEST(FileKill, TwoSavesToOnePath) {
    Folder folder;
    Heap heap(0, true);
    Map one(heap, longType()), two(heap, longType());
    setVersion(one, 1);
    setVersion(two, 2);
    th_save *first = nullptr, *second = nullptr;
    th_type type = longType();
    std::string path = folder / "map";
    ASSERT_EQ(TH_OK, th_save_begin(path.c_str(), &type, 0, 0, "", "", "", &first, nullptr));
    ASSERT_EQ(TH_OK, th_save_begin(path.c_str(), &type, 0, 0, "", "", "", &second, nullptr));
    EXPECT_EQ(TH_OK, th_save_part(first, one.raw(), one.stamp(), nullptr));
    EXPECT_EQ(TH_OK, th_save_part(second, two.raw(), two.stamp(), nullptr));
    EXPECT_EQ(TH_OK, th_save_commit(second, nullptr));
    EXPECT_EQ(501, Opened(heap, path).map->size() - 1);
    EXPECT_EQ(TH_OK, th_save_commit(first, nullptr));
    th_save_end(second);
    th_save_end(first);
    EXPECT_EQ(501, Opened(heap, path).map->size());
    EXPECT_EQ(1u, folder.names().size());
}

} // namespace
} // namespace tophash::test
