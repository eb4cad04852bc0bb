package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.cli.PlacementModel.Load;
import dev.tophash.cli.PlacementModel.Outcome;
import dev.tophash.cli.PlacementModel.Policy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What must be true of the model on any machine, and some of it worked out by hand. */
class PlacementModelTest {
    private static final double EXACT = 1e-9;

    /** A machine, and who works on it. */
    record Case(NodeDistances distances, Load load) {
        PlacementModel model() {
            return new PlacementModel(distances, load);
        }

        int nodes() {
            return distances.nodes();
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.randomValue(random -> aCase(random, 1 + random.nextInt(10)));
    }

    private static Case aCase(Random random, int n) {
        Load load =
                new Load(
                        shares(random, n),
                        shares(random, n),
                        random.nextInt(n + 1) - 1,
                        random.nextInt(n),
                        random.nextInt(11) / 10.0,
                        1 + random.nextInt(4),
                        random.nextInt(3));
        return new Case(distances(table(random, n)), load);
    }

    private static double[] shares(Random random, int n) {
        double[] shares = random.doubles(n).map(d -> d < 0.3 ? 0 : d).toArray();
        shares[random.nextInt(n)] = 1;
        return shares;
    }

    private static int[][] table(Random random, int n) {
        int[][] table = new int[n][n];
        for (int[] row : table) {
            Arrays.setAll(row, i -> 10 + random.nextInt(100));
        }
        for (int i = 0; i < n; i++) {
            table[i][i] = 10;
        }
        return table;
    }

    private static NodeDistances distances(int[][] table) {
        List<String> rows = new ArrayList<>();
        for (int[] row : table) {
            rows.add(String.join(" ", Arrays.stream(row).mapToObj(Integer::toString).toList()));
        }
        try {
            return NodeDistances.parse("table", rows);
        } catch (CommandFailure e) {
            throw new AssertionError(e);
        }
    }

    private static int[][] tableOf(NodeDistances distances) {
        int[][] table = new int[distances.nodes()][distances.nodes()];
        for (int i = 0; i < table.length; i++) {
            for (int j = 0; j < table.length; j++) {
                table[i][j] = distances.get(i, j);
            }
        }
        return table;
    }

    private static Policy policy(PlacementModel model, String name) {
        return model.policies().stream()
                .filter(policy -> policy.name().startsWith(name))
                .findFirst()
                .orElseThrow();
    }

    private static double[] only(int node, int nodes) {
        double[] shares = new double[nodes];
        shares[node] = 1;
        return shares;
    }

    private static double[] evenly(int nodes) {
        double[] shares = new double[nodes];
        Arrays.fill(shares, 3); // any unit will do
        return shares;
    }

    @Property
    void everyLineLiesSomewhere(@ForAll("cases") Case c) {
        for (Policy policy : c.model().policies()) {
            for (double[][] rows : List.of(policy.reads(), policy.writes(), policy.fresh())) {
                assertEquals(c.nodes(), rows.length);
                for (double[] row : rows) {
                    assertEquals(1, Arrays.stream(row).sum(), EXACT, policy.name());
                    assertTrue(Arrays.stream(row).allMatch(p -> p >= 0), policy.name());
                }
            }
        }
        assertEquals(1, Arrays.stream(c.load.readers()).sum(), EXACT);
    }

    @Property
    void outcomesStayInTheirBounds(
            @ForAll("cases") Case c, @ForAll @DoubleRange(min = 0, max = 1) double reads) {
        int farthest =
                Arrays.stream(tableOf(c.distances))
                        .flatMapToInt(Arrays::stream)
                        .max()
                        .orElseThrow();
        for (Policy policy : c.model().policies()) {
            for (Outcome outcome :
                    List.of(
                            c.model().steady(policy, reads),
                            c.model().growing(policy),
                            c.model().steady(policy.grown(), reads))) {
                assertTrue(outcome.remote() > -EXACT && outcome.remote() < 1 + EXACT);
                assertTrue(outcome.distance() > 1 - EXACT);
                assertTrue(outcome.distance() < farthest / 10.0 + EXACT);
                assertTrue(outcome.busiest() > 1.0 / c.nodes() - EXACT);
                assertTrue(outcome.busiest() < 1 + EXACT);
                assertEquals(outcome.bytes() > EXACT, outcome.remote() > EXACT);
            }
        }
    }

