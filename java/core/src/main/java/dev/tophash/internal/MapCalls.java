package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The quick functions that do not depend on the type of the map.
 *
 * <p>Each function is linked when it is first used, because linking one takes milliseconds.
 */
public final class MapCalls {

    private MapCalls() {}

    private static final class Size {
        static final MethodHandle HANDLE =
                Linkage.quick(tophash_h.th_map_size$address(), tophash_h.th_map_size$descriptor());
    }

    /** {@code th_map_size}. */
    public static long size(long map, long stamp) {
        try {
            return (long) Size.HANDLE.invokeExact(map, stamp);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class CursorStart {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_cursor_start$address(),
                        tophash_h.th_cursor_start$descriptor());
    }

    /** {@code th_cursor_start}. */
    public static int cursorStart(long map, long stamp, long random, MemorySegment cursor) {
        try {
            return (int) CursorStart.HANDLE.invokeExact(map, stamp, random, cursor);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class CursorNext {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_cursor_next$address(), tophash_h.th_cursor_next$descriptor());
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
                    CursorNext.HANDLE.invokeExact(
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
