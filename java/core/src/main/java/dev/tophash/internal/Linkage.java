package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Where Java crosses into C. Loads the library before the generated bindings look for symbols, and
 * links the "quick" functions of the header without a thread state transition ({@link
 * Linker.Option#critical}); the ordinary ones are called through the generated class as it is.
 */
public final class Linkage {
    /** File that the library was loaded from. */
    public static final Path LIBRARY = NativeLoader.load();

    /** Address of the map that is always empty: what a map that was never written to reads from. */
    public static final long EMPTY_MAP = tophash_h.th_empty_map().address();

    public static final long EMPTY_STAMP = tophash_h.th_empty_stamp();

    private static final Linker LINKER = Linker.nativeLinker();

    /** All memory, to read what C left in a map's header, whose page is never unmapped. */
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Linkage() {}

    /** Makes sure that the library is loaded before the generated bindings look for a symbol. */
    public static void ensureLoaded() {
        // Calling it has initialised this class.
    }

    /**
     * Links a quick function that reads and writes no Java arrays.
     *
     * @param address from the generated bindings, as is the descriptor
     */
    static MethodHandle quick(MemorySegment address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address, mapAsLong(descriptor), Linker.Option.critical(false));
    }

    /**
     * The address of {@code th_word_get} or {@code th_word_contains} for maps of one type, which
     * spares each call the choice.
     *
     * @param type from {@link TableType}
     * @param sharded of the whole of a concurrent map
     */
    static MemorySegment forType(String function, long type, boolean sharded) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = TableType.segment(type, arena);
            long address =
                    switch (function) {
                        case "th_word_get" ->
                                sharded
                                        ? tophash_h.th_type_sharded_get(segment)
                                        : tophash_h.th_type_word_get(segment);
                        case "th_word_contains" ->
                                sharded
                                        ? tophash_h.th_type_sharded_contains(segment)
                                        : tophash_h.th_type_word_contains(segment);
                        default -> 0;
                    };
            if (address == 0) {
                throw new IllegalArgumentException("no " + function + " for type " + type);
            }
            return MemorySegment.ofAddress(address);
        }
    }

    /** Links a quick function whose pointers may be Java arrays. */
    static MethodHandle quickOnArrays(MemorySegment address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address, mapAsLong(descriptor), Linker.Option.critical(true));
    }

    /** Links a quick function that takes no map; its pointers may be Java arrays. */
    static MethodHandle quickOnNoMap(MemorySegment address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address, descriptor, Linker.Option.critical(true));
    }

    /**
     * Links a quick function whose pointers are addresses of memory that the caller looks after.
     */
    static MethodHandle quickOnAddresses(MemorySegment address, FunctionDescriptor descriptor) {
        MemoryLayout[] arguments = descriptor.argumentLayouts().toArray(MemoryLayout[]::new);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof AddressLayout) {
                arguments[i] = ValueLayout.JAVA_LONG;
            }
        }
        return LINKER.downcallHandle(
                address,
                FunctionDescriptor.of(descriptor.returnLayout().orElseThrow(), arguments),
                Linker.Option.critical(false));
    }

    /**
     * The first argument, the map, as a long: both calling conventions pass it in the same
     * register, and Java need not unwrap a segment and look after its scope in every call.
     */
    private static FunctionDescriptor mapAsLong(FunctionDescriptor descriptor) {
        MemoryLayout[] arguments = descriptor.argumentLayouts().toArray(MemoryLayout[]::new);
        arguments[0] = ValueLayout.JAVA_LONG;
        return FunctionDescriptor.of(descriptor.returnLayout().orElseThrow(), arguments);
    }

    /** The value that the last write to a map replaced: what {@code th_previous} returns. */
    public static long previous(long map) {
        return MEMORY.get(ValueLayout.JAVA_LONG, map + tophash_h.TH_PREVIOUS_OFFSET());
    }

    /**
     * What a method handle threw though its signature has no exception: passed on, never hidden.
     */
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
     * Returns once every thread has left the quick call it may have been in. A thread in a call
     * linked as critical cannot be stopped, and closing a shared arena waits until every thread
     * could be: that is how the arena makes sure that nobody is still reading its memory.
     */
    static void awaitQuickCalls() {
        Arena.ofShared().close();
    }
}
