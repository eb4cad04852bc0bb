package dev.tophash.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Tells what memory policies should come to, on this machine or on one that is not at hand. */
@Command(
        name = "placement",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Tells how much of a map's memory traffic should cross NUMA nodes under each memory policy.",
            "",
            "It is a model: nothing is measured. Without --nodes and --distances it is that of this"
                    + " machine. What it assumes and leaves out: docs/numa.md.",
            ""
        },
        footerHeading = "%nColumns:%n",
        footer = {
            "  remote   cache lines that another node's memory serves, of all lines served",
            "  dist     mean distance of the memory that serves them, 1 for a node's own",
            "  busiest  lines that the busiest node serves: all memory together gives at",
            "           most 1 / busiest times the bandwidth of one node",
            "  B/op     bytes from node to node for an operation; while growing, for what",
            "           a write evacuates",
            "  grown    after the map has doubled, with the first of the loads"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:the estimate was printed", "2:an argument is wrong"})
final class EstimatePlacementCommand implements Callable<Integer> {
    private static final int MOST_LOADS = 3; // as many as fit a line

    @Option(
            names = "--nodes",
            paramLabel = "N,...",
            description =
                    "Machines of so many nodes with usual distances: 10 and 21; for 8, which are taken"
                            + " to be two sockets of four nodes each, 10, 12 and 32.")
    private String nodes;

    @Option(
            names = "--distances",
            paramLabel = "FILE",
            description =
                    "A machine with the distances in a file: what numactl -H prints there, or the rows"
                            + " of its /sys/devices/system/node/node*/distance; - is standard input.")
    private String distances;

    @Option(
            names = "--sysfs",
            paramLabel = "DIR",
            description = "Where this machine's distances are read (default: ${DEFAULT-VALUE}).")
    private String sysfs = "/sys";

    @Option(
            names = "--reads",
            paramLabel = "PERCENT,...",
            description = "Operations that are reads, up to 3 loads (default: ${DEFAULT-VALUE}).")
    private String reads = "95,50";

    @Option(
            names = "--threads",
            paramLabel = "SHARE,...",
            description =
                    "How operations are shared between the threads of each node, in any unit (default:"
                            + " evenly; on this machine, between nodes with CPUs).")
    private String threads;

    @Option(
            names = "--writers",
            paramLabel = "SHARE,...",
            description = "The same for writes alone; --threads is then for reads.")
    private String writers;

    @Option(
            names = "--loader",
            paramLabel = "NODE",
            description =
                    "Node of the one thread that fills the map, or all: all writers do (default: the"
                            + " first node).")
    private String loader;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Node for bind and prefer (default: the first node).")
    private String node;

    @Option(
            names = "--routed",
            paramLabel = "PERCENT",
            description =
                    "Operations that are handed to a thread on the node of their shard, for the policy"
                            + " \"spread, own shard\"; others meet any shard (default: ${DEFAULT-VALUE}).")
    private String routed = "90";

    @Option(
            names = "--lines",
            paramLabel = "N",
            description =
                    "Cache lines that an operation fetches: 2 for numbers, 3 and more for strings of"
                            + " more than 12 bytes (default: ${DEFAULT-VALUE}).")
    private String lines = "2";

    @Option(
            names = "--written",
            paramLabel = "N",
            description =
                    "Cache lines that a write changes: 1 for a key that is there, up to 2 for a new one"
                            + " (default: ${DEFAULT-VALUE}).")
    private String written = "1";

    @Override
    public Integer call() throws CommandFailure {
        double[] loads = numbers("--reads", reads, 0, 100);
        if (loads.length > MOST_LOADS) {
            throw CommandFailure.usage(
                    "--reads "
                            + reads
                            + ": "
                            + loads.length
                            + " loads, must be 1 to "
                            + MOST_LOADS);
        }
        StringBuilder out = new StringBuilder();
        for (NodeDistances machine : machines()) {
            PlacementModel.Load load = load(machine);
            out.append(title(machine, load)).append("\n\n");
            new PlacementTable(new PlacementModel(machine, load), loads).appendTo(out);
            out.append('\n');
        }
        System.out.print(out.substring(0, out.length() - 1));
        return 0;
    }

    private List<NodeDistances> machines() throws CommandFailure {
        if (nodes != null && distances != null) {
            throw CommandFailure.usage("--nodes and --distances are for different machines");
        }
        if (distances != null) {
            Input input = Input.all(List.of(distances)).getFirst();
            return List.of(NodeDistances.parse(input.name(), input.lines()));
        }
        if (nodes == null) {
            return List.of(NodeDistances.ofMachine(Input.path(sysfs)));
        }
        List<NodeDistances> machines = new ArrayList<>();
        for (double n : numbers("--nodes", nodes, 1, NodeDistances.MOST_NODES)) {
            if (n != Math.rint(n)) {
                throw CommandFailure.usage("--nodes " + n + ": must be a whole number");
            }
            machines.add(NodeDistances.usual((int) n));
        }
        return machines;
    }

    private PlacementModel.Load load(NodeDistances machine) throws CommandFailure {
        double[] readers =
                threads == null ? threadsByDefault(machine) : shares("--threads", threads, machine);
        return new PlacementModel.Load(
                readers,
                writers == null ? readers : shares("--writers", writers, machine),
                "all".equals(loader) ? -1 : index("--loader", loader, machine),
                index("--node", node, machine),
                number("--routed", routed, 0, 100) / 100,
                number("--lines", lines, 1, 1000),
                number("--written", written, 0, 1000));
    }

    private double[] threadsByDefault(NodeDistances machine) throws CommandFailure {
        if (nodes == null && distances == null) {
            return NodeDistances.cpusOfMachine(Input.path(sysfs));
        }
        double[] evenly = new double[machine.nodes()];
        Arrays.fill(evenly, 1);
        return evenly;
    }

    private static double[] shares(String option, String text, NodeDistances machine)
            throws CommandFailure {
        double[] shares = numbers(option, text, 0, 1_000_000);
        if (shares.length != machine.nodes()) {
            throw CommandFailure.usage(
                    format(
                            "%s %s: %d shares, must be %d, one for each node",
                            option, text, shares.length, machine.nodes()));
        }
        if (Arrays.stream(shares).sum() == 0) {
            throw CommandFailure.usage(option + " " + text + ": one must be more than 0");
        }
        return shares;
    }

    /**
     * The index of a node that an argument names by the kernel's number; without one, the first.
     */
    private static int index(String option, String text, NodeDistances machine)
            throws CommandFailure {
        if (text == null) {
            return 0;
        }
        int index = text.matches("\\d{1,6}") ? machine.ids().indexOf(Integer.parseInt(text)) : -1;
        if (index < 0) {
            throw CommandFailure.usage(option + " " + text + ": the nodes are " + machine.ids());
        }
        return index;
    }

    private static double[] numbers(String option, String text, double least, double most)
            throws CommandFailure {
        String[] words = text.split(",", -1);
        double[] numbers = new double[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = number(option, words[i].strip(), least, most);
        }
        return numbers;
    }

    private static double number(String option, String text, double least, double most)
            throws CommandFailure {
        boolean number = text.matches("\\d{1,9}(\\.\\d{1,6})?");
        if (!number || Double.parseDouble(text) < least || Double.parseDouble(text) > most) {
            throw CommandFailure.usage(
                    format("%s %s: must be a number from %.0f to %.0f", option, text, least, most));
        }
        return Double.parseDouble(text);
    }

    private String title(NodeDistances machine, PlacementModel.Load load) {
        String who = "threads " + shares(load.readers());
        if (writers != null) {
            who = "readers " + shares(load.readers()) + ", writers " + shares(load.writers());
        }
        String filled =
                load.loader() < 0
                        ? "by all writers"
                        : "by a thread on node " + machine.ids().get(load.loader());
        return format(
                "%d %s, distances %s; %s; filled %s",
                machine.nodes(),
                machine.nodes() == 1 ? "node" : "nodes",
                machine.summary(),
                who,
                filled);
    }

    private static String shares(double[] shares) {
        if (Arrays.stream(shares).allMatch(share -> share == shares[0])) {
            return "spread evenly";
        }
        return Arrays.stream(shares)
                .mapToObj(share -> format("%.0f%%", 100 * share))
                .collect(Collectors.joining(" "));
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