    @Property
    void oneNodeHasNothingRemote(@ForAll @DoubleRange(min = 0, max = 1) double reads) {
        Case c = aCase(new Random(Double.doubleToLongBits(reads)), 1);
        for (Policy policy : c.model().policies()) {
            for (Outcome outcome :
                    List.of(c.model().steady(policy, reads), c.model().growing(policy))) {
                assertEquals(0, outcome.remote());
                assertEquals(0, outcome.bytes());
                assertEquals(1, outcome.distance(), EXACT);
                assertEquals(1, outcome.busiest(), EXACT);
            }
        }
    }

    /** Whatever the distances, the load, and where threads run: there is one own node of n. */
    @Property
    void interleavingLeavesTheOthersShare(
            @ForAll("cases") Case c, @ForAll @DoubleRange(min = 0, max = 1) double reads) {
        Outcome outcome = c.model().steady(policy(c.model(), "interleave"), reads);
        assertEquals(1 - 1.0 / c.nodes(), outcome.remote(), EXACT);
        assertEquals(1.0 / c.nodes(), outcome.busiest(), EXACT);
    }

    /** With as many threads on each node it is the same on one node alone; not its bandwidth. */
    @Property
    void evenThreadsMeetOneNodeAsOftenAsEachOther(
            @ForAll("cases") Case c, @ForAll @DoubleRange(min = 0, max = 1) double reads) {
        double[] even = evenly(c.nodes());
        Load load = new Load(even, even, 0, c.load.node(), 0.5, 2, 1);
        PlacementModel model = new PlacementModel(c.distances, load);
        for (String name : List.of("first-touch", "bind")) {
            Outcome outcome = model.steady(policy(model, name), reads);
            assertEquals(1 - 1.0 / c.nodes(), outcome.remote(), EXACT, name);
            assertEquals(1, outcome.busiest(), EXACT, name);
        }
        Policy grown = policy(model, "first-touch").grown();
        assertEquals(1.0 / c.nodes(), model.steady(grown, reads).busiest(), EXACT);
    }

    @Property
    void symmetricDistancesAreTheSameBothWays(@ForAll("cases") Case c, @ForAll Random random) {
        int[][] table = tableOf(c.distances);
        for (int i = 0; i < table.length; i++) {
            for (int j = 0; j < i; j++) {
                table[i][j] = table[j][i];
            }
        }
        int here = random.nextInt(c.nodes());
        int there = random.nextInt(c.nodes());
        assertEquals(bound(table, here, there), bound(table, there, here));
        assertEquals(table[here][there] / 10.0, bound(table, here, there).distance(), EXACT);
    }

    private static Outcome bound(int[][] table, int threads, int memory) {
        double[] shares = only(threads, table.length);
        Load load = new Load(shares, shares, 0, memory, 0, 2, 1);
        PlacementModel model = new PlacementModel(distances(table), load);
        return model.steady(policy(model, "bind"), 0.5);
    }

    @Property
    void fartherIsNeverNearer(
            @ForAll("cases") Case c,
            @ForAll @DoubleRange(min = 0, max = 1) double reads,
            @ForAll @IntRange(min = 1, max = 100) int more,
            @ForAll Random random) {
        int[][] table = tableOf(c.distances);
        int from = random.nextInt(c.nodes());
        int to = random.nextInt(c.nodes());
        table[from][to] += from == to ? 0 : more;
        PlacementModel farther = new PlacementModel(distances(table), c.load);
        for (int i = 0; i < farther.policies().size(); i++) {
            Policy policy = farther.policies().get(i);
            Outcome now = farther.steady(policy, reads);
            Outcome before = c.model().steady(c.model().policies().get(i), reads);
            double met = (1 - reads) * c.load.writers()[from] * policy.writes()[from][to];
            met += reads * c.load.readers()[from] * policy.reads()[from][to];
            boolean strictly = from != to && met > 1e-3;
            assertTrue(now.distance() >= before.distance() - EXACT, policy.name());
            assertTrue(!strictly || now.distance() > before.distance() + 1e-6, policy.name());
            assertEquals(before.remote(), now.remote(), EXACT, policy.name());
        }
    }

    @Property
    void mixedLoadsLieBetweenPureOnes(
            @ForAll("cases") Case c, @ForAll @DoubleRange(min = 0, max = 1) double reads) {
        for (Policy policy : c.model().policies()) {
            double mixed = c.model().steady(policy, reads).remote();
            double onlyReads = c.model().steady(policy, 1).remote();
            double onlyWrites = c.model().steady(policy, 0).remote();
            assertTrue(mixed <= Math.max(onlyReads, onlyWrites) + EXACT, policy.name());
            assertTrue(mixed >= Math.min(onlyReads, onlyWrites) - EXACT, policy.name());
        }
    }

