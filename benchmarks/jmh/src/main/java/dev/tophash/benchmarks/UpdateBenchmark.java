package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/** What does it cost to give a present key another value? */
@OperationsPerInvocation(Keys.BATCH)
public class UpdateBenchmark extends LongMapState {
    private Questions present;

    @Setup
    public void ask() {
        present = new Questions(0, entries);
    }

    @Benchmark
    public void put() {
        present.put(map);
    }

    @Benchmark
    public void putAll() {
        present.putAll(map);
    }
}
