/* Topologies of machines that are not here: trees of files in the place of sysfs. */
#include "support.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

namespace {

using namespace tophash::test;

constexpr uint64_t kGiB = uint64_t{1} << 30;

/* A sysfs of one's own, removed at the end. */
class Sysfs {
  public:
    Sysfs() {
        std::string path = (std::filesystem::temp_directory_path() / "tophash-sysfs-XXXXXX").string();
        root_ = mkdtemp(path.data());
    }
    Sysfs(const Sysfs &) = delete;
    Sysfs &operator=(const Sysfs &) = delete;
    ~Sysfs() { std::filesystem::remove_all(root_); }

    std::filesystem::path path(const std::string &file) const { return root_ / "devices/system" / file; }
    std::string root() const { return root_.string(); }

    Sysfs &file(const std::string &name, const std::string &content) {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << content;
        return *this;
    }

    Sysfs &online(const std::string &nodes, const std::string &cpus) {
        return file("node/online", nodes + "\n").file("cpu/online", cpus + "\n");
    }

    /* A node as the kernel writes it, a quarter of its memory free. */
    Sysfs &node(int id, const std::string &cpus, uint64_t gib, const std::string &distances) {
        std::string folder = "node/node" + std::to_string(id) + "/";
        std::string prefix = "Node " + std::to_string(id);
        std::string kib = std::to_string(gib << 20);
        return file(folder + "cpulist", cpus + "\n")
            .file(folder + "distance", distances + "\n")
            .file(folder + "meminfo", prefix + " MemTotal:       " + kib + " kB\n" + prefix +
                                          " MemFree:        " + std::to_string(gib << 18) + " kB\n" + prefix +
                                          " MemUsed:  1 kB\n");
    }

    Sysfs &cache(const std::string &sharing, std::initializer_list<int> cpus) {
        for (int cpu : cpus)
            file("cpu/cpu" + std::to_string(cpu) + "/cache/index3/shared_cpu_list", sharing + "\n");
        return *this;
    }

    std::unique_ptr<th_topology> read() const {
        auto t = std::make_unique<th_topology>();
        std::memset(t.get(), 0xa5, sizeof *t);
        EXPECT_EQ(TH_OK, th_topology_read(root_.c_str(), t.get()));
        return t;
    }

  private:
    std::filesystem::path root_;
};

std::vector<uint32_t> ids(const th_topology &t) {
    std::vector<uint32_t> ids;
    for (uint32_t i = 0; i < t.nodes; i++)
        ids.push_back(t.node[i].id);
    return ids;
}

std::vector<std::vector<int>> distances(const th_topology &t) {
    std::vector<std::vector<int>> rows(t.nodes);
    for (uint32_t i = 0; i < t.nodes; i++)
        rows[i].assign(t.distance[i], t.distance[i] + t.nodes);
    return rows;
}

/* The first `limit` CPUs' entries, NONE as -1. */
std::vector<int> firstOf(const uint16_t *of, uint32_t limit) {
    std::vector<int> list;
    for (uint32_t cpu = 0; cpu < limit; cpu++)
        list.push_back(of[cpu] == TH_TOPOLOGY_NONE ? -1 : of[cpu]);
    return list;
}

using Ints = std::vector<int>;
using Ids = std::vector<uint32_t>;
using Rows = std::vector<std::vector<int>>;

/* What holds of every answer, whatever the files say. */
void expectSound(const th_topology &t) {
    ASSERT_GE(t.nodes, 1u);
    ASSERT_LE(t.nodes, uint32_t{TH_TOPOLOGY_NODES});
    ASSERT_LE(t.cpu_limit, uint32_t{TH_TOPOLOGY_CPUS});
    ASSERT_LE(t.groups, t.cpus);
    EXPECT_LE(t.known, 1);
    EXPECT_LE(t.truncated, 1);
    std::vector<uint32_t> cpus(t.nodes), members(t.groups);
    uint32_t highest = 0, total = 0, nextGroup = 0;
    for (uint32_t cpu = 0; cpu < TH_TOPOLOGY_CPUS; cpu++) {
        if (t.cpu_node[cpu] == TH_TOPOLOGY_NONE) {
            ASSERT_TRUE(t.cpu_group[cpu] == TH_TOPOLOGY_NONE) << cpu; /* quicker than ASSERT_EQ */
            continue;
        }
        ASSERT_LT(t.cpu_node[cpu], t.nodes) << cpu;
        ASSERT_LT(t.cpu_group[cpu], t.groups) << cpu;
        ASSERT_LE(t.cpu_group[cpu], nextGroup) << "groups have the order of their first CPUs";
        nextGroup += t.cpu_group[cpu] == nextGroup;
        cpus[t.cpu_node[cpu]]++;
        members[t.cpu_group[cpu]]++;
        highest = cpu + 1;
        total++;
    }
    EXPECT_EQ(highest, t.cpu_limit);
    EXPECT_EQ(total, t.cpus);
    for (uint32_t i = 0; i < t.nodes; i++) {
        const th_topology_node &node = t.node[i];
        EXPECT_EQ(cpus[i], node.cpus);
        EXPECT_LT(node.id, TH_MAX_NODES);
        EXPECT_TRUE(i == 0 || t.node[i - 1].id < node.id);
        EXPECT_LE(node.free_bytes, node.memory_bytes);
        EXPECT_LE(node.huge_2m_free, node.huge_2m);
        EXPECT_LE(node.huge_1g_free, node.huge_1g);
        EXPECT_NE(0, t.distance[i][i]);
    }
    for (uint32_t count : members)
        EXPECT_GT(count, 0u);
}

/* What is assumed of a machine whose sysfs says nothing. */
void expectHidden(const th_topology &t) {
    expectSound(t);
    EXPECT_EQ(0, t.known);
    EXPECT_EQ(0, t.truncated);
    EXPECT_EQ(Ids{0}, ids(t));
    EXPECT_EQ(Rows{{10}}, distances(t));
    EXPECT_EQ(static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)),
              t.node[0].memory_bytes);
    cpu_set_t allowed;
    ASSERT_EQ(0, sched_getaffinity(0, sizeof allowed, &allowed));
    EXPECT_EQ(static_cast<uint32_t>(CPU_COUNT(&allowed)), t.cpus);
}

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
