/* Topology and placement as a machine with several nodes has them: tools/machine.sh. */
#include "numa.h"

#include <set>
#include <string>

extern "C" {
#include "os/os.h"
}

namespace {

using namespace tophash::test;

using Nodes = std::map<int, uint64_t>;

constexpr uint64_t kPages = 64;

/* Memory straight from the OS, for as long as it is needed. */
class Region {
  public:
    explicit Region(uint64_t pages = kPages) : bytes_(pages * th_os_page_size()) {
        address_ = static_cast<uint8_t *>(th_os_reserve(bytes_, th_os_page_size()));
        th_os_advise_small(address_, bytes_); /* so that each page is placed for itself */
    }
    Region(const Region &) = delete;
    Region &operator=(const Region &) = delete;
    ~Region() { th_os_release(address_, bytes_); }

    int place(uint8_t mode, const std::vector<uint32_t> &nodes = {}, bool move = false) {
        uint64_t mask[TH_MAX_NODES / 64] = {};
        for (uint32_t node : nodes)
            mask[node / 64] |= uint64_t{1} << (node % 64);
        return th_os_place(address_, bytes_, mode, mask, move);
    }
    void touch() {
        for (uint64_t at = 0; at < bytes_; at += th_os_page_size())
            address_[at] = 1;
    }
    Nodes nodes() const { return nodesOfPages(address_, bytes_); }
    uint8_t *page(uint64_t i) { return address_ + i * th_os_page_size(); }

  private:
    uint64_t bytes_;
    uint8_t *address_;
};

/* Which machine of tools/machine.sh this is, as it was told; empty elsewhere. */
std::string machine() {
    const char *name = std::getenv("TOPHASH_MACHINE");
    return name ? name : "";
}

std::vector<uint32_t> cpusByNode(const th_topology &t) {
    std::vector<uint32_t> cpus;
    for (uint32_t i = 0; i < t.nodes; i++)
        cpus.push_back(t.node[i].cpus);
    return cpus;
}

void expectDistances(const th_topology &t, const std::vector<std::vector<int>> &expected) {
    ASSERT_EQ(expected.size(), t.nodes);
    for (uint32_t i = 0; i < t.nodes; i++) {
        for (uint32_t j = 0; j < t.nodes; j++)
            EXPECT_EQ(expected[i][j], t.distance[i][j]) << i << " to " << j;
    }
}

TEST(Numa, TopologyOfTwoNodes) {
    if (machine() != "two")
        GTEST_SKIP() << "this is not the machine \"two\" of tools/machine.sh";
    auto t = topology();
    EXPECT_EQ(1, t->known);
    EXPECT_EQ(0, t->truncated);
    EXPECT_EQ((std::vector<uint32_t>{2, 2}), cpusByNode(*t));
    expectDistances(*t, {{10, 20}, {20, 10}});
    EXPECT_EQ(2u, t->groups) << "one L3 a socket";
    EXPECT_EQ(t->cpu_group[0], t->cpu_group[1]);
    EXPECT_NE(t->cpu_group[1], t->cpu_group[2]);
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_GT(t->node[i].memory_bytes, uint64_t{1} << 30);
        EXPECT_GT(t->node[i].free_bytes, 0u);
        EXPECT_EQ(32u, t->node[i].huge_2m);
        EXPECT_EQ(1u, t->node[i].huge_1g);
    }
}

TEST(Numa, TopologyOfFourNodesWithGaps) {
    if (machine() != "four")
        GTEST_SKIP() << "this is not the machine \"four\" of tools/machine.sh";
    auto t = topology();
    EXPECT_EQ(1, t->known);
    EXPECT_EQ((std::vector<uint32_t>{2, 1, 1, 0}), cpusByNode(*t));
    expectDistances(*t, {{10, 21, 22, 23}, {21, 10, 24, 25}, {22, 24, 10, 26}, {23, 25, 26, 10}});
    EXPECT_EQ((std::vector<uint32_t>{0, 1, 3}), nodesWithMemory());
    EXPECT_EQ(32u, t->node[3].huge_2m);
    EXPECT_EQ(0u, t->node[2].huge_2m);
}

TEST(Numa, BoundPagesLieOnTheirNode) {
    skipOnOneNode();
    for (uint32_t node : nodesWithMemory()) {
        Region region;
        ASSERT_EQ(0, region.place(TH_PLACE_BIND, {node}));
        region.touch();
        EXPECT_EQ((Nodes{{static_cast<int>(node), kPages}}), region.nodes());
    }
}

