package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The quick functions for bytes keys and 8-byte values, one method each: see {@code tophash.h} for
 * what they do and return. The map is its address; segments may be native or Java arrays.
 */
public final class BytesCalls {
    private static final MethodHandle GET =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_get$address(), tophash_h.th_bytes_get$descriptor());
    private static final MethodHandle CONTAINS =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_contains$address(),
                    tophash_h.th_bytes_contains$descriptor());
    private static final MethodHandle PUT =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_put$address(), tophash_h.th_bytes_put$descriptor());
    private static final MethodHandle PUT_IF_ABSENT =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_put_if_absent$address(),
                    tophash_h.th_bytes_put_if_absent$descriptor());
    private static final MethodHandle ADD =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_add$address(), tophash_h.th_bytes_add$descriptor());
    private static final MethodHandle REMOVE =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_remove$address(), tophash_h.th_bytes_remove$descriptor());
    private static final MethodHandle GET_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_get_all$address(), tophash_h.th_bytes_get_all$descriptor());
    private static final MethodHandle CONTAINS_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_contains_all$address(),
                    tophash_h.th_bytes_contains_all$descriptor());
    private static final MethodHandle PUT_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_put_all$address(), tophash_h.th_bytes_put_all$descriptor());
    private static final MethodHandle ADD_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_add_all$address(), tophash_h.th_bytes_add_all$descriptor());
    private static final MethodHandle REMOVE_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_bytes_remove_all$address(),
                    tophash_h.th_bytes_remove_all$descriptor());

    private BytesCalls() {}

    /** {@code th_bytes_get}. */
    public static long get(long map, long stamp, MemorySegment key, long length, long otherwise) {
        try {
            return (long) GET.invokeExact(map, stamp, key, length, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_contains}. */
    public static int contains(long map, long stamp, MemorySegment key, long length) {
        try {
            return (int) CONTAINS.invokeExact(map, stamp, key, length);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_put}. */
    public static int put(long map, long stamp, MemorySegment key, long length, long value) {
        try {
            return (int) PUT.invokeExact(map, stamp, key, length, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_put_if_absent}. */
    public static int putIfAbsent(
            long map, long stamp, MemorySegment key, long length, long value) {
        try {
            return (int) PUT_IF_ABSENT.invokeExact(map, stamp, key, length, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_add}. */
    public static int add(
            long map, long stamp, MemorySegment key, long length, long delta, long otherwise) {
        try {
            return (int) ADD.invokeExact(map, stamp, key, length, delta, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_remove}. */
    public static int remove(long map, long stamp, MemorySegment key, long length) {
        try {
            return (int) REMOVE.invokeExact(map, stamp, key, length);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_get_all}. */
    public static int getAll(
            long map,
            long stamp,
            MemorySegment data,
            long size,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment values,
            long n,
            long otherwise,
            MemorySegment progress) {
        try {
            return (int)
                    GET_ALL.invokeExact(
                            map, stamp, data, size, starts, ends, values, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_contains_all}. */
    public static int containsAll(
            long map,
            long stamp,
            MemorySegment data,
            long size,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment found,
            long n,
            MemorySegment progress) {
        try {
            return (int)
                    CONTAINS_ALL.invokeExact(
                            map, stamp, data, size, starts, ends, found, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_put_all}. */
    public static int putAll(
            long map,
            long stamp,
            MemorySegment data,
            long size,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment values,
            long n,
            MemorySegment progress) {
        try {
            return (int)
                    PUT_ALL.invokeExact(map, stamp, data, size, starts, ends, values, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_add_all}. */
    public static int addAll(
            long map,
            long stamp,
            MemorySegment data,
            long size,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment deltas,
            long n,
            long otherwise,
            MemorySegment progress) {
        try {
            return (int)
                    ADD_ALL.invokeExact(
                            map, stamp, data, size, starts, ends, deltas, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_bytes_remove_all}. */
    public static int removeAll(
            long map,
            long stamp,
            MemorySegment data,
            long size,
            MemorySegment starts,
            MemorySegment ends,
            long n,
            MemorySegment progress) {
        try {
            return (int) REMOVE_ALL.invokeExact(map, stamp, data, size, starts, ends, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }
}
