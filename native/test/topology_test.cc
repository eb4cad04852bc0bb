/* Topologies of machines that are not here: trees of files in the place of sysfs. */
#include "sysfs_tree.h"

namespace tophash::test {
namespace {

TEST(Topology, TwoSockets) {
    Sysfs sysfs;
    sysfs.online("0-1", "0-7")
        .node(0, "0-1,4-5", 4, "10 21")
        .node(1, "2-3,6-7", 8, "31 10")
        .cache("0,4", {0, 4})
        .cache("1,5", {1, 5})
        .cache("2-3,6-7", {2, 3, 6, 7})
        .file("node/node1/hugepages/hugepages-2048kB/nr_hugepages", "64\n")
        .file("node/node1/hugepages/hugepages-2048kB/free_hugepages", "60\n")
        .file("node/node1/hugepages/hugepages-1048576kB/nr_hugepages", "3\n")
        .file("node/node1/hugepages/hugepages-1048576kB/free_hugepages", "2\n")
        .file("node/node0/hugepages/hugepages-1048576kB/nr_hugepages", "1\n")
        .file("node/node0/hugepages/hugepages-1048576kB/free_hugepages", "9\n");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->known);
    EXPECT_EQ(0, t->truncated);
    EXPECT_EQ((Ids{0, 1}), ids(*t));
    EXPECT_EQ((Rows{{10, 21}, {31, 10}}), distances(*t));
    EXPECT_EQ((Ints{0, 0, 1, 1, 0, 0, 1, 1, -1}), firstOf(t->cpu_node, 9));
    EXPECT_EQ((Ints{0, 1, 2, 2, 0, 1, 2, 2, -1}), firstOf(t->cpu_group, 9));
    EXPECT_EQ(8u, t->cpus);
    EXPECT_EQ(8u, t->cpu_limit);
    EXPECT_EQ(3u, t->groups);
    EXPECT_EQ(4 * kGiB, t->node[0].memory_bytes);
    EXPECT_EQ(1 * kGiB, t->node[0].free_bytes);
    EXPECT_EQ(0u, t->node[0].huge_2m);
    EXPECT_EQ(4u, t->node[1].cpus);
    EXPECT_EQ(8 * kGiB, t->node[1].memory_bytes);
    EXPECT_EQ(64u, t->node[1].huge_2m);
    EXPECT_EQ(60u, t->node[1].huge_2m_free);
    EXPECT_EQ(3u, t->node[1].huge_1g);
    EXPECT_EQ(2u, t->node[1].huge_1g_free);
}

/* The folder of a node that is offline may still be there. */
TEST(Topology, SparseNumbersAndAnOfflineNode) {
    Sysfs sysfs;
    sysfs.online("0,2,5,7", "0-3,8")
        .node(0, "0", 1, "10 20 30 40")
        .node(2, "1", 2, "20 10 31 41")
        .node(3, "8", 9, "10")
        .node(5, "2", 3, "30 31 10 42")
        .node(7, "3,8", 4, "40 41 42 10");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ((Ids{0, 2, 5, 7}), ids(*t));
    EXPECT_EQ((Rows{{10, 20, 30, 40}, {20, 10, 31, 41}, {30, 31, 10, 42}, {40, 41, 42, 10}}), distances(*t));
    EXPECT_EQ((Ints{0, 1, 2, 3, -1, -1, -1, -1, 3}), firstOf(t->cpu_node, 9));
    EXPECT_EQ((Ints{0, 1, 2, 3, -1, -1, -1, -1, 3}), firstOf(t->cpu_group, 9)) << "no L3: with their node";
    EXPECT_EQ(9u, t->cpu_limit);
    EXPECT_EQ(5u, t->cpus);
    EXPECT_EQ(3 * kGiB, t->node[2].memory_bytes);
}

TEST(Topology, NodesWithoutMemoryOrWithoutCpus) {
    Sysfs sysfs;
    sysfs.online("0-2", "0-3")
        .node(0, "0-1", 2, "10 20 40")
        .node(1, "2-3", 0, "20 10 40")
        .node(2, "", 16, "40 40 10");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(3u, t->nodes);
    EXPECT_EQ(0u, t->node[1].memory_bytes);
    EXPECT_EQ(2u, t->node[1].cpus);
    EXPECT_EQ(16 * kGiB, t->node[2].memory_bytes);
    EXPECT_EQ(0u, t->node[2].cpus);
}

TEST(Topology, OfflineCpus) {
    Sysfs sysfs;
    sysfs.online("0", "0,2").node(0, "0-3", 1, "10").cache("0-3", {0, 1, 2, 3});
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ((Ints{0, -1, 0, -1}), firstOf(t->cpu_node, 4));
    EXPECT_EQ((Ints{0, -1, 0, -1}), firstOf(t->cpu_group, 4));
    EXPECT_EQ(2u, t->node[0].cpus);
}

TEST(Topology, CpusThatNoNodeClaimsAreTheFirstNodes) {
    Sysfs sysfs;
    sysfs.online("0-1", "0-4").node(0, "0", 1, "10 20").node(1, "1-2", 1, "20 10");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ((Ints{0, 1, 1, 0, 0}), firstOf(t->cpu_node, 5));
}

TEST(Topology, WithoutTheListOfCpusNodesTell) {
    Sysfs sysfs;
    sysfs.file("node/online", "0-1\n").node(0, "0-1", 1, "10 20").node(1, "5", 1, "20 10");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->known);
    EXPECT_EQ((Ints{0, 0, -1, -1, -1, 1, -1}), firstOf(t->cpu_node, 7));
}

