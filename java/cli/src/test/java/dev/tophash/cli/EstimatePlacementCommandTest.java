package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code estimate placement}, by what it prints and refuses, and what docs/numa.md shows of it. */
class EstimatePlacementCommandTest {
    private static final String NUMACTL =
            """
            available: 2 nodes (0,3)
            node 0 cpus: 0 1
            node 0 size: 954 MB
            node 3 cpus: 2 3
            node 3 size: 1005 MB
            node distances:
            node   0   3
              0:  10  15
              3:  17  10
            """;

    @TempDir Path temp;

    private static Printed run(String... arguments) {
        return Printed.by("estimate placement", arguments);
    }

    private static Printed ok(String... arguments) {
        return run(arguments).quiet();
    }

    /** The figures of a policy, in the order of the columns. */
    private static String figures(Printed outcome, String policy) {
        return outcome.row(policy).replaceAll(" +", " ");
    }

    private Path sysfs(String... distances) throws IOException {
        for (int i = 0; i < distances.length; i++) {
            Path node = Files.createDirectories(temp.resolve("devices/system/node/node" + 2 * i));
            Files.writeString(node.resolve("distance"), distances[i] + "\n");
            Files.writeString(node.resolve("cpulist"), i == 1 ? "\n" : i + "\n");
        }
        Files.writeString(temp.resolve("devices/system/node/online"), "0,2,4\n");
        return temp;
    }

    /** Every command that the document shows, with what it prints. */
    @Test
    void theDocumentShowsWhatComesOut() throws IOException {
        String text = Files.readString(Path.of("../../docs/numa.md"));
        Matcher shown =
                Pattern.compile(
                                "(?m)^ {4}\\./tophash estimate placement( .*)?\n\n((?: {4}.*\n|\n)+)")
                        .matcher(text);
        int found = 0;
        while (shown.find()) {
            String arguments = shown.group(1).strip();
            String printed = ok(arguments.split(" ")).out();
            String expected = printed.indent(4).replaceAll("(?m)^ +$", "").stripTrailing();
            assertEquals(expected, shown.group(2).stripTrailing(), arguments);
            found++;
        }
        assertEquals(2, found, "commands with output in docs/numa.md");
    }

    @Test
    void numactlsOutputIsRead() throws IOException {
        Path file = Files.writeString(temp.resolve("there.txt"), NUMACTL);
        Printed outcome =
                ok("--distances", file.toString(), "--threads=0,1", "--reads=100", "--loader=3");
        assertTrue(
                outcome.out()
                        .startsWith(
                                "2 nodes, distances 10 15 17; threads 0% 100%; filled by a thread on node 3\n"),
                outcome.out());
        assertEquals(
                "100.0% 1.70 100.0% 128 100.0% 5760 100.0% 100.0%",
                figures(outcome, "bind:0, prefer:0"));
        assertEquals(
                "0.0% 1.00 100.0% 0 0.0% 0 0.0% 100.0%", figures(outcome, "first-touch, local"));
        Printed other =
                ok("--distances", file.toString(), "--threads=1,0", "--reads=100", "--node=3");
        assertTrue(figures(other, "bind:3, prefer:3").startsWith("100.0% 1.50 "), other.out());
    }

    @Test
    void rowsAloneAreReadToo() throws IOException {
        Path file = Files.writeString(temp.resolve("rows"), "10 15\n\n17 10\n");
        assertEquals(
                ok("--distances", file.toString()).row("interleave"),
                ok("--distances", Files.writeString(temp.resolve("n"), NUMACTL).toString())
                        .row("interleave"));
    }

    /** Of three nodes the middle one has memory alone; the numbers have gaps. */
    @Test
    void thisMachineIsReadFromSysfs() throws IOException {
        Path root = sysfs("10 17 21", "17 10 17", "21 17 10");
        Printed outcome = ok("--sysfs", root.toString(), "--reads", "100", "--node", "2");
        assertTrue(
                outcome.out().startsWith("3 nodes, distances 10 17 21; threads 50% 0% 50%;"),
                outcome.out());
        assertTrue(figures(outcome, "bind:2, prefer:2").startsWith("100.0% 1.70 "), outcome.out());
        assertTrue(
                figures(outcome, "interleave").startsWith("66.7% 1.60 33.3% 85 "), outcome.out());
    }

