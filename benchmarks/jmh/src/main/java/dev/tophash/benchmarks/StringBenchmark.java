package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.StringContender;
import dev.tophash.benchmarks.contender.StringMap;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.util.random.RandomGenerator;

/**
 * What does a lookup by a string cost? The strings are made before each call, equal to those in the
 * map but other objects, as they are when they were just read or parsed. {@code FRESH} ones have
 * never been hashed; {@code HASHED} ones have, and keep that hash code, which {@code HashMap} then
 * need not compute.
 */
@OperationsPerInvocation(Keys.BATCH)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Xms6g",
            "-Xmx6g",
            "-XX:+AlwaysPreTouch"
        })
public class StringBenchmark extends Timed {
    @Param public StringContender contender;

    @Param public Hash hash;

    @Param({"8", "24", "64"})
    public int length;

    @Param({"100000", "10000000"})
    public int entries;

    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final String[] keys = new String[Keys.BATCH];
    private final long[] values = new long[Keys.BATCH];
    private StringMap map;

    /** Whether a key was hashed before. */
    public enum Hash {
        FRESH,
        HASHED
    }

    @Setup
    public void fill() {
        map = contender.create();
        for (int i = 0; i < entries; i++) {
            map.put(StringKeys.key(i, length), i);
        }
    }

    @TearDown
    public void close() {
        map.close();
    }

    @Setup(Level.Invocation)
    public void ask() {
        for (int i = 0; i < Keys.BATCH; i++) {
            keys[i] = StringKeys.key(random.nextInt(entries), length);
            values[i] = hash == Hash.HASHED ? keys[i].hashCode() : 0;
        }
    }

    @Benchmark
    public long get() {
        long sum = 0;
        for (String key : keys) {
            sum += map.get(key);
        }
        return sum;
    }

    @Benchmark
    public long[] getAll() {
        map.getAll(keys, values);
        return values;
    }
}
