package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * One key at a time against many at once, for keys that are there, that are not, and for writing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Keys.BATCH)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xms4g", "-Xmx4g"})
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class LongMapBenchmark {
    @Param({"TOPHASH", "FASTUTIL", "HASHMAP"})
    public Rival rival;

    @Param({"1000", "1000000", "10000000"})
    public int entries;

    private Rival.Subject map;
    private long[] present;
    private long[] absent;
    private long[] values;
    private int offset;

    @Setup
    public void fill() {
        map = rival.create();
        for (int i = 0; i < entries; i++) {
            map.put(Keys.key(i), i);
        }
        present = Keys.questions(0, entries);
        absent = Keys.questions(1L << 40, entries);
        values = new long[present.length];
    }

    private long one(long[] keys) {
        long sum = 0;
        for (int i = offset; i < offset + Keys.BATCH; i++) {
            sum += map.get(keys[i]);
        }
        offset = Keys.next(offset);
        return sum;
    }

    private long[] many(long[] keys) {
        map.getAll(keys, values, offset, Keys.BATCH);
        offset = Keys.next(offset);
        return values;
    }

    @Benchmark
    public long getHit() {
        return one(present);
    }

    @Benchmark
    public long getMiss() {
        return one(absent);
    }

    @Benchmark
    public long put() {
        long sum = 0;
        for (int i = offset; i < offset + Keys.BATCH; i++) {
            sum += map.put(present[i], i);
        }
        offset = Keys.next(offset);
        return sum;
    }

    @Benchmark
    public long[] getAllHit() {
        return many(present);
    }

    @Benchmark
    public long[] getAllMiss() {
        return many(absent);
    }

    @Benchmark
    public void putAll() {
        map.putAll(present, values, offset, Keys.BATCH);
        offset = Keys.next(offset);
    }
}
