package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The quick functions for 8-byte keys and values, one method each: see {@code tophash.h} for what
 * they do and return. The map is its address.
 */
public final class LongCalls {
    private static final MethodHandle GET =
            Linkage.quick(tophash_h.th_long_get$address(), tophash_h.th_long_get$descriptor());
    private static final MethodHandle CONTAINS =
            Linkage.quick(
                    tophash_h.th_long_contains$address(), tophash_h.th_long_contains$descriptor());
    private static final MethodHandle PUT =
            Linkage.quick(tophash_h.th_long_put$address(), tophash_h.th_long_put$descriptor());
    private static final MethodHandle PUT_IF_ABSENT =
            Linkage.quick(
                    tophash_h.th_long_put_if_absent$address(),
                    tophash_h.th_long_put_if_absent$descriptor());
    private static final MethodHandle ADD =
            Linkage.quick(tophash_h.th_long_add$address(), tophash_h.th_long_add$descriptor());
    private static final MethodHandle REMOVE =
            Linkage.quick(
                    tophash_h.th_long_remove$address(), tophash_h.th_long_remove$descriptor());
    private static final MethodHandle GET_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_long_get_all$address(), tophash_h.th_long_get_all$descriptor());
    private static final MethodHandle CONTAINS_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_long_contains_all$address(),
                    tophash_h.th_long_contains_all$descriptor());
    private static final MethodHandle PUT_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_long_put_all$address(), tophash_h.th_long_put_all$descriptor());
    private static final MethodHandle ADD_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_long_add_all$address(), tophash_h.th_long_add_all$descriptor());
    private static final MethodHandle REMOVE_ALL =
            Linkage.quickOnArrays(
                    tophash_h.th_long_remove_all$address(),
                    tophash_h.th_long_remove_all$descriptor());

    private LongCalls() {}

    /** {@code th_long_get}. */
    public static long get(long map, long stamp, long key, long otherwise) {
        try {
            return (long) GET.invokeExact(map, stamp, key, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_contains}. */
    public static int contains(long map, long stamp, long key) {
        try {
            return (int) CONTAINS.invokeExact(map, stamp, key);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_put}. */
    public static int put(long map, long stamp, long key, long value) {
        try {
            return (int) PUT.invokeExact(map, stamp, key, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_put_if_absent}. */
    public static int putIfAbsent(long map, long stamp, long key, long value) {
        try {
            return (int) PUT_IF_ABSENT.invokeExact(map, stamp, key, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_add}. */
    public static int add(long map, long stamp, long key, long delta, long otherwise) {
        try {
            return (int) ADD.invokeExact(map, stamp, key, delta, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_remove}. */
    public static int remove(long map, long stamp, long key) {
        try {
            return (int) REMOVE.invokeExact(map, stamp, key);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_get_all}. */
    public static int getAll(
            long map,
            long stamp,
            MemorySegment keys,
            MemorySegment values,
            long n,
            long otherwise,
            MemorySegment progress) {
        try {
            return (int) GET_ALL.invokeExact(map, stamp, keys, values, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_contains_all}. */
    public static int containsAll(
            long map,
            long stamp,
            MemorySegment keys,
            MemorySegment found,
            long n,
            MemorySegment progress) {
        try {
            return (int) CONTAINS_ALL.invokeExact(map, stamp, keys, found, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_put_all}. */
    public static int putAll(
            long map,
            long stamp,
            MemorySegment keys,
            MemorySegment values,
            long n,
            MemorySegment progress) {
        try {
            return (int) PUT_ALL.invokeExact(map, stamp, keys, values, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_add_all}. */
    public static int addAll(
            long map,
            long stamp,
            MemorySegment keys,
            MemorySegment deltas,
            long n,
            long otherwise,
            MemorySegment progress) {
        try {
            return (int) ADD_ALL.invokeExact(map, stamp, keys, deltas, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    /** {@code th_long_remove_all}. */
    public static int removeAll(
            long map, long stamp, MemorySegment keys, long n, MemorySegment progress) {
        try {
            return (int) REMOVE_ALL.invokeExact(map, stamp, keys, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }
}
