package dev.tophash.benchmarks.program;

import dev.tophash.LongLongMap;
import dev.tophash.MapStats;
import dev.tophash.benchmarks.KeyPattern;
import dev.tophash.benchmarks.compare.Measurement;

import java.util.Map;

/**
 * How evenly does the hash spread keys that have a pattern? Overflow buckets and the longest chain,
 * beside what they would be if each key fell into any bucket with the same chance: then the entries
 * of a bucket are distributed as Poisson says.
 *
 * <p>Arguments: entries.
 */
public final class Chains {
    private static final int SLOTS = 8;

    private Chains() {}

    public static void main(String[] args) {
        int entries = Integer.parseInt(args[0]);
        for (KeyPattern pattern : KeyPattern.values()) {
            if (pattern != KeyPattern.ZIPF) { // has the keys of RANDOM
                print(pattern, entries);
            }
        }
    }

    private static void print(KeyPattern pattern, int entries) {
        try (LongLongMap map = LongLongMap.withExpectedSize(entries)) {
            for (int i = 0; i < entries; i++) {
                map.put(pattern.key(i), i);
            }
            MapStats stats = map.fullStats();
            Ideal ideal = Ideal.of(stats.size(), stats.buckets());
            double overflow = 100.0 * stats.overflowBuckets() / stats.buckets();
            print("TOPHASH", pattern, entries, overflow, stats.longestChain());
            print("CHANCE", pattern, entries, 100 * ideal.overflow(), ideal.longest());
        }
    }

    private static void print(
            String contender, KeyPattern pattern, int entries, double overflow, long longest) {
        Map<String, String> params =
                Map.of("pattern", pattern.name(), "entries", Integer.toString(entries));
        new Measurement("Chains.overflow", contender, params, "%", overflow, Map.of()).print();
        new Measurement("Chains.longest", contender, params, "buckets", longest, Map.of()).print();
    }

    /**
     * What chance alone would do.
     *
     * @param overflow expected overflow buckets for each main one
     * @param longest the longest chain of which there would be one
     */
    private record Ideal(double overflow, long longest) {
        static Ideal of(double entries, double buckets) {
            double mean = entries / buckets;
            double chance = Math.exp(-mean); // of exactly k entries
            double more = 1; // the chance of k entries or more
            double overflow = 0;
            long longest = 1;
            for (int k = 0; k < 20 * SLOTS; k++) {
                if (k > SLOTS && k % SLOTS == 1) { // the entry that needs another bucket
                    overflow += more;
                    longest = more * buckets >= 0.5 ? k / SLOTS + 1 : longest;
                }
                more -= chance;
                chance *= mean / (k + 1);
            }
            return new Ideal(overflow, longest);
        }
    }
}