TEST(Numa, PreferredPagesLieOnTheLowestNodeGiven) {
    skipOnOneNode();
    auto nodes = nodesWithMemory();
    for (uint8_t mode : {TH_PLACE_PREFER, TH_PLACE_SPREAD}) {
        for (uint32_t node : nodes) {
            Region region;
            ASSERT_EQ(0, region.place(mode, {node, nodes.back()}));
            region.touch();
            EXPECT_EQ((Nodes{{static_cast<int>(node), kPages}}), region.nodes());
        }
    }
}

TEST(Numa, InterleavedPagesTakeTurns) {
    skipOnOneNode();
    auto nodes = nodesWithMemory();
    Region region(kPages * nodes.size());
    ASSERT_EQ(0, region.place(TH_PLACE_INTERLEAVE, nodes));
    region.touch();
    Nodes even;
    for (uint32_t node : nodes)
        even[static_cast<int>(node)] = kPages;
    EXPECT_EQ(even, region.nodes());
    std::set<int> first;
    for (uint64_t i = 0; i < nodes.size(); i++)
        first.insert(nodeOfPage(region.page(i)));
    EXPECT_EQ(nodes.size(), first.size()) << "neighbours lie on different nodes";
}

TEST(Numa, LocalPagesLieWhereTheyAreTouched) {
    skipOnOneNode();
    uint64_t tried = 0;
    for (uint32_t node : nodesWithMemory()) {
        uint32_t cpu = cpuOfNode(node);
        if (cpu == TH_TOPOLOGY_NONE)
            continue;
        OnCpu here(cpu);
        for (uint8_t mode : {TH_PLACE_LOCAL, TH_PLACE_FIRST_TOUCH}) {
            Region region;
            ASSERT_EQ(0, region.place(mode));
            region.touch();
            EXPECT_EQ((Nodes{{static_cast<int>(node), kPages}}), region.nodes());
        }
        tried++;
    }
    EXPECT_GE(tried, 2u);
}

TEST(Numa, UntouchedPagesLieNowhere) {
    skipOnOneNode();
    Region region;
    ASSERT_EQ(0, region.place(TH_PLACE_BIND, {nodesWithMemory().back()}));
    EXPECT_EQ((Nodes{{-ENOENT, kPages}}), region.nodes());
    EXPECT_EQ(-ENOENT, nodeOfPage(region.page(3)));
    *region.page(3) = 1;
    EXPECT_EQ((Nodes{{static_cast<int>(nodesWithMemory().back()), 1}}),
              residentNodes(region.page(0), kPages * th_os_page_size()));
}

TEST(Numa, PagesMoveWhenAsked) {
    skipOnOneNode();
    auto nodes = nodesWithMemory();
    Region region;
    ASSERT_EQ(0, region.place(TH_PLACE_BIND, {nodes.front()}));
    region.touch();
    ASSERT_EQ(0, region.place(TH_PLACE_BIND, {nodes.back()}));
    EXPECT_EQ((Nodes{{static_cast<int>(nodes.front()), kPages}}), region.nodes()) << "not asked yet";
    ASSERT_EQ(0, region.place(TH_PLACE_BIND, {nodes.back()}, true));
    EXPECT_EQ((Nodes{{static_cast<int>(nodes.back()), kPages}}), region.nodes());
}

TEST(Numa, NodesThatThereAreNotAreRefused) {
    skipOnOneNode();
    Region region;
    EXPECT_EQ(EINVAL, region.place(TH_PLACE_BIND, {999}));
    auto t = topology();
    for (uint32_t i = 0; i < t->nodes; i++) {
        if (t->node[i].memory_bytes == 0) {
            EXPECT_EQ(EINVAL, region.place(TH_PLACE_BIND, {t->node[i].id})) << "without memory";
        }
    }
}

TEST(Numa, TheCpuIsTheOneWeAreOn) {
    auto t = topology();
    for (uint32_t cpu = 0; cpu < t->cpu_limit; cpu++) {
        cpu_set_t allowed;
        ASSERT_EQ(0, sched_getaffinity(0, sizeof allowed, &allowed));
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        OnCpu here(cpu);
        EXPECT_EQ(cpu, th_os_cpu());
    }
}

} // namespace
