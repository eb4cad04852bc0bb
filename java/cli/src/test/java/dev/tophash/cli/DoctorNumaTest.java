package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Topology;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** {@code doctor --numa}, of machines whose sysfs is a folder. */
class DoctorNumaTest {
    @TempDir Path sysfs;

    private static String run(String... arguments) {
        return Printed.by("doctor --numa", arguments).quiet().out();
    }

    private void write(String name, String content) throws IOException {
        Path file = sysfs.resolve("devices/system").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
    }

    private void writeNode(int id, String cpus, long mib, String distances) throws IOException {
        String folder = "node/node" + id + "/";
        write(folder + "cpulist", cpus);
        write(folder + "distance", distances);
        write(
                folder + "meminfo",
                "Node %d MemTotal:  %d kB\nNode %d MemFree:   %d kB"
                        .formatted(id, mib << 10, id, mib << 8));
    }

    @Test
    void oddMachine() throws IOException {
        write("node/online", "0,2,11");
        write("cpu/online", "0-5,8");
        writeNode(0, "0-3,8", 1536, "10 21 120");
        writeNode(2, "4-5", 0, "21 10 256");
        writeNode(11, "", 65536, "120 28 10");
        for (int cpu : new int[] {0, 1, 8}) {
            write("cpu/cpu" + cpu + "/cache/index3/shared_cpu_list", "0-1,8");
        }
        write("node/node11/hugepages/hugepages-2048kB/nr_hugepages", "512");
        write("node/node11/hugepages/hugepages-2048kB/free_hugepages", "500");
        write("node/node11/hugepages/hugepages-1048576kB/nr_hugepages", "2");
        assertEquals(
                """
                3 nodes, 7 CPUs, 3 L3 groups

                +-- node 0 --------------------------------------------------+
                | memory      [###############-----] 1.5 GiB, 384.0 MiB free |
                | CPUs        0-3,8                                          |
                | L3 groups   [0-1,8] [2-3]                                  |
                | huge pages  none                                           |
                +------------------------------------------------------------+

                +-- node 2 ---------+
                | memory      none  |
                | CPUs        4-5   |
                | L3 groups   [4-5] |
                | huge pages  none  |
                +-------------------+

                +-- node 11 -------------------------------------------------+
                | memory      [###############-----] 64.0 GiB, 16.0 GiB free |
                | CPUs        none                                           |
                | huge pages  512 of 2 MiB, 500 free; 2 of 1 GiB, 0 free     |
                +------------------------------------------------------------+

                distance    0    2   11
                       0   10   21  120
                       2   21   10    ?
                      11  120   28   10
                """,
                run("--sysfs", sysfs.toString()));
    }

    @Test
    void truncated() throws IOException {
        write("node/online", "0");
        write("cpu/online", "0,4096");
        String text = run("--sysfs", sysfs.toString());
        assertTrue(text.contains("\nthere are more nodes or CPUs than are shown\n"), text);
    }

    @Test
    void hidden() {
        String text = run("--sysfs", sysfs.toString());
        assertTrue(text.startsWith("1 node, "), text);
        assertTrue(text.contains("the system tells of no nodes: taken as one\n"), text);
        assertTrue(text.endsWith("\ndistance    0\n       0   10\n"), text);
    }

    @Test
    void thisMachine() {
        Topology machine = Topology.read();
        String text = run();
        machine.nodes()
                .forEach(node -> assertTrue(text.contains("+-- node " + node.id() + " -"), text));
        assertEquals(machine.known(), !text.contains("tells of no nodes"), text);
        assertFalse(text.contains("architecture"), text);
    }

    @Test
    void numbersAsRanges() {
        assertEquals("", MachineDrawing.ranges(List.of()));
        assertEquals("5", MachineDrawing.ranges(List.of(5)));
        assertEquals("0-1,3,5-7", MachineDrawing.ranges(List.of(0, 1, 3, 5, 6, 7)));
        assertEquals("300,302-1000", MachineDrawing.ranges(rangeFrom300()));
    }

    /** Numbers that are not the same object each time. */
    private static List<Integer> rangeFrom300() {
        return IntStream.rangeClosed(300, 1000).filter(n -> n != 301).boxed().toList();
    }
}
