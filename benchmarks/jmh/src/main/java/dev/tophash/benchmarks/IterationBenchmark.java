package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;

/**
 * What does walking over a map cost? One call adds up all keys and values; divide by the number of
 * entries.
 */
public class IterationBenchmark extends LongMapState {
    @Benchmark
    public long forEach() {
        return map.sumForEach();
    }

    @Benchmark
    public long iterator() {
        return map.sumIterator();
    }
}
