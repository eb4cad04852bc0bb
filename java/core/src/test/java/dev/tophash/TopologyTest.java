package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Topology.Node;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Topologies of machines that are not here: trees of files in the place of sysfs. */
class TopologyTest {
    private static final long GIB = 1L << 30;

    @TempDir Path sysfs;

    private void write(String name, String content) throws IOException {
        Path file = sysfs.resolve("devices/system").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
    }

    private void writeNode(int id, String cpus, long gib, String distances) throws IOException {
        String folder = "node/node" + id + "/";
        write(folder + "cpulist", cpus);
        write(folder + "distance", distances);
        write(
                folder + "meminfo",
                "Node %d MemTotal:  %d kB%nNode %d MemFree:   %d kB"
                        .formatted(id, gib << 20, id, gib << 18));
    }

    /** A node without CPUs, one without memory, and a gap in the numbers. */
    @Test
    void oddMachine() throws IOException {
        write("node/online", "0-1,5");
        write("cpu/online", "0-3,6");
        writeNode(0, "0-1,6", 4, "10 21 200");
        writeNode(1, "2-3", 0, "22 10 201");
        writeNode(5, "", 16, "255 31 10");
        for (int cpu : new int[] {0, 6}) {
            write("cpu/cpu" + cpu + "/cache/index3/shared_cpu_list", "0,6");
        }
        write("node/node5/hugepages/hugepages-2048kB/nr_hugepages", "40");
        write("node/node5/hugepages/hugepages-2048kB/free_hugepages", "30");
        write("node/node5/hugepages/hugepages-1048576kB/nr_hugepages", "4");
        write("node/node5/hugepages/hugepages-1048576kB/free_hugepages", "3");

        Topology topology = Topology.read(sysfs);

        assertEquals(
                List.of(
                        new Node(0, List.of(0, 1, 6), 4 * GIB, GIB, 0, 0, 0, 0),
                        new Node(1, List.of(2, 3), 0, 0, 0, 0, 0, 0),
                        new Node(5, List.of(), 16 * GIB, 4 * GIB, 40, 30, 4, 3)),
                topology.nodes());
        assertEquals(List.of(List.of(0, 6), List.of(1), List.of(2, 3)), topology.cacheGroups());
        assertEquals(
                List.of(List.of(10, 21, 200), List.of(22, 10, 201), List.of(255, 31, 10)),
                topology.distances());
        assertEquals(255, topology.distance(5, 0));
        assertEquals(200, topology.distance(0, 5));
        assertTrue(topology.known());
        assertFalse(topology.truncated());
        assertThrows(IllegalArgumentException.class, () -> topology.distance(0, 2));
        assertThrows(IllegalArgumentException.class, () -> topology.distance(-1, 0));
    }

    @Test
    void hidden() {
        for (Path nothing : List.of(sysfs, sysfs.resolve("not there"), Path.of(""))) {
            Topology topology = Topology.read(nothing);
            assertFalse(topology.known());
            assertEquals(1, topology.nodes().size());
            Node node = topology.nodes().getFirst();
            assertEquals(0, node.id());
            assertFalse(node.cpus().isEmpty());
            assertTrue(node.memoryBytes() > 0);
            assertEquals(10, topology.distance(0, 0));
            assertEquals(List.of(node.cpus()), topology.cacheGroups());
        }
    }

    @Test
    void truncated() throws IOException {
        write("node/online", "0");
        write("cpu/online", "0,4096");
        Topology topology = Topology.read(sysfs);
        assertTrue(topology.truncated());
        assertEquals(List.of(0), topology.nodes().getFirst().cpus());
    }

    /** Each CPU is in one node and in one group. */
    @Test
    void thisMachine() {
        Topology topology = Topology.read();
        List<Integer> ofNodes = new ArrayList<>();
        topology.nodes().forEach(node -> ofNodes.addAll(node.cpus()));
        List<Integer> ofGroups = new ArrayList<>();
        topology.cacheGroups().forEach(ofGroups::addAll);
        assertTrue(ofNodes.size() >= Runtime.getRuntime().availableProcessors());
        assertEquals(ofNodes.size(), new TreeSet<>(ofNodes).size());
        assertEquals(ofNodes.size(), ofGroups.size());
        assertEquals(new TreeSet<>(ofNodes), new TreeSet<>(ofGroups));
    }

    @Test
    void listsAreCopies() {
        List<Integer> cpus = new ArrayList<>(List.of(0));
        Node node = new Node(0, cpus, 1, 1, 0, 0, 0, 0);
        cpus.add(1);
        assertEquals(List.of(0), node.cpus());
        assertThrows(UnsupportedOperationException.class, () -> node.cpus().add(1));
        assertThrows(
                UnsupportedOperationException.class, () -> Topology.read().cacheGroups().clear());
    }
}
