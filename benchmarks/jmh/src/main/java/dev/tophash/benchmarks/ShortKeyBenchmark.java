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

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Keys of eight characters as strings, as bytes of any length, as bytes of one length and as longs.
 * Keys are other objects than those in the map, as they are in use. {@code putNew} also makes the
 * key for each call, from a number; with {@code -prof gc} it tells what a key costs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Keys.BATCH)
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
public class ShortKeyBenchmark {
    private static final int QUESTIONS = 1 << 16;

    @Param public ShortKeys keys;

    @Param({"10000", "1000000"})
    public int entries;

    private ShortKeys.Subject map;
    private int[] numbers;
    private Object[] questions;
    private int offset;

    @Setup
    public void fill() {
        map = keys.create();
        for (int i = 0; i < entries; i++) {
            map.put(keys.key(i), i);
        }
        Random random = new Random(42);
        numbers = new int[QUESTIONS];
        questions = new Object[QUESTIONS];
        for (int i = 0; i < QUESTIONS; i++) {
            numbers[i] = random.nextInt(entries);
            questions[i] = keys.key(numbers[i]);
        }
    }

    private int next() {
        int at = offset;
        offset = (offset + Keys.BATCH) & (QUESTIONS - 1);
        return at;
    }

    @Benchmark
    public long get() {
        int from = next();
        long sum = 0;
        for (int i = from; i < from + Keys.BATCH; i++) {
            sum += map.get(questions[i]);
        }
        return sum;
    }

    @Benchmark
    public long put() {
        int from = next();
        long sum = 0;
        for (int i = from; i < from + Keys.BATCH; i++) {
            sum += map.put(questions[i], i + 1000L);
        }
        return sum;
    }

    @Benchmark
    public long putNew() {
        int from = next();
        long sum = 0;
        for (int i = from; i < from + Keys.BATCH; i++) {
            sum += map.put(keys.key(numbers[i]), i + 1000L);
        }
        return sum;
    }
}
