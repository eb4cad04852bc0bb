package dev.tophash.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far the memory of a machine's NUMA nodes is from their CPUs, in ACPI's unit: 10 is a node's
 * own memory, 21 takes about 2.1 times as long.
 */
final class NodeDistances {
    /** As many as the engine tells apart. */
    static final int MOST_NODES = 64;

    static final int LOCAL = 10;

    /** One byte in ACPI's table. */
    private static final int MOST = 255;

    private static final int OTHER_SOCKET = 21;

    private final List<Integer> ids;
    private final int[][] table;

    private NodeDistances(List<Integer> ids, int[][] table) {
        this.ids = ids;
        this.table = table;
    }

    /**
     * A usual machine of so many nodes: sockets that are all connected, 10 and 21; 8 nodes are two
     * sockets of four each, 10, 12 within the socket and 32 to the other.
     *
     * @param nodes from 1 to {@link #MOST_NODES}
     */
    static NodeDistances usual(int nodes) {
        int[][] table = new int[nodes][nodes];
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                int other = nodes != 8 ? OTHER_SOCKET : from / 4 == to / 4 ? 12 : 32;
                table[from][to] = from == to ? LOCAL : other;
            }
        }
        return new NodeDistances(IntStream.range(0, nodes).boxed().toList(), table);
    }

    /**
     * Reads a table with a row for each node: rows as sysfs has them, or all that {@code numactl
     * -H} prints.
     *
     * @param name of where the lines are from, for messages
     * @throws CommandFailure if it is no such table; says what is wrong and what is allowed
     */
    static NodeDistances parse(String name, List<String> lines) throws CommandFailure {
        List<String> rows = new ArrayList<>(lines);
        rows.replaceAll(String::strip);
        rows.subList(0, rows.indexOf("node distances:") + 1).clear();
        rows.removeIf(row -> row.isEmpty() || row.startsWith("node "));
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String[] parts = rows.get(i).split(":", 2);
            boolean named = parts.length == 2 && parts[0].matches("\\d{1,6}");
            ids.add(named ? Integer.parseInt(parts[0]) : i);
            rows.set(i, named ? parts[1] : rows.get(i));
        }
        return of(name, ids, rows);
    }

    /**
     * The distances that a kernel tells.
     *
     * @param root of a sysfs, such as {@code /sys}
     * @throws CommandFailure if there are none, or such as cannot be
     */
    static NodeDistances ofMachine(Path root) throws CommandFailure {
        List<Path> nodes = nodeDirectories(root);
        List<Integer> ids = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (Path node : nodes) {
            ids.add(number(node));
            rows.add(read(node.resolve("distance")));
        }
        return of(root.resolve("devices/system/node").toString(), ids, rows);
    }

    /**
     * The share of a machine's threads on each node if they are spread evenly over nodes with CPUs;
     * there are nodes of memory alone.
     *
     * @throws CommandFailure if the kernel does not tell, or no node has CPUs
     */
    static double[] cpusOfMachine(Path root) throws CommandFailure {
        List<Path> nodes = nodeDirectories(root);
        double[] shares = new double[nodes.size()];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = read(nodes.get(i).resolve("cpulist")).isBlank() ? 0 : 1;
        }
        if (Arrays.stream(shares).sum() == 0) {
            throw CommandFailure.usage(root + ": no node has CPUs; --threads says where they are");
        }
        return shares;
    }

    private static List<Path> nodeDirectories(Path root) throws CommandFailure {
        Path directory = root.resolve("devices/system/node");
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(p -> p.getFileName().toString().matches("node\\d{1,6}"))
                    .sorted(Comparator.comparingInt(NodeDistances::number))
                    .toList();
        } catch (IOException e) {
            throw CommandFailure.usage(
                    directory
                            + ": no NUMA nodes to be read there; --nodes or --distances say them");
        }
    }

    private static int number(Path node) {
        return Integer.parseInt(node.getFileName().toString().substring("node".length()));
    }

    private static String read(Path file) throws CommandFailure {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw CommandFailure.usage(file + ": cannot be read");
        }
    }

    private static NodeDistances of(String name, List<Integer> ids, List<String> rows)
            throws CommandFailure {
        int n = rows.size();
        if (n < 1 || n > MOST_NODES) {
            throw CommandFailure.usage(
                    name + ": has distances of " + n + " nodes, must be 1 to " + MOST_NODES);
        }
        if (ids.stream().distinct().count() != n) {
            throw CommandFailure.usage(name + ": nodes " + ids + ", each must be there once");
        }
        int[][] table = new int[n][];
        for (int from = 0; from < n; from++) {
            String row = name + ": row " + (from + 1) + " of " + n;
            String[] words = rows.get(from).strip().split("\\s+");
            if (words.length != n) {
                throw CommandFailure.usage(
                        row + " has " + words.length + " distances, must have " + n);
            }
            table[from] = new int[n];
            for (int to = 0; to < n; to++) {
                table[from][to] = distance(row, words[to], from == to);
            }
        }
        return new NodeDistances(List.copyOf(ids), table);
    }

    private static int distance(String row, String word, boolean own) throws CommandFailure {
        int number = word.matches("\\d{1,9}") ? Integer.parseInt(word) : -1;
        if (number < LOCAL || number > MOST) {
            throw CommandFailure.usage(
                    row + ": distance " + word + ", must be a number from 10 to " + MOST);
        }
        if (own && number != LOCAL) {
            throw CommandFailure.usage(
                    row + ": distance " + word + " of a node to itself, must be " + LOCAL);
        }
        return number;
    }

    int nodes() {
        return table.length;
    }

    /** The kernel's numbers of the nodes; not always 0, 1, 2. */
    List<Integer> ids() {
        return ids;
    }

    /** From the CPUs of a node to the memory of another, both by index. */
    int get(int from, int to) {
        return table[from][to];
    }

    /** The different distances, ascending: {@code 10 21}. */
    String summary() {
        int[] all = Arrays.stream(table).flatMapToInt(Arrays::stream).distinct().sorted().toArray();
        return String.join(" ", Arrays.stream(all).mapToObj(Integer::toString).toList());
    }
}
