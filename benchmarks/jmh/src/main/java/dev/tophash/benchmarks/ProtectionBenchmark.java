package dev.tophash.benchmarks;

import dev.tophash.LongLongMap;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.LongLongCalls;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.WordCalls;
import dev.tophash.internal.ffi.tophash_h;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * What the Java half of the protection against misuse costs: the map as it is ({@code guarded})
 * beside the same C function without the closed check, the write counter that cursors watch, and
 * the loop that asks for room ({@code bare}). {@code callOnly} is a quick call that does next to
 * nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Keys.BATCH)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Xms1g",
            "-Xmx1g",
            "-XX:+AlwaysPreTouch"
        })
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ProtectionBenchmark {
    @Param({"1000", "1000000"})
    public int entries;

    private LongLongMap guarded;
    private NativeHeap.Handle handle;
    private long bare;
    private long stamp;
    private Questions questions;

    @Setup
    public void fill() {
        guarded = LongLongMap.create();
        handle = NativeHeap.createMap(TableType.of(Long.BYTES, Long.BYTES), TableOptions.DEFAULT);
        bare = handle.map();
        stamp = handle.stamp();
        for (int i = 0; i < entries; i++) {
            long key = Keys.key(i);
            guarded.put(key, i);
            while (WordCalls.put(bare, stamp, key, i) < 0) {
                tophash_h.th_make_room(MemorySegment.ofAddress(bare), stamp, 0);
            }
        }
        questions = new Questions(0, entries);
    }

    @TearDown
    public void close() {
        guarded.close();
        NativeHeap.closeMap(handle);
    }

    @Benchmark
    public long getGuarded() {
        return questions.sum(guarded::get);
    }

    @Benchmark
    public long getBare() {
        return questions.sum(key -> LongLongCalls.get(bare, stamp, key, 0));
    }

    @Benchmark
    public long putGuarded() {
        return questions.sum(key -> guarded.put(key, key));
    }

    @Benchmark
    public long putBare() {
        return questions.sum(
                key -> {
                    WordCalls.put(bare, stamp, key, key);
                    return Linkage.previous(bare);
                });
    }

    @Benchmark
    public long callOnly() {
        long sum = 0;
        for (int i = 0; i < Keys.BATCH; i++) {
            sum += MapCalls.size(bare, stamp);
        }
        return sum;
    }
}
