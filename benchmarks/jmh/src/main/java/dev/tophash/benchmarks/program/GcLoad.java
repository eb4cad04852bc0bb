package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.LongMap;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What does a large map cost the garbage collector? A few full collections while it is there, then
 * much short-lived garbage while its values are replaced, which fills the young generation over and
 * over.
 *
 * <p>Arguments: contender, entries, megabytes of garbage.
 */
public final class GcLoad {
    private static final int FULL_COLLECTIONS = 2;
    private static final int GARBAGE = 1024;

    /** Arrays that are alive at a time. */
    private static final int WINDOW = 1 << 14;

    private final String contender;
    private final int entries;
    private final Pauses pauses = new Pauses();

    private GcLoad(String contender, int entries) {
        this.contender = contender;
        this.entries = entries;
    }

    public static void main(String[] args) throws InterruptedException {
        int entries = Integer.parseInt(args[1]);
        GcLoad run = new GcLoad(args[0], entries);
        try (LongMap map = Contender.valueOf(args[0]).create()) {
            for (int i = 0; i < entries; i++) {
                map.put(Keys.key(i), i);
            }
            System.gc();
            run.full();
            run.young(map, Long.parseLong(args[2]) * 1024 * 1024 / GARBAGE);
        }
    }

    private void full() throws InterruptedException {
        pauses.start();
        long before = System.nanoTime();
        for (int i = 0; i < FULL_COLLECTIONS; i++) {
            System.gc();
        }
        print("full collections", before, Map.of());
    }

    private void young(LongMap map, long arrays) throws InterruptedException {
        byte[][] window = new byte[WINDOW][];
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        pauses.start();
        long before = System.nanoTime();
        for (long i = 0; i < arrays; i++) {
            window[(int) i & WINDOW - 1] = new byte[GARBAGE];
            map.put(Keys.key(random.nextInt(entries)), i);
        }
        String megabytes = Long.toString(arrays * GARBAGE / 1024 / 1024);
        print("young collections", before, Map.of("garbageMb", megabytes));
    }

    private void print(String load, long before, Map<String, String> more)
            throws InterruptedException {
        double wall = (System.nanoTime() - before) / 1e6;
        Pauses.Summary seen = pauses.stop();
        Map<String, String> params = new TreeMap<>(more);
        params.put("entries", Integer.toString(entries));
        params.put("collector", collector());
        Map<String, Double> details = Map.of("count", (double) seen.count(), "wall", wall);
        print(load + ", longest pause", params, seen.longest(), details);
        print(load + ", all pauses", params, seen.total(), details);
    }

    private void print(
            String what, Map<String, String> params, double millis, Map<String, Double> details) {
        new Measurement("GcLoad." + what, contender, params, "ms", millis, details).print();
    }

    /** The first word of its name, such as G1. */
    private static String collector() {
        String name = ManagementFactory.getGarbageCollectorMXBeans().get(0).getName();
        return name.split(" ")[0];
    }
}
