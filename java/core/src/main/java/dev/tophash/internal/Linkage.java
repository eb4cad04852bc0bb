package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Where Java crosses into C. Loads the library before the generated bindings look for symbols, and links the
 * "quick" functions of the header without a thread state transition ({@link Linker.Option#critical}); the
 * ordinary ones are called through the generated class as it is.
 */
public final class Linkage {
    /** File that the library was loaded from. */
    public static final Path LIBRARY = NativeLoader.load();

    /** Header of the map that is always empty: what a map that was never written to reads from. */
    public static final MemorySegment EMPTY_MAP = tophash_h.th_empty_map();

    public static final long EMPTY_STAMP = tophash_h.th_empty_stamp();

    private static final Linker LINKER = Linker.nativeLinker();

    private Linkage() {}

    /** Makes sure that the library is loaded before the generated bindings look for a symbol. */
    static void ensureLoaded() {
        // Calling it has initialised this class.
    }

    /**
     * Links a quick function that reads and writes no Java arrays.
     *
     * @param address from the generated bindings, as is the descriptor
     */
    static MethodHandle quick(MemorySegment address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address, descriptor, Linker.Option.critical(false));
    }

    /** Links a quick function whose pointers may be Java arrays. */
    static MethodHandle quickOnArrays(MemorySegment address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address, descriptor, Linker.Option.critical(true));
    }

    /** What a method handle threw though its signature has no exception: passed on, never hidden. */
    static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error e) {
            throw e;
        }
        if (t instanceof RuntimeException e) {
            throw e;
        }
        throw new AssertionError(t);
    }

    /** A string of the library, such as {@code "sse2"}. */
    public static String string(MemorySegment text) {
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /**
     * Returns once every thread has left the quick call it may have been in. A thread in a call linked as
     * critical cannot be stopped, and closing a shared arena waits until every thread could be: that is how
     * the arena makes sure that nobody is still reading its memory.
     */
    static void awaitQuickCalls() {
        Arena.ofShared().close();
    }
}
