package dev.tophash.cli;

import dev.tophash.Topology;
import dev.tophash.Topology.Node;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * A topology in text: a box for each node, and the distances.
 *
 * <pre>
 * 1 node, 2 CPUs, 1 L3 group
 *
 * +-- node 0 --------------------------------------------------+
 * | memory      [########------------] 23.5 GiB, 14.2 GiB free |
 * | CPUs        0-1                                            |
 * | L3 groups   [0-1]                                          |
 * | huge pages  none                                           |
 * +------------------------------------------------------------+
 *
 * distance    0
 *        0   10
 * </pre>
 */
final class MachineDrawing {
    private static final int BAR = 20;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private final Topology machine;
    private final StringBuilder text = new StringBuilder();

    private MachineDrawing(Topology machine) {
        this.machine = machine;
    }

    /** Lines, the last one ended too. */
    static String of(Topology machine) {
        MachineDrawing drawing = new MachineDrawing(machine);
        drawing.draw();
        return drawing.text.toString();
    }

    private void draw() {
        int cpus = machine.nodes().stream().mapToInt(node -> node.cpus().size()).sum();
        line(
                "%s, %s, %s"
                        .formatted(
                                count(machine.nodes().size(), "node"),
                                count(cpus, "CPU"),
                                count(machine.cacheGroups().size(), "L3 group")));
        if (!machine.known()) {
            line("the system tells of no nodes: taken as one");
        }
        if (machine.truncated()) {
            line("there are more nodes or CPUs than are shown");
        }
        machine.nodes().forEach(this::box);
        distances();
    }

    private void box(Node node) {
        List<String> rows = new ArrayList<>();
        rows.add("memory      " + memory(node));
        rows.add("CPUs        " + (node.cpus().isEmpty() ? "none" : ranges(node.cpus())));
        if (!node.cpus().isEmpty()) {
            rows.add("L3 groups   " + groups(node));
        }
        rows.add("huge pages  " + pools(node));
        String title = "-- node " + node.id() + " ";
        int width = rows.stream().mapToInt(String::length).max().orElse(0) + 2;
        width = Math.max(width, title.length());
        line("");
        line("+" + title + "-".repeat(width - title.length()) + "+");
        for (String row : rows) {
            line("| " + row + " ".repeat(width - 2 - row.length()) + " |");
        }
        line("+" + "-".repeat(width) + "+");
    }

    /** How much is in use as a bar, and in figures. */
    private static String memory(Node node) {
        if (node.memoryBytes() == 0) {
            return "none";
        }
        double used = 1 - (double) node.freeBytes() / node.memoryBytes();
        int marks = (int) Math.round(used * BAR);
        return "["
                + "#".repeat(marks)
                + "-".repeat(BAR - marks)
                + "] "
                + bytes(node.memoryBytes())
                + ", "
                + bytes(node.freeBytes())
                + " free";
    }

    /** CPUs of the node, those that share an L3 cache in one pair of brackets. */
    private String groups(Node node) {
        StringJoiner brackets = new StringJoiner(" ");
        for (List<Integer> group : machine.cacheGroups()) {
            List<Integer> here = group.stream().filter(node.cpus()::contains).toList();
            if (!here.isEmpty()) {
                brackets.add("[" + ranges(here) + "]");
            }
        }
        return brackets.toString();
    }

    /** The pools of explicit huge pages that have any. */
    private static String pools(Node node) {
        StringJoiner pools = new StringJoiner("; ").setEmptyValue("none");
        if (node.hugePages() > 0) {
            pools.add("%d of 2 MiB, %d free".formatted(node.hugePages(), node.freeHugePages()));
        }
        if (node.giganticPages() > 0) {
            pools.add(
                    "%d of 1 GiB, %d free"
                            .formatted(node.giganticPages(), node.freeGiganticPages()));
        }
        return pools.toString();
    }

    /** The table of distances, with the numbers of the nodes around it. */
    private void distances() {
        line("");
        StringBuilder head = new StringBuilder("distance");
        machine.nodes().forEach(node -> head.append("%5d".formatted(node.id())));
        line(head.toString());
        for (int i = 0; i < machine.nodes().size(); i++) {
            StringBuilder row = new StringBuilder("%8d".formatted(machine.nodes().get(i).id()));
            for (int distance : machine.distances().get(i)) {
                row.append("%5s".formatted(distance == 0 ? "?" : distance));
            }
            line(row.toString());
        }
    }

    /** Ascending numbers as the kernel writes them: {@code 0-3,7}. */
    static String ranges(List<Integer> numbers) {
        StringJoiner ranges = new StringJoiner(",");
        int first = 0;
        for (int i = 0; i < numbers.size(); i++) {
            boolean last = i + 1 == numbers.size() || numbers.get(i + 1) != numbers.get(i) + 1;
            if (last) {
                int from = numbers.get(first);
                ranges.add(first == i ? "" + from : from + "-" + numbers.get(i));
                first = i + 1;
            }
        }
        return ranges.toString();
    }

    private static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    private static String count(int n, String thing) {
        return n + " " + thing + (n == 1 ? "" : "s");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
