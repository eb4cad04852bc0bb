package dev.tophash;

import dev.tophash.internal.Linkage;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.th_topology;
import dev.tophash.internal.ffi.th_topology_node;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine as memory sees it: NUMA nodes, how far they are from each other, and which CPUs share
 * a cache. It is what Linux tells in sysfs at the moment of reading; where it tells nothing, as in
 * some containers, this is a machine of one node with all CPUs.
 *
 * @param nodes that are online, by number; at least one. Numbers need not be dense, and a node may
 *     be without CPUs or without memory
 * @param cacheGroups CPUs that share an L3 cache, in the order of their first CPUs; CPUs without
 *     such a cache are together with others of their node
 * @param distances from each node to each, in the order of {@code nodes}: 10 is local, 20 takes
 *     twice as long by the word of the firmware; 0 is unknown
 * @param known false if the system tells of no nodes, and one is assumed
 * @param truncated true if there are more nodes (64) or CPUs (4,096) than the library looks at
 */
public record Topology(
        List<Node> nodes,
        List<List<Integer>> cacheGroups,
        List<List<Integer>> distances,
        boolean known,
        boolean truncated) {

    /**
     * A NUMA node.
     *
     * @param id its number, which a {@link MemoryPolicy} takes
     * @param cpus online CPUs by number; empty for a node of memory only
     * @param memoryBytes 0 for a node without memory
     * @param freeBytes of those, not in use; what caches of the file system hold is in use
     * @param hugePages explicit huge pages of 2 MiB in the system's pool
     * @param freeHugePages of those, not in use
     * @param giganticPages explicit huge pages of 1 GiB in the system's pool
     * @param freeGiganticPages of those, not in use
     */
    public record Node(
            int id,
            List<Integer> cpus,
            long memoryBytes,
            long freeBytes,
            long hugePages,
            long freeHugePages,
            long giganticPages,
            long freeGiganticPages) {

        /** Keeps a copy of the list. */
        public Node {
            cpus = List.copyOf(cpus);
        }
    }

    /** Keeps copies of the lists. */
    public Topology {
        nodes = List.copyOf(nodes);
        cacheGroups = cacheGroups.stream().map(List::copyOf).toList();
        distances = distances.stream().map(List::copyOf).toList();
    }

    /**
     * Reads the topology of this machine.
     *
     * @return as it is now
     */
    public static Topology read() {
        return read(Path.of("/sys"));
    }

    /**
     * Reads the topology of a machine whose sysfs, or a copy of it, is in a folder.
     *
     * @param sysfs the folder that has {@code devices/system} in it; what is missing there is
     *     filled in as for a system that does not tell
     * @return as it is now
     */
    public static Topology read(Path sysfs) {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment topology = arena.allocate(th_topology.layout());
            MemorySegment root = arena.allocateFrom(sysfs.toString());
            Status.check(tophash_h.th_topology_read(root, topology), "reading the topology");
            return of(topology);
        }
    }

    /**
     * How far memory of one node is from CPUs of another.
     *
     * @param from number of a node
     * @param to number of a node
     * @return 10 if it is local, 20 if it takes twice as long by the word of the firmware, 0 if the
     *     system does not tell
     * @throws IllegalArgumentException if there is no such node
     */
    public int distance(int from, int to) {
        return distances.get(index(from)).get(index(to));
    }

    private int index(int id) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).id() == id) {
                return i;
            }
        }
        throw new IllegalArgumentException("no node " + id);
    }

    private static Topology of(MemorySegment topology) {
        int count = th_topology.nodes(topology);
        List<List<Integer>> cpus = lists(count);
        List<List<Integer>> groups = lists(th_topology.groups(topology));
        for (int cpu = 0; cpu < th_topology.cpu_limit(topology); cpu++) {
            int node = Short.toUnsignedInt(th_topology.cpu_node(topology, cpu));
            if (node != tophash_h.TH_TOPOLOGY_NONE()) {
                cpus.get(node).add(cpu);
                groups.get(Short.toUnsignedInt(th_topology.cpu_group(topology, cpu))).add(cpu);
            }
        }
        List<Node> nodes = new ArrayList<>();
        List<List<Integer>> distances = lists(count);
        for (int i = 0; i < count; i++) {
            nodes.add(node(th_topology.node(topology, i), cpus.get(i)));
            for (int j = 0; j < count; j++) {
                distances.get(i).add(Byte.toUnsignedInt(th_topology.distance(topology, i, j)));
            }
        }
        return new Topology(
                nodes,
                groups,
                distances,
                th_topology.known(topology) != 0,
                th_topology.truncated(topology) != 0);
    }

    private static Node node(MemorySegment node, List<Integer> cpus) {
        return new Node(
                th_topology_node.id(node),
                cpus,
                th_topology_node.memory_bytes(node),
                th_topology_node.free_bytes(node),
                th_topology_node.huge_2m(node),
                th_topology_node.huge_2m_free(node),
                th_topology_node.huge_1g(node),
                th_topology_node.huge_1g_free(node));
    }

    private static List<List<Integer>> lists(int count) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }
}
