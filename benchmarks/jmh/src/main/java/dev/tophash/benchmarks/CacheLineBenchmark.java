package dev.tophash.benchmarks;

import dev.tophash.LongLongMap;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What does one random cache line cost that was asked for early enough? That is what this machine's
 * memory allows, and no batch of lookups can be faster. The lines are those of as much memory as a
 * map of longs has for so many entries; C code in {@code native/bench} walks over them, sixteen at
 * a time.
 */
@OperationsPerInvocation(Keys.BATCH)
public class CacheLineBenchmark extends Timed {
    /** The library with the C code, relative to the checkout unless the property says another. */
    private static final Path LIBRARY =
            Path.of(
                            System.getProperty(
                                    "tophash.bench.lines",
                                    "native/build/release/bench/libtophash_lines.so"))
                    .toAbsolutePath();

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    private static final MethodHandle CREATE =
            link("lines_create", FunctionDescriptor.of(POINTER, ValueLayout.JAVA_LONG));
    private static final MethodHandle DESTROY =
            link("lines_destroy", FunctionDescriptor.ofVoid(POINTER, ValueLayout.JAVA_LONG));
    private static final MethodHandle WALK =
            link(
                    "lines_walk",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            POINTER,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.critical(false));

    @Param({"1000", "100000", "1000000", "10000000"})
    public int entries;

    private MemorySegment memory;
    private long bytes;
    private long position;

    private static MethodHandle link(
            String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), type, options);
    }

    @Setup
    public void create() throws Throwable {
        try (LongLongMap map = LongLongMap.create()) {
            map.reserve(entries);
            bytes = map.stats().bucketBytes();
        }
        memory = (MemorySegment) CREATE.invokeExact(bytes);
        if (memory.equals(MemorySegment.NULL)) {
            throw new OutOfMemoryError(bytes + " bytes");
        }
    }

    @TearDown
    public void destroy() throws Throwable {
        DESTROY.invokeExact(memory, bytes);
    }

    @Benchmark
    public long line() throws Throwable {
        position += Keys.BATCH;
        return (long) WALK.invokeExact(memory, bytes, position, (long) Keys.BATCH);
    }
}
