package dev.tophash.benchmarks;

import dev.tophash.NativeMap;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * What a lookup in a {@code NativeMap<String, Long>} allocates, with {@code -prof gc}: the {@code
 * Long} that it returns (24 bytes, 16 with compact object headers), and nothing where {@link
 * Long#valueOf} has one ready.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Xms1g",
            "-Xmx1g",
            "-XX:+AlwaysPreTouch"
        })
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class BoxingBenchmark {
    private static final int ENTRIES = 1 << 14;

    /** Values that every JVM has boxes of, or values that it has to box. */
    @Param({"CACHED", "LARGE"})
    public Values values;

    /** Ranges of values. */
    public enum Values {
        CACHED(0),
        LARGE(1L << 40);

        private final long base;

        Values(long base) {
            this.base = base;
        }

        long value(int i) {
            return base + i % 128;
        }
    }

    private NativeMap<String, Long> map;
    private String[] keys;
    private int next;

    @Setup
    public void fill() {
        map = NativeMap.of(String.class, Long.class);
        keys = new String[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            keys[i] = Long.toHexString(Keys.key(i));
            map.put(keys[i], values.value(i));
        }
    }

    private String key() {
        return keys[next++ & ENTRIES - 1];
    }

    @Benchmark
    public Long get() {
        return map.get(key());
    }

    @Benchmark
    public boolean containsKey() {
        return map.containsKey(key());
    }

    /** Returns the value before. */
    @Benchmark
    public Long put() {
        return map.put(key(), values.value(next));
    }
}
