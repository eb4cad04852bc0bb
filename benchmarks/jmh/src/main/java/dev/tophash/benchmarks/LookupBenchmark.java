package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/** What does a lookup cost, of a present or an absent key, one at a time or many at once? */
@OperationsPerInvocation(Keys.BATCH)
public class LookupBenchmark extends LongMapState {
    private Questions present;
    private Questions absent;

    @Setup
    public void ask() {
        present = new Questions(0, entries);
        absent = new Questions(Keys.ABSENT, entries);
    }

    @Benchmark
    public long getHit() {
        return present.get(map);
    }

    @Benchmark
    public long getMiss() {
        return absent.get(map);
    }

    @Benchmark
    public long[] getAllHit() {
        return present.getAll(map);
    }

    @Benchmark
    public long[] getAllMiss() {
        return absent.getAll(map);
    }
}
