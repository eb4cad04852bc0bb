package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Are keys with a pattern slower than random ones? */
@OperationsPerInvocation(Keys.BATCH)
public class PatternBenchmark extends LongMapState {
    @Param public KeyPattern pattern;

    private Questions questions;

    @Override
    long key(long i) {
        return pattern.key(i);
    }

    @Setup
    public void ask() {
        questions = new Questions(entries, random -> pattern.key(pattern.number(random, entries)));
    }

    @Benchmark
    public long get() {
        return questions.get(map);
    }

    @Benchmark
    public long[] getAll() {
        return questions.getAll(map);
    }

    @Benchmark
    public void put() {
        questions.put(map);
    }
}