TEST(Topology, AKernelThatHasNoNodes) {
    Sysfs sysfs;
    sysfs.file("cpu/online", "0-3\n")
        .cache("0-1", {0, 1})
        .cache("2-3", {2, 3})
        .file("../../kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "7\n");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(0, t->known);
    EXPECT_EQ(1u, t->nodes);
    EXPECT_EQ((Ints{0, 0, 0, 0, -1}), firstOf(t->cpu_node, 5));
    EXPECT_EQ((Ints{0, 0, 1, 1, -1}), firstOf(t->cpu_group, 5));
    EXPECT_EQ(7u, t->node[0].huge_2m);
}

TEST(Topology, Hidden) {
    Sysfs empty;
    expectHidden(*empty.read());
    auto t = std::make_unique<th_topology>();
    EXPECT_EQ(TH_OK, th_topology_read((empty.root() + "/not there").c_str(), t.get()));
    expectHidden(*t);
    EXPECT_EQ(TH_OK, th_topology_read("", t.get()));
    expectHidden(*t);
    EXPECT_EQ(TH_OK, th_topology_read("/dev/null", t.get()));
    expectHidden(*t);
}

/* A node is online, but its folder is hidden. */
TEST(Topology, HalfHidden) {
    Sysfs sysfs;
    sysfs.online("0", "0-1");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->known);
    EXPECT_EQ(2u, t->node[0].cpus);
    EXPECT_GT(t->node[0].memory_bytes, 0u);
}

TEST(Topology, ThisMachine) {
    auto t = std::make_unique<th_topology>();
    ASSERT_EQ(TH_OK, th_topology_read(nullptr, t.get()));
    expectSound(*t);
    EXPECT_EQ(static_cast<uint32_t>(sysconf(_SC_NPROCESSORS_ONLN)), t->cpus);
    EXPECT_EQ(TH_INVALID, th_topology_read(nullptr, nullptr));
}

TEST(Topology, MoreNodesThanCanBeTold) {
    Sysfs sysfs;
    sysfs.online("0-99", "0-99");
    std::string distances;
    for (int i = 0; i < 100; i++)
        distances += std::to_string(10 + i) + " ";
    for (int i = 0; i < 100; i++)
        sysfs.node(i, std::to_string(i), 1, distances);
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->truncated);
    EXPECT_EQ(64u, t->nodes);
    EXPECT_EQ(64u, t->cpus) << "CPUs of nodes beyond are not another node's";
    EXPECT_EQ(73, t->distance[5][63]);
}

TEST(Topology, MoreCpusThanCanBeTold) {
    Sysfs sysfs;
    sysfs.online("0", "4000-5000").node(0, "0-99999999999999999999999", 1, "10");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->truncated);
    EXPECT_EQ(96u, t->cpus);
    EXPECT_EQ(4096u, t->cpu_limit);
}

TEST(Topology, NodeNumbersBeyondLinux) {
    Sysfs sysfs;
    sysfs.online("1,1023-1024,4095-18446744073709551616", "0").node(1, "0", 1, "10 1 2 3");
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(1, t->truncated);
    EXPECT_EQ((Ids{1, 1023}), ids(*t));
}

TEST(Topology, LongLists) {
    std::string everySecond;
    for (int i = 0; i < 4096; i += 2)
        everySecond += (i ? "," : "") + std::to_string(i);
    Sysfs sysfs;
    sysfs.online("0", everySecond).node(0, everySecond, 1, "10").cache(everySecond, {0, 2, 4});
    auto t = sysfs.read();
    expectSound(*t);
    EXPECT_EQ(0, t->truncated);
    EXPECT_EQ(2048u, t->cpus);
    EXPECT_EQ(4095u, t->cpu_limit);
    EXPECT_EQ(1u, t->groups);
}

} // namespace
} // namespace tophash::test
