/* A sysfs of one's own, for topologies of machines that are not here, and what is expected of every answer.
 */
#ifndef TOPHASH_TEST_SYSFS_TREE_H
#define TOPHASH_TEST_SYSFS_TREE_H

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "support.h"

namespace tophash::test {

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

inline std::vector<uint32_t> ids(const th_topology &t) {
    std::vector<uint32_t> ids;
    for (uint32_t i = 0; i < t.nodes; i++)
        ids.push_back(t.node[i].id);
    return ids;
}

inline std::vector<std::vector<int>> distances(const th_topology &t) {
    std::vector<std::vector<int>> rows(t.nodes);
    for (uint32_t i = 0; i < t.nodes; i++)
        rows[i].assign(t.distance[i], t.distance[i] + t.nodes);
    return rows;
}

/* The first `limit` CPUs' entries, NONE as -1. */
inline std::vector<int> firstOf(const uint16_t *of, uint32_t limit) {
    std::vector<int> list;
    for (uint32_t cpu = 0; cpu < limit; cpu++)
        list.push_back(of[cpu] == TH_TOPOLOGY_NONE ? -1 : of[cpu]);
    return list;
}

using Ints = std::vector<int>;
using Ids = std::vector<uint32_t>;
using Rows = std::vector<std::vector<int>>;

/* What holds of every answer, whatever the files say. */
inline void expectSound(const th_topology &t) {
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
inline void expectHidden(const th_topology &t) {
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

} // namespace tophash::test

#endif
