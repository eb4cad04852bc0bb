package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The quick functions for 8-byte keys and values, one method each: see {@code tophash.h} for what
 * they do and return. The map is its address.
 *
 * <p>Each function is linked when it is first used, because linking one takes milliseconds.
 */
public final class LongCalls {

    private LongCalls() {}

    private static final class Get {
        static final MethodHandle HANDLE =
                Linkage.quick(tophash_h.th_long_get$address(), tophash_h.th_long_get$descriptor());
    }

    /** {@code th_long_get}. */
    public static long get(long map, long stamp, long key, long otherwise) {
        try {
            return (long) Get.HANDLE.invokeExact(map, stamp, key, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class Contains {
        static final MethodHandle HANDLE =
                Linkage.quick(
                        tophash_h.th_long_contains$address(),
                        tophash_h.th_long_contains$descriptor());
    }

    /** {@code th_long_contains}. */
    public static int contains(long map, long stamp, long key) {
        try {
            return (int) Contains.HANDLE.invokeExact(map, stamp, key);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class Put {
        static final MethodHandle HANDLE =
                Linkage.quick(tophash_h.th_long_put$address(), tophash_h.th_long_put$descriptor());
    }

    /** {@code th_long_put}. */
    public static int put(long map, long stamp, long key, long value) {
        try {
            return (int) Put.HANDLE.invokeExact(map, stamp, key, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class PutIfAbsent {
        static final MethodHandle HANDLE =
                Linkage.quick(
                        tophash_h.th_long_put_if_absent$address(),
                        tophash_h.th_long_put_if_absent$descriptor());
    }

    /** {@code th_long_put_if_absent}. */
    public static int putIfAbsent(long map, long stamp, long key, long value) {
        try {
            return (int) PutIfAbsent.HANDLE.invokeExact(map, stamp, key, value);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class Add {
        static final MethodHandle HANDLE =
                Linkage.quick(tophash_h.th_long_add$address(), tophash_h.th_long_add$descriptor());
    }

    /** {@code th_long_add}. */
    public static int add(long map, long stamp, long key, long delta, long otherwise) {
        try {
            return (int) Add.HANDLE.invokeExact(map, stamp, key, delta, otherwise);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class Remove {
        static final MethodHandle HANDLE =
                Linkage.quick(
                        tophash_h.th_long_remove$address(), tophash_h.th_long_remove$descriptor());
    }

    /** {@code th_long_remove}. */
    public static int remove(long map, long stamp, long key) {
        try {
            return (int) Remove.HANDLE.invokeExact(map, stamp, key);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class GetAll {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_long_get_all$address(),
                        tophash_h.th_long_get_all$descriptor());
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
            return (int)
                    GetAll.HANDLE.invokeExact(map, stamp, keys, values, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class ContainsAll {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_long_contains_all$address(),
                        tophash_h.th_long_contains_all$descriptor());
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
            return (int) ContainsAll.HANDLE.invokeExact(map, stamp, keys, found, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class PutAll {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_long_put_all$address(),
                        tophash_h.th_long_put_all$descriptor());
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
            return (int) PutAll.HANDLE.invokeExact(map, stamp, keys, values, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class AddAll {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_long_add_all$address(),
                        tophash_h.th_long_add_all$descriptor());
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
            return (int)
                    AddAll.HANDLE.invokeExact(map, stamp, keys, deltas, n, otherwise, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }

    private static final class RemoveAll {
        static final MethodHandle HANDLE =
                Linkage.quickOnArrays(
                        tophash_h.th_long_remove_all$address(),
                        tophash_h.th_long_remove_all$descriptor());
    }

    /** {@code th_long_remove_all}. */
    public static int removeAll(
            long map, long stamp, MemorySegment keys, long n, MemorySegment progress) {
        try {
            return (int) RemoveAll.HANDLE.invokeExact(map, stamp, keys, n, progress);
        } catch (Throwable t) {
            throw Linkage.unexpected(t);
        }
    }
}
