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
 * What {@code NativeMap<Long, Long>} costs beside the {@code LongLongMap} that it could have been,
 * and beside {@code HashMap<Long, Long>}. All three are asked with a {@code long}, so that the
 * boxes are part of the price.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Keys.BATCH)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class FacadeBenchmark {
    @Param({"TOPHASH", "NATIVE_MAP", "HASHMAP"})
    public Rival rival;

    @Param({"1000", "100000", "1000000"})
    public int entries;

    private Rival.Subject map;
    private long[] present;
    private long[] absent;
    private int offset;

    @Setup
    public void fill() {
        map = rival.create();
        for (int i = 0; i < entries; i++) {
            map.put(Keys.key(i), i);
        }
        present = Keys.questions(0, entries);
        absent = Keys.questions(1L << 40, entries);
    }

    private long get(long[] keys) {
        long sum = 0;
        for (int i = offset; i < offset + Keys.BATCH; i++) {
            sum += map.get(keys[i]);
        }
        offset = Keys.next(offset);
        return sum;
    }

    @Benchmark
    public long getHit() {
        return get(present);
    }

    @Benchmark
    public long getMiss() {
        return get(absent);
    }

    @Benchmark
    public long put() {
        long sum = 0;
        for (int i = offset; i < offset + Keys.BATCH; i++) {
            sum += map.put(present[i], present[i] ^ i);
        }
        offset = Keys.next(offset);
        return sum;
    }
}
