package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.LongMap;

import org.openjdk.jmh.annotations.Benchmark;

/**
 * What does it cost to fill a map that starts empty and grows? One call makes a map, fills it and
 * drops it; divide by the number of entries.
 */
public class InsertBenchmark extends LongMapContest {
    private final long[] keys = new long[Keys.BATCH];

    @Benchmark
    public long put() {
        try (LongMap map = contender.create()) {
            for (int i = 0; i < entries; i++) {
                map.put(Keys.key(i), i);
            }
            return map.get(entries);
        }
    }

    @Benchmark
    public long putAll() {
        try (LongMap map = contender.create()) {
            for (int i = 0; i < entries; ) {
                int n = Math.min(Keys.BATCH, entries - i);
                for (int j = 0; j < n; j++) {
                    keys[j] = Keys.key(i++);
                }
                map.putAll(keys, keys, 0, n);
            }
            return map.get(entries);
        }
    }
}
