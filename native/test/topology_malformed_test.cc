/* Files in the place of sysfs that say what cannot be. */
#include "sysfs_tree.h"

#include <functional>
#include <sys/stat.h>

namespace tophash::test {
namespace {

/* A list that is not one tells nothing: here, that of the CPUs, so that the node's counts. */
TEST(Topology, MalformedLists) {
    for (const char *list : {"x", "3-1", "0-", "-3", "0,,1", ",0", "0,", "0 1", "0-3:1/2", "0x3", "1-2-3",
                             "0-3,7,9-12,oh", "0,3-1", "-", "+1", "0.5", "99999999999999999999-1"}) {
        Sysfs sysfs;
        sysfs.online("0", list).node(0, "5-6", 1, "10");
        auto t = sysfs.read();
        expectSound(*t);
        EXPECT_EQ((Ints{-1, -1, -1, -1, -1, 0, 0}), firstOf(t->cpu_node, 7)) << list;
    }
    for (const char *list : {" 5-6", "5-6", "5,6\n\n", "\t6,5 ", "5-5,6-6", "5-6,5-6"}) {
        Sysfs sysfs;
        sysfs.online("0", list).node(0, "0-9", 1, "10");
        auto t = sysfs.read();
        expectSound(*t);
        EXPECT_EQ((Ints{-1, -1, -1, -1, -1, 0, 0}), firstOf(t->cpu_node, 7)) << list;
    }
}

TEST(Topology, MalformedDistances) {
    for (const char *distances : {"", "10", "10 20 30", "10 x", "ten 20", "10,20", "10 -20"}) {
        Sysfs sysfs;
        sysfs.online("0-1", "0").node(0, "0", 1, distances).node(1, "", 1, "20 10");
        auto t = sysfs.read();
        expectSound(*t);
        EXPECT_EQ(0, t->distance[0][1]) << distances;
        EXPECT_EQ(10, t->distance[0][0]) << distances;
        EXPECT_EQ(20, t->distance[1][0]) << distances;
    }
    Sysfs sysfs;
    sysfs.online("0-1", "0").node(0, "0", 1, "10 300").node(1, "", 1, "255 10");
    EXPECT_EQ((Rows{{10, 0}, {255, 10}}), distances(*sysfs.read()));
}

TEST(Topology, MalformedMemory) {
    const char *total = "Node 1 MemTotal: 8 kB";
    for (const char *text :
         {"", "Node 1 MemTotal:", "Node 1 MemTotal: kB", "Node 1 MemTotal: -8 kB", "Node 1 MemTotal: 8 MB",
          "Node 1 SwapMemTotal: 8 kB", "Node 1 MemTotal: 18446744073709551615 kB", "MemTotal"}) {
        Sysfs sysfs;
        sysfs.online("0-1", "0").node(0, "0", 1, "10 20").file("node/node1/meminfo", text);
        EXPECT_EQ(0u, sysfs.read()->node[1].memory_bytes) << text;
        sysfs.file("node/node1/meminfo", std::string(text) + "\n" + total);
        EXPECT_EQ(8192u, sysfs.read()->node[1].memory_bytes) << text;
    }
}

/* Links, pipes, folders and endless files in the place of files. */
TEST(Topology, NoFilesAtAll) {
    Sysfs sysfs;
    sysfs.online("0-3", "0").node(0, "0", 1, "10 20 30 40");
    for (const char *name : {"node/node1", "node/node2/cpulist", "node/node3"})
        std::filesystem::create_directories(sysfs.path(name));
    ASSERT_EQ(0, mkfifo(sysfs.path("node/node1/cpulist").c_str(), 0600));
    std::filesystem::create_symlink("meminfo", sysfs.path("node/node2/meminfo"));
    for (const char *name : {"cpulist", "distance", "meminfo"})
        std::filesystem::create_symlink("/dev/zero", sysfs.path("node/node3") / name);
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ((Ids{0, 1, 2, 3}), ids(*t));
    EXPECT_EQ(0u, t->node[3].memory_bytes);
}

std::string randomContent(Random &random) {
    static const char *const pieces[] = {"0",
                                         "1",
                                         "2",
                                         "3-4",
                                         "7-5",
                                         "-",
                                         ",",
                                         " ",
                                         "\n",
                                         "kB",
                                         "x",
                                         "4095-4097",
                                         "1000-3000",
                                         "0-3,7,9-12",
                                         "10",
                                         "\xff",
                                         "-99",
                                         "255",
                                         "256",
                                         "MemTotal:",
                                         "Node 0 MemFree: 5 kB",
                                         "4294967296",
                                         "99999999999999999999"};
    std::string content;
    for (uint64_t n = random.below(6); n > 0; n--) {
        content += pieces[random.below(std::size(pieces))];
        if (random.below(8) == 0)
            content.append(1, '\0');
    }
    if (random.below(50) == 0)
        content.append(random.below(70000), "0123456789,-"[random.below(12)]);
    return content;
}

/* Whatever the files say, the answer holds together, and nothing is read or written out of bounds. */
TEST(Topology, RandomContent) {
    static const char *const names[] = {"node/online",
                                        "cpu/online",
                                        "node/node0/cpulist",
                                        "node/node1/cpulist",
                                        "node/node0/distance",
                                        "node/node1/distance",
                                        "node/node1/meminfo",
                                        "node/node2/hugepages/hugepages-2048kB/nr_hugepages",
                                        "cpu/cpu0/cache/index3/shared_cpu_list",
                                        "cpu/cpu3/cache/index3/shared_cpu_list"};
    Random random(20);
    Sysfs sysfs;
    uint64_t known = 0;
    const uint64_t rounds = scaled(1000, 100);
    for (uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); round++) {
        if (round % 4 == 0) /* from a whole tree on, a few files at a time */
            sysfs.online("0-2", "0-5").node(0, "0-1", 1, "10 20 30").node(1, "2-5", 2, "20 10 40");
        for (uint64_t files = random.below(4); files > 0; files--)
            sysfs.file(names[random.below(std::size(names))], randomContent(random));
        auto t = sysfs.read();
        expectSound(*t);
        known += t->known;
    }
    EXPECT_GT(known, rounds / 4);
    EXPECT_LT(known, rounds);
}

} // namespace
} // namespace tophash::test
