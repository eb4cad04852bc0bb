package dev.tophash.internal;

import dev.tophash.internal.ffi.th_layout;
import dev.tophash.internal.ffi.th_type;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * The key and value type of a native map, packed into a word so that a map need not refer to an
 * object for it: a {@code th_type}.
 */
public final class TableType {
    /** In place of a size: any number of bytes. */
    public static final int BYTES = -1;

    private static final int VALUE_SHIFT = 32;
    private static final int ALIGN_SHIFT = 16;
    private static final int SIZE_MASK = 0xffff;

    private TableType() {}

    /**
     * Packs a type.
     *
     * @param keySize bytes, or {@link #BYTES}
     * @param keyAlign a power of two that divides it
     */
    public static long of(int keySize, int keyAlign, int valueSize, int valueAlign) {
        return (long) part(valueSize, valueAlign) << VALUE_SHIFT | part(keySize, keyAlign);
    }

    /** The same for parts that are aligned to their size. */
    public static long of(int keySize, int valueSize) {
        return of(keySize, natural(keySize), valueSize, natural(valueSize));
    }

    private static int natural(int size) {
        return size <= 0 ? 1 : Math.min(Integer.lowestOneBit(size), Long.BYTES);
    }

    private static int part(int size, int align) {
        return size == BYTES ? SIZE_MASK : align << ALIGN_SHIFT | size;
    }

    /** Bytes of a key, or {@link #BYTES}. */
    public static int keySize(long type) {
        return size((int) type);
    }

    /** Bytes of a value, or {@link #BYTES}. */
    public static int valueSize(long type) {
        return size((int) (type >>> VALUE_SHIFT));
    }

    private static int size(int part) {
        return part == SIZE_MASK ? BYTES : part & SIZE_MASK;
    }

    private static byte kind(int part) {
        return (byte) (part == SIZE_MASK ? tophash_h.TH_KIND_BYTES() : tophash_h.TH_KIND_FIXED());
    }

    /**
     * How the running library lays out buckets of a type.
     *
     * @param read is given a {@code th_layout}, and must not keep it
     * @throws IllegalArgumentException if the library refuses the type
     */
    public static <T> T withLayout(long type, Function<MemorySegment, T> read) {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment layout = arena.allocate(th_layout.layout());
            if (tophash_h.th_type_layout(segment(type, arena), layout) < 0) {
                throw new IllegalArgumentException("no map can have this type: " + type);
            }
            return read.apply(layout);
        }
    }

    /** Packs a {@code th_type}. */
    static long ofSegment(MemorySegment type) {
        boolean bytesKey = th_type.key_kind(type) == tophash_h.TH_KIND_BYTES();
        boolean bytesValue = th_type.value_kind(type) == tophash_h.TH_KIND_BYTES();
        return of(
                bytesKey ? BYTES : Short.toUnsignedInt(th_type.key_size(type)),
                th_type.key_align(type),
                bytesValue ? BYTES : Short.toUnsignedInt(th_type.value_size(type)),
                th_type.value_align(type));
    }

    /** The alignment of a key in bytes; 0 if it is {@link #BYTES}. */
    public static int keyAlign(long type) {
        return align((int) type);
    }

    /** The alignment of a value in bytes; 0 if it is {@link #BYTES}. */
    public static int valueAlign(long type) {
        return align((int) (type >>> VALUE_SHIFT));
    }

    private static int align(int part) {
        return part == SIZE_MASK ? 0 : part >>> ALIGN_SHIFT;
    }

    static MemorySegment segment(long packed, Arena arena) {
        int key = (int) packed;
        int value = (int) (packed >>> VALUE_SHIFT);
        MemorySegment type = arena.allocate(th_type.layout());
        th_type.key_kind(type, kind(key));
        th_type.value_kind(type, kind(value));
        th_type.key_size(type, (short) Math.max(size(key), 0));
        th_type.key_align(type, (short) align(key));
        th_type.value_size(type, (short) Math.max(size(value), 0));
        th_type.value_align(type, (short) align(value));
        return type;
    }
}
