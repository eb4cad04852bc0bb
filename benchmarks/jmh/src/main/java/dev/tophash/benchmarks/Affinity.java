package dev.tophash.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/**
 * Which CPUs a thread may run on. Left to itself, the system may leave two busy threads on one CPU
 * for seconds while another one is idle, and then they only seem to run at the same time.
 */
public final class Affinity {
    private static final int MASK_BYTES = 128; // as glibc's cpu_set_t
    private static final MethodHandle GET = link("sched_getaffinity");
    private static final MethodHandle SET = link("sched_setaffinity");

    private Affinity() {}

    /**
     * Ties the calling thread to one of the CPUs that it may run on: they are dealt out in turn.
     */
    public static void pin(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            if ((int) GET.invokeExact(0, (long) MASK_BYTES, mask) < 0) {
                return; // a machine that does not tell
            }
            int[] cpus = BitSet.valueOf(mask.toArray(ValueLayout.JAVA_BYTE)).stream().toArray();
            BitSet one = new BitSet();
            one.set(cpus[number % cpus.length]);
            byte[] bytes = one.toByteArray();
            mask.fill((byte) 0).copyFrom(MemorySegment.ofArray(bytes));
            int ignored = (int) SET.invokeExact(0, (long) MASK_BYTES, mask);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle link(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS));
    }
}
