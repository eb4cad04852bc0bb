package dev.tophash;

import dev.tophash.internal.Linkage;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.Stubs;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The library as a whole: what it is, how it runs here, and what its maps hold. */
public final class Tophash {
    /**
     * Asked for first of all, since only a loaded library has the symbols that the bindings look
     * for.
     */
    private static final Path LIBRARY = Linkage.LIBRARY;

    private Tophash() {}

    /**
     * Version of the native library.
     *
     * @return such as {@code 0.1.0}
     */
    public static String version() {
        return Linkage.string(tophash_h.th_version());
    }

    /**
     * The kernel that probes tophash bytes: the best this CPU has, or the one that the environment
     * variable {@code TOPHASH_KERNEL} named when the library was loaded.
     *
     * @return {@code avx2}, {@code sse2}, {@code neon} or {@code swar}
     */
    public static String kernel() {
        return Linkage.string(tophash_h.th_kernel());
    }

    /**
     * The kernels that this CPU can run.
     *
     * @return their names, the best first
     */
    public static List<String> kernels() {
        List<String> names = new ArrayList<>();
        for (int i = 0; ; i++) {
            MemorySegment name = tophash_h.th_kernel_at(i);
            if (name.equals(MemorySegment.NULL)) {
                return List.copyOf(names);
            }
            names.add(Linkage.string(name));
        }
    }

    /**
     * How Java makes the short calls of the library: single gets, puts and removes.
     *
     * @return {@code jvmci} when the JVM was started with the arguments in {@code
     *     tophash-jvmci.args} and accepted the code that makes such calls quicker. Otherwise {@code
     *     ffm}, the Foreign Function &amp; Memory API, and in brackets why it is not {@code jvmci}:
     *     {@code ffm (jvmci: not enabled)} without those arguments
     */
    public static String linkage() {
        return Stubs.linkage();
    }

    /**
     * The file that the native library was loaded from.
     *
     * @return an absolute path
     */
    public static Path libraryPath() {
        return LIBRARY;
    }

    /**
     * Native memory that the open maps of this process hold.
     *
     * @return bytes, with reserved address space that was never touched
     */
    public static long nativeBytes() {
        return NativeHeap.usage().liveBytes();
    }

    /**
     * Memory that maps have let go of when they grew, were cleared or closed, and that is held back
     * because a thread may still be reading it. What it takes is mostly addresses: pages of large
     * arrays are with the system again. It is freed, once every thread has left the call it was in,
     * by the next operation that makes or grows a map after 16 MiB of small blocks, 1,024 large
     * arrays or 1 TiB of addresses have come together; so there is hardly ever more.
     *
     * @return bytes of address space
     */
    public static long retiredBytes() {
        return NativeHeap.usage().retiredBytes();
    }

    /**
     * The most native memory that the open maps of this process may hold together.
     *
     * @return bytes; 0 means no limit
     */
    public static long nativeBudget() {
        return NativeHeap.usage().budget();
    }

    /**
     * Limits the native memory that the open maps of this process may hold together: an operation
     * that would need more throws {@link NativeBudgetError}. What counts is what {@link
     * #nativeBytes} tells. A budget below what is held already refuses all growth, and takes
     * nothing away. At the start it is the system property {@code tophash.nativeBudget}, a number
     * of bytes, or of KiB, MiB or GiB with {@code k}, {@code m} or {@code g} after it; without the
     * property there is none.
     *
     * @param bytes 0 or more; 0 means no limit
     * @throws IllegalArgumentException if it is negative
     */
    public static void setNativeBudget(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "a budget of " + bytes + " bytes, must be 0 or more");
        }
        NativeHeap.setBudget(bytes);
    }

    /**
     * The memory policy of maps that choose none.
     *
     * @return {@link MemoryPolicy#STANDARD} unless another was set
     */
    public static MemoryPolicy memoryPolicy() {
        return StandardPolicy.get();
    }

    /**
     * Chooses the memory policy of maps that choose none, from their first write on; maps that were
     * written to before keep theirs. At the start it is the system property {@code
     * tophash.memoryPolicy}, in the words of {@link MemoryPolicy#parse}.
     *
     * @param policy for all maps of this process
     * @throws MemoryPolicyException if it is strict and the kernel refuses it; nothing has changed
     */
    public static void setMemoryPolicy(MemoryPolicy policy) {
        StandardPolicy.set(policy);
    }

    /**
     * The maps that hold native memory, those that use most first: who looks for a leak finds it
     * here, and gives maps {@linkplain MapBuilder#name names} beforehand.
     *
     * @return a snapshot, each map as it was at some moment of this call
     */
    public static List<MapInfo> maps() {
        return MapInfo.all();
    }

    /**
     * Makes {@link TophashMXBean} known to the platform's MBean server, as {@value
     * TophashMXBean#NAME}; does nothing if it is known already.
     *
     * @throws NoClassDefFoundError if the JVM was made without the module java.management
     */
    public static void registerMXBean() {
        Management.register();
    }

    /**
     * Maps that hold native memory: written to at least once, and neither closed nor collected.
     *
     * @return their number
     */
    public static long nativeMaps() {
        return NativeHeap.usage().maps();
    }
}
