package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The quick functions that do not depend on the type of the map. */
public final class MapCalls {
    private static final MethodHandle SIZE =
            Linkage.quick(tophash_h.th_map_size$address(), tophash_h.th_map_size$descriptor());
    private static final MethodHandle CURSOR_START =
            Linkage.quickOnArrays(
                    tophash_h.th_cursor_start$address(), tophash_h.th_cursor_start$descriptor());
    private static final MethodHandle CURSOR_NEXT =
            Linkage.quickOnArrays(
                    tophash_h.th_cursor_next$address(), tophash_h.th_cursor_next$descriptor());

    private MapCalls() {}

    /** {@code th_map_size}. */
    public static long size(long map, long stamp) {
        try {
            return (long) SIZE.invokeExact(map, stamp);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_cursor_start}. */
    public static int cursorStart(long map, long stamp, long random, MemorySegment cursor) {
        try {
            return (int) CURSOR_START.invokeExact(map, stamp, random, cursor);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_cursor_next}. */
    public static int cursorNext(
            long map,
            long stamp,
            MemorySegment cursor,
            int capacity,
            MemorySegment count,
            MemorySegment keys,
            long keyRoom,
            MemorySegment keyEnds,
            MemorySegment values,
            long valueRoom) {
        try {
            return (int)
                    CURSOR_NEXT.invokeExact(
                            map,
                            stamp,
                            cursor,
                            capacity,
                            count,
                            keys,
                            keyRoom,
                            keyEnds,
                            values,
                            valueRoom,
                            MemorySegment.NULL);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }
}
