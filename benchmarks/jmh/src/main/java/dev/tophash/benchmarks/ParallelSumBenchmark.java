package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.util.Map;
import java.util.concurrent.ForkJoinPool;

/**
 * Does walking over a map get faster with another core? A parallel stream adds up all values;
 * divide by the number of entries. HPPC and Eclipse Collections have no such stream.
 */
public class ParallelSumBenchmark extends LongMapState {
    @Param({"1", "2"})
    public int threads;

    private ForkJoinPool pool;
    private Map<Long, Long> view;

    @Setup
    public void start() {
        pool = new ForkJoinPool(threads);
        view = map.asMap();
    }

    @TearDown
    public void stop() {
        pool.close();
    }

    @Benchmark
    public long sum() {
        return pool.submit(this::sumInPool).join();
    }

    /** A stream that is started in a pool runs there. */
    private long sumInPool() {
        return view.entrySet().parallelStream().mapToLong(Map.Entry::getValue).sum();
    }
}
