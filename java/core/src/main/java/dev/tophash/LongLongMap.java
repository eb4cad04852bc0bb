package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.LongCalls;
import dev.tophash.internal.NativeHeap;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A hash map from {@code long} to {@code long} whose entries lie in native memory. Any key and any
 * value is allowed; an absent key reads as the map's {@linkplain #defaultValue default value}.
 *
 * {@snippet :
 * try (LongLongMap map = LongLongMap.withExpectedSize(1_000_000)) {
 *     map.put(42, 1);
 *     map.addTo(42, 10);
 *     long v = map.get(42); // 11
 *
 *     long[] keys = {1, 42};
 *     long[] values = new long[2];
 *     map.getAll(keys, values); // many keys at once: several times as fast as one by one
 * }
 * }
 *
 * Memory, threads and closing: see {@link OffHeapMap}. Every method of a closed map throws {@link
 * IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, and {@link
 * OutOfMemoryError} when native memory is refused; the map is then unchanged (a batch has done a
 * first part of its keys).
 *
 * <p>Batch methods take arrays of the same length, a part of them by offset and length, or memory
 * segments of longs in native byte order, aligned to 8 bytes. Element i of one belongs to element i
 * of the other.
 */
public final class LongLongMap extends OffHeapMap {
    private static final int FOUND_CHUNK = 1024;

    private LongLongMap(long expectedSize, long defaultValue) {
        super(NativeHeap.Type.LONG_LONG, expectedSize, defaultValue);
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static LongLongMap create() {
        return new LongLongMap(0, 0);
    }

    /**
     * Makes a map whose first write allocates enough for a number of entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static LongLongMap withExpectedSize(long expectedSize) {
        return new LongLongMap(expectedSize, 0);
    }

    /**
     * Makes a map with a default value of one's own.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @param defaultValue what the map returns for an absent key
     * @return an empty map
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static LongLongMap withExpectedSize(long expectedSize, long defaultValue) {
        return new LongLongMap(expectedSize, defaultValue);
    }

    /**
     * The value of a key.
     *
     * @param key any key
     * @return its value, or the default value if it is absent
     */
    public long get(long key) {
        return getOrDefault(key, defaultValue());
    }

    /**
     * The value of a key.
     *
     * @param key any key
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(long key, long otherwise) {
        long value = LongCalls.get(map, stamp, key, otherwise);
        checkOpen();
        return value;
    }

    /**
     * Whether a key is present.
     *
     * @param key any key
     * @return true if it has a value
     */
    public boolean containsKey(long key) {
        int status = LongCalls.contains(map, stamp, key);
        checkOpen();
        return status == PRESENT;
    }

    /**
     * Sets the value of a key.
     *
     * @param key any key
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(long key, long value) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = LongCalls.put(m, stamp, key, value);
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, 0, round);
        }
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key any key
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(long key, long value) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = LongCalls.putIfAbsent(m, stamp, key, value);
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, 0, round);
        }
    }

    /**
     * Adds to the value of a key, wrapping around on overflow. An absent key starts from the
     * default value.
     *
     * @param key any key
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(long key, long delta) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = LongCalls.add(m, stamp, key, delta, defaultValue());
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, 0, round);
        }
    }

    /**
     * Removes a key.
     *
     * @param key any key
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(long key) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = LongCalls.remove(m, stamp, key);
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            if (neverWritten()) {
                return defaultValue();
            }
            recover(status, 0, round);
        }
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(long[] keys, long[] values) {
        return getAll(keys, values, 0, sameLength(keys, values));
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long getAll(long[] keys, long[] values, int offset, int length) {
        return getAll(Batches.part(keys, offset, length), Batches.part(values, offset, length));
    }

    /**
     * Looks up many keys.
     *
     * @param keys longs
     * @param values as many longs: receives the values, the default value for absent keys
     * @return how many keys are present
     * @throws IllegalArgumentException if the segments differ in size, are misaligned or read-only
     */
    public long getAll(MemorySegment keys, MemorySegment values) {
        long n = Batches.longs(keys, "keys");
        Batches.longs(values, "values", n);
        Batches.writable(values, "values");
        return runBatch(
                n, p -> LongCalls.getAll(map, stamp, keys, values, n, defaultValue(), p), i -> 0);
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(long[] keys, long[] values) {
        return putAll(keys, values, 0, sameLength(keys, values));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long putAll(long[] keys, long[] values, int offset, int length) {
        return putAll(Batches.part(keys, offset, length), Batches.part(values, offset, length));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys longs
     * @param values as many longs
     * @return how many keys were present before
     * @throws IllegalArgumentException if the segments differ in size or are misaligned
     */
    public long putAll(MemorySegment keys, MemorySegment values) {
        long n = Batches.longs(keys, "keys");
        Batches.longs(values, "values", n);
        writes++;
        return runBatch(n, p -> LongCalls.putAll(map, stamp, keys, values, n, p), i -> 0);
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long addAll(long[] keys, long[] deltas) {
        return addAll(keys, deltas, 0, sameLength(keys, deltas));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long addAll(long[] keys, long[] deltas, int offset, int length) {
        return addAll(Batches.part(keys, offset, length), Batches.part(deltas, offset, length));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo} does.
     *
     * @param keys longs
     * @param deltas as many longs
     * @return how many keys were present before
     * @throws IllegalArgumentException if the segments differ in size or are misaligned
     */
    public long addAll(MemorySegment keys, MemorySegment deltas) {
        long n = Batches.longs(keys, "keys");
        Batches.longs(deltas, "deltas", n);
        writes++;
        return runBatch(
                n, p -> LongCalls.addAll(map, stamp, keys, deltas, n, defaultValue(), p), i -> 0);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(long[] keys) {
        return removeAll(keys, 0, keys.length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @param offset first element
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long removeAll(long[] keys, int offset, int length) {
        return removeAll(Batches.part(keys, offset, length));
    }

    /**
     * Removes many keys.
     *
     * @param keys longs
     * @return how many were present
     * @throws IllegalArgumentException if the segment is misaligned
     */
    public long removeAll(MemorySegment keys) {
        long n = Batches.longs(keys, "keys");
        checkOpen();
        if (neverWritten()) {
            return 0;
        }
        writes++;
        return runBatch(n, p -> LongCalls.removeAll(map, stamp, keys, n, p), i -> 0);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(long[] keys, boolean[] found) {
        if (keys.length != found.length) {
            throw new IllegalArgumentException(
                    "found has " + found.length + " elements, must have " + keys.length);
        }
        return containsAll(keys, found, 0, keys.length);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long containsAll(long[] keys, boolean[] found, int offset, int length) {
        MemorySegment all = Batches.part(keys, offset, length);
        Objects.checkFromIndexSize(offset, length, found.length);
        checkOpen();
        byte[] bytes = new byte[Math.min(length, FOUND_CHUNK)];
        long present = 0;
        for (int done = 0; done < length; done += FOUND_CHUNK) {
            int n = Math.min(length - done, FOUND_CHUNK);
            present +=
                    containsAll(
                            all.asSlice((long) done * Long.BYTES, (long) n * Long.BYTES),
                            MemorySegment.ofArray(bytes).asSlice(0, n));
            for (int i = 0; i < n; i++) {
                found[offset + done + i] = bytes[i] != 0;
            }
        }
        return present;
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys longs
     * @param found a byte for each key: receives 1 or 0
     * @return how many keys are present
     * @throws IllegalArgumentException if the segments do not go together, are misaligned or
     *     read-only
     */
    public long containsAll(MemorySegment keys, MemorySegment found) {
        long n = Batches.longs(keys, "keys");
        if (found.byteSize() != n) {
            throw new IllegalArgumentException(
                    "found has " + found.byteSize() + " bytes, must have " + n);
        }
        Batches.writable(found, "found");
        return runBatch(n, p -> LongCalls.containsAll(map, stamp, keys, found, n, p), i -> 0);
    }

    /**
     * Calls an action for each entry; what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with key and value
     */
    public void forEach(LongLongConsumer action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        while (cursor.next()) {
            action.accept(cursor.key(), cursor.value());
        }
    }

    /**
     * Starts a walk over the entries.
     *
     * @return a cursor before its first entry
     */
    public Cursor cursor() {
        return new Cursor(this);
    }

    private static int sameLength(long[] keys, long[] values) {
        if (keys.length != values.length) {
            throw new IllegalArgumentException(
                    "the second array has "
                            + values.length
                            + " elements, must have "
                            + keys.length);
        }
        return keys.length;
    }

    /** A walk over a {@link LongLongMap}. */
    public static final class Cursor extends MapCursor {
        private final LongLongMap map;
        private long[] keys = new long[CHUNK];
        private MemorySegment keyChunk = MemorySegment.ofArray(keys);

        private Cursor(LongLongMap map) {
            super(map);
            this.map = map;
        }

        /**
         * The key of the entry that {@link #next} moved to.
         *
         * @return its key
         * @throws IllegalStateException if there is no such entry
         */
        public long key() {
            return keys[here()];
        }

        @Override
        MemorySegment keyChunk() {
            return keyChunk;
        }

        @Override
        MemorySegment keyEnds() {
            return MemorySegment.NULL;
        }

        @Override
        void resizeKeys(int n, int bytes) {
            keys = new long[n];
            keyChunk = MemorySegment.ofArray(keys);
        }

        @Override
        boolean containsAt(int i) {
            return map.containsKey(keys[i]);
        }

        @Override
        long getAt(int i) {
            return map.get(keys[i]);
        }

        @Override
        void putAt(int i, long value) {
            map.put(keys[i], value);
        }

        @Override
        void removeAt(int i) {
            map.remove(keys[i]);
        }
    }
}