    @Test
    void aMachineWithoutCpusNeedsThreads() throws IOException {
        Path root = sysfs("10 17", "17 10");
        Files.writeString(root.resolve("devices/system/node/node0/cpulist"), "\n");
        run("--sysfs", root.toString()).refused("no node has CPUs; --threads says where");
        ok("--sysfs", root.toString(), "--threads=1,1");
    }

    @Test
    void writersCanBeElsewhere() {
        Printed outcome =
                ok("--nodes=2", "--threads=1,0", "--writers=0,1", "--loader=all", "--reads=100,0");
        assertTrue(
                outcome.out()
                        .startsWith(
                                "2 nodes, distances 10 21; readers 100% 0%, writers 0% 100%; filled by all writers"),
                outcome.out());
        assertEquals(
                "100.0% 2.10 100.0% 128 0.0% 1.00 100.0% 0 0.0% 0 100.0% 100.0%",
                figures(outcome, "first-touch, local"));
    }

    @Test
    void linesCount() {
        Printed outcome = ok("--nodes=2", "--lines=3", "--written=2", "--reads=100,0");
        String[] figures = figures(outcome, "interleave").split(" ");
        assertEquals("96", figures[3]); // half of three lines
        assertEquals("160", figures[7]); // half of five
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes 0               | --nodes 0: must be a number from 1 to 64",
                "--nodes 2,65            | --nodes 65: must be a number from 1 to 64",
                "--nodes 1.5             | --nodes 1.5: must be a whole number",
                "--nodes two             | --nodes two: must be a number",
                "--nodes 2 --reads 101   | --reads 101: must be a number from 0 to 100",
                "--nodes 2 --reads -1    | --reads -1: must be a number from 0 to 100",
                "--nodes 2 --reads 1,2,3,4 | --reads 1,2,3,4: 4 loads, must be 1 to 3",
                "--nodes 2 --threads 1   | --threads 1: 1 shares, must be 2",
                "--nodes 2 --threads 1,  | --threads : must be a number from 0 to 1000000",
                "--nodes 2 --threads 0,0 | --threads 0,0: one must be more than 0",
                "--nodes 2 --writers 1,1,1 | --writers 1,1,1: 3 shares, must be 2",
                "--nodes 2 --loader 2    | --loader 2: the nodes are [0, 1]",
                "--nodes 2 --loader any  | --loader any: the nodes are [0, 1]",
                "--nodes 2 --node -1     | --node -1: the nodes are [0, 1]",
                "--nodes 2 --routed 200  | --routed 200: must be a number from 0 to 100",
                "--nodes 2 --lines 0     | --lines 0: must be a number from 1 to 1000",
                "--nodes 2 --written 1001 | --written 1001: must be a number from 0 to 1000",
                "--nodes 2 --distances x | --nodes and --distances are for different machines",
                "--distances no/such     | no/such: no such file",
                "--sysfs no/such         | no/such/devices/system/node: no NUMA nodes",
            })
    void wrongArgumentsAreNamed(String arguments, String message) {
        Printed outcome = run(arguments.split(" ")).refused(message);
        assertTrue(outcome.err().startsWith("tophash estimate placement: "), outcome.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''            | has distances of 0 nodes, must be 1 to 64",
                "10 21         | row 1 of 1 has 2 distances, must have 1",
                "10 21;21      | row 2 of 2 has 1 distances, must have 2",
                "10 9;21 10    | row 1 of 2: distance 9, must be a number from 10 to 255",
                "10 21;256 10  | row 2 of 2: distance 256, must be a number from 10 to 255",
                "10 x;21 10    | row 1 of 2: distance x, must be a number from 10 to 255",
                "10 -21;21 10  | row 1 of 2: distance -21, must be a number from 10 to 255",
                "10 21;21 11   | row 2 of 2: distance 11 of a node to itself, must be 10",
                "0: 10 21;0: 21 10 | nodes [0, 0], each must be there once",
            })
    void tablesThatAreNoneAreRefused(String rows, String message) throws IOException {
        Path file = Files.write(temp.resolve("table"), List.of(rows.split(";")));
        run("--distances", file.toString()).refused(file + ": " + message);
    }

    @Test
    void thereAreNotTooManyNodes() throws IOException {
        Path file = temp.resolve("many");
        Files.writeString(file, ("10" + " 21".repeat(64) + "\n").repeat(65));
        run("--distances", file.toString()).refused("of 65 nodes, must be 1 to 64");
        Files.write(file, new byte[2 << 20]);
        run("--distances", file.toString()).refused("more than the 1048576 bytes");
    }
}