    // ---- by hand ----

    private static PlacementModel twoNodes(double[] threads, int loader, double routed) {
        Load load = new Load(threads, threads, loader, 0, routed, 2, 1);
        return new PlacementModel(NodeDistances.usual(2), load);
    }

    @Test
    void halfReadsOnTwoNodes() {
        PlacementModel model = twoNodes(evenly(2), 0, 0.9);
        // Half of 2 lines of a read and of 3 of a write are remote: 80 bytes of 64 a line.
        assertEquals(
                new Outcome(0.5, 1.55, 0.5, 80), model.steady(policy(model, "interleave"), 0.5));
        // A read meets its own copy; a write changes two, 3 of 6 lines remote.
        Outcome copies = model.steady(policy(model, "a copy"), 0.5);
        assertEquals(3 / 8.0, copies.remote(), EXACT);
        assertEquals(0.5 * 3 * 64, copies.bytes(), EXACT);
        // One of ten keys meets any shard, every other one of these the other node.
        Outcome routed = model.steady(policy(model, "spread, own"), 0.5);
        assertEquals(0.05, routed.remote(), EXACT);
    }

    @Test
    void routingIsAllOrNothing() {
        PlacementModel all = twoNodes(evenly(2), 0, 1);
        assertEquals(0, all.steady(policy(all, "spread, own"), 0.5).bytes());
        PlacementModel none = twoNodes(evenly(2), 0, 0);
        assertArrayEquals(policy(none, "spread, any").reads(), policy(none, "spread, own").reads());
    }

    /** The trap: node 1 has filled the map, all work is done on node 0. */
    @Test
    void growthBringsAFirstTouchedMapToItsWriters() {
        PlacementModel model = twoNodes(only(0, 2), 1, 0.9);
        Policy policy = policy(model, "first-touch");
        assertEquals(1, model.steady(policy, 0.95).remote(), EXACT);
        // 18 lines leave the old array, 36 are fetched in the new one and written back.
        assertEquals(18.0 / (18 + 72), model.growing(policy).remote(), EXACT);
        assertEquals(18 * 64, model.growing(policy).bytes(), EXACT);
        assertEquals(0, model.steady(policy.grown(), 0.95).remote(), EXACT);
    }

    @Test
    void withoutOneLoaderTheWritersHaveFilledTheMap() {
        Load load = new Load(only(0, 2), new double[] {1, 3}, -1, 0, 0, 2, 1);
        PlacementModel model = new PlacementModel(NodeDistances.usual(2), load);
        assertEquals(0.75, model.steady(policy(model, "first-touch"), 1).remote(), EXACT);
    }

    /**
     * Why two lines an operation, as docs/numa.md has it: buckets of 144 bytes begin at multiples
     * of 16 and are filled from the front, slots have 16 bytes behind a head of 16.
     */
    @Test
    void aLookupTouchesAboutTwoLines() {
        assertEquals("2.06 1.60", linesOfAHit(3.25));
        assertEquals("2.33 1.88", linesOfAHit(6.5));
    }

    /** Of a single call, which fetches the second line at once, and of a key in a batch. */
    private static String linesOfAHit(double entriesABucket) {
        double hits = 0;
        double third = 0;
        double other = 0;
        double overflowing = 0;
        double probability = Math.exp(-entriesABucket);
        for (int entries = 1; entries < 40; entries++) {
            probability *= entriesABucket / entries; // Poisson
            for (int entry = 0; entry < entries; entry++) {
                hits += probability;
                overflowing += entry < 8 ? 0 : probability;
                for (int begin = 0; begin < 64; begin += 16) {
                    int line = (begin + 16 + 16 * (entry % 8)) / 64;
                    third += line == 2 ? probability / 4 : 0;
                    other += line > 0 ? probability / 4 : 0;
                }
            }
        }
        double overflow = 2 * overflowing; // another bucket of two lines
        return String.format(
                Locale.ROOT,
                "%.2f %.2f",
                2 + (third + overflow) / hits,
                1 + (other + overflow) / hits);
    }

    @Test
    void usualDistances() {
        assertEquals("10", NodeDistances.usual(1).summary());
        assertEquals("10 21", NodeDistances.usual(2).summary());
        assertEquals("10 21", NodeDistances.usual(4).summary());
        NodeDistances eight = NodeDistances.usual(8);
        assertEquals("10 12 32", eight.summary());
        assertEquals(12, eight.get(4, 7));
        assertEquals(32, eight.get(3, 4));
    }
}
