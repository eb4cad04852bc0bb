package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * Emptying a map of a million entries and filling it again. An iteration of {@code tenRounds} is
 * ten rounds of that, so that {@code -prof gc} counts the collections of ten rounds; {@code empty}
 * is the time for emptying alone.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Xms1g",
            "-Xmx1g",
            "-XX:+AlwaysPreTouch"
        })
@Warmup(iterations = 1, time = 1, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 1, timeUnit = TimeUnit.MILLISECONDS)
public class ClearingBenchmark {
    private static final int ROUNDS = 10;

    /** A map, full. */
    @State(Scope.Thread)
    public static class Full {
        @Param public ClearedMap map;

        @Param public ClearedMap.Way way;

        @Param public ClearedMap.Order order;

        @Param("1000000")
        public int entries;

        private ClearedMap.Subject subject;

        @Setup
        public void create() {
            subject = map.create();
            fill();
        }

        @TearDown
        public void close() {
            subject.renew(0);
        }

        final void fill() {
            subject.fill(order, entries);
        }

        final void empty() {
            way.empty(subject, order, entries);
        }
    }

    /** A map that is filled before each call. */
    @State(Scope.Thread)
    public static class Refilled extends Full {
        @Setup(Level.Invocation)
        public void refill() {
            fill();
        }
    }

    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void tenRounds(Full map) {
        for (int i = 0; i < ROUNDS; i++) {
            map.empty();
            map.fill();
        }
    }

    @Benchmark
    @Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
    @Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
    public void empty(Refilled map) {
        map.empty();
    }
}
