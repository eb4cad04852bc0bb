package dev.tophash.cli;

import java.util.Arrays;
import java.util.List;

/**
 * What the placement of a map's memory should come to on a machine with several NUMA nodes, worked
 * out instead of measured: which cache lines have to cross from one node to another.
 *
 * <p>The model counts lines that memory serves. Threads on node i do a share of the operations, a
 * policy says with which probability a line lies on node j, and their products, weighted with lines
 * per operation, are the traffic from which everything else follows. The map is taken to be much
 * larger than the caches and its keys to be asked for equally often. Queues at busy memory, the
 * caches' own traffic to agree on a line, and the map's header, which all writers write to, are not
 * in it. docs/numa.md says so to users.
 */
final class PlacementModel {
    private static final int LINE = 64;

    private static final double BUCKET = 144;

    /** Old buckets that a write evacuates while the map grows. */
    private static final int EVACUATED = 8;

    /** Read from the old array; buckets of long to long. */
    private static final double LINES_OUT = EVACUATED * BUCKET / LINE;

    /** In the new array, of twice the size: fetched to be written to, and written back. */
    private static final double LINES_IN = 2 * LINES_OUT * 2;

    /**
     * Who does what.
     *
     * @param readers share of the reads that threads on each node do; any numbers in proportion
     * @param writers the same of the writes
     * @param loader node whose thread has filled the map, or -1: all writers have, in proportion
     * @param node that bind and prefer name
     * @param routed share of a thread's keys that lie in the shards of its own node by intention;
     *     the others lie in any shard
     * @param lines that an operation fetches
     * @param written lines that a write changes, so that they go back to memory as well
     */
    record Load(
            double[] readers,
            double[] writers,
            int loader,
            int node,
            double routed,
            double lines,
            double written) {
        Load {
            readers = normalized(readers);
            writers = normalized(writers);
        }

        private static double[] normalized(double[] shares) {
            double sum = Arrays.stream(shares).sum();
            return Arrays.stream(shares).map(share -> share / sum).toArray();
        }
    }

    /**
     * A way to place a map.
     *
     * @param reads probability that a line which a thread on node i (first index) reads lies on
     *     node j
     * @param writes the same of a line of a write
     * @param fresh the same of the new array while the map grows
     * @param copies of the map, each of which a write changes
     */
    record Policy(String name, double[][] reads, double[][] writes, double[][] fresh, int copies) {
        private Policy(String name, double[][] homes) {
            this(name, homes, homes, homes, 1);
        }

        /** What it is when the map has grown. */
        Policy grown() {
            return copies > 1 ? this : new Policy(name, fresh);
        }
    }

    /**
     * What traffic comes to.
     *
     * @param remote share of lines that another node's memory serves
     * @param distance mean distance, 1 for a node's own memory
     * @param busiest share of lines that the busiest node's memory serves: all nodes together get
     *     at most 1 / busiest times the bandwidth of one
     * @param bytes per operation that cross from node to node
     */
    record Outcome(double remote, double distance, double busiest, double bytes) {}

    private final NodeDistances distances;
    private final Load load;

    PlacementModel(NodeDistances distances, Load load) {
        this.distances = distances;
        this.load = load;
    }

    /** All policies, in the order in which they are shown. */
    List<Policy> policies() {
        int n = distances.nodes();
        double[] even = new double[n];
        Arrays.fill(even, 1.0 / n);
        double[][] own = new double[n][n];
        double[][] routed = new double[n][n];
        for (int i = 0; i < n; i++) {
            own[i][i] = 1;
            for (int j = 0; j < n; j++) {
                routed[i][j] = load.routed * own[i][j] + (1 - load.routed) * even[j];
            }
        }
        double[][] loaded = all(load.loader < 0 ? load.writers : own[load.loader]);
        double[][] evacuated = all(load.writers);
        int id = distances.ids().get(load.node);
        return List.of(
                new Policy("first-touch, local", loaded, loaded, evacuated, 1),
                new Policy("bind:" + id + ", prefer:" + id, all(own[load.node])),
                new Policy("interleave", all(even)),
                new Policy("spread, any shard", all(even)),
                new Policy("spread, own shard", routed),
                new Policy("a copy on each node", own, all(even), all(even), n));
    }

    /** For lines that lie on nodes in the same proportion whoever asks. */
    private static double[][] all(double[] homes) {
        double[][] rows = new double[homes.length][];
        Arrays.fill(rows, homes);
        return rows;
    }

    /** What a load does to a map that is as large as it will be. */
    Outcome steady(Policy policy, double reads) {
        double[][] traffic = new double[distances.nodes()][distances.nodes()];
        double perWrite = (load.lines + load.written) * policy.copies;
        add(traffic, load.readers, policy.reads, reads * load.lines);
        add(traffic, load.writers, policy.writes, (1 - reads) * perWrite);
        return outcome(traffic);
    }

    /** What one write's share of evacuating does, without the write itself. */
    Outcome growing(Policy policy) {
        double[][] traffic = new double[distances.nodes()][distances.nodes()];
        add(traffic, load.writers, policy.writes, LINES_OUT * policy.copies);
        add(traffic, load.writers, policy.fresh, LINES_IN * policy.copies);
        return outcome(traffic);
    }

    private static void add(double[][] traffic, double[] threads, double[][] homes, double lines) {
        for (int i = 0; i < traffic.length; i++) {
            for (int j = 0; j < traffic.length; j++) {
                traffic[i][j] += lines * threads[i] * homes[i][j];
            }
        }
    }

    private Outcome outcome(double[][] traffic) {
        double lines = 0;
        double remote = 0;
        double distance = 0;
        double[] served = new double[traffic.length];
        for (int i = 0; i < traffic.length; i++) {
            for (int j = 0; j < traffic.length; j++) {
                lines += traffic[i][j];
                remote += i == j ? 0 : traffic[i][j];
                distance += traffic[i][j] * distances.get(i, j) / NodeDistances.LOCAL;
                served[j] += traffic[i][j];
            }
        }
        double busiest = Arrays.stream(served).max().orElseThrow();
        return new Outcome(remote / lines, distance / lines, busiest / lines, remote * LINE);
    }
}
