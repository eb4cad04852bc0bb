package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.NEEDS_ROOM;
import static dev.tophash.internal.Status.PRESENT;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.internal.Batches;
import dev.tophash.internal.BytesCalls;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.Utf8;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.ObjLongConsumer;

/**
 * A hash map from strings to {@code long} whose entries lie in native memory. Keys are sequences of
 * bytes, a {@link String} standing for its UTF-8 encoding: {@code get("\u00e9")} and {@code get(new
 * byte[] {(byte) 0xc3, (byte) 0xa9})} are the same key. A key may have up to 2<sup>31</sup>-1
 * bytes, any bytes, and may be empty; an absent key reads as the map's {@linkplain #defaultValue
 * default value}.
 *
 * {@snippet :
 * try (StringLongMap counts = StringLongMap.create()) {
 *     for (String word : text.split(" ")) {
 *         counts.addTo(word, 1);
 *     }
 *     counts.forEach((word, n) -> System.out.println(word + " " + n));
 * }
 * }
 *
 * Keys given as {@code byte[]} or {@link MemorySegment} (any segment, native or heap, read from its
 * start to its end) are looked up where they lie; no string is made of them. A string with a
 * surrogate that lacks its partner has no UTF-8 encoding and is refused with an {@link
 * IllegalArgumentException}.
 *
 * <p>Memory, threads and closing: see {@link OffHeapMap}. Every method of a closed map throws
 * {@link IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, and {@link
 * OutOfMemoryError} when native memory is refused; the map is then unchanged (a batch has done a
 * first part of its keys). A {@code null} key is a {@link NullPointerException}.
 *
 * <p>Batch methods take arrays of strings, or spans of one memory segment: key i is the bytes
 * [starts[i], ends[i]) of {@code data}.
 */
public final class StringLongMap extends OffHeapMap {
    /** Strings encoded at a time. */
    private static final int CHUNK = 1024;

    private StringLongMap(long expectedSize, long defaultValue) {
        super(NativeHeap.Type.BYTES_LONG, expectedSize, defaultValue);
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static StringLongMap create() {
        return new StringLongMap(0, 0);
    }

    /**
     * Makes a map whose first write allocates enough for a number of entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static StringLongMap withExpectedSize(long expectedSize) {
        return new StringLongMap(expectedSize, 0);
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
    public static StringLongMap withExpectedSize(long expectedSize, long defaultValue) {
        return new StringLongMap(expectedSize, defaultValue);
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @return its value, or the default value if it is absent
     */
    public long get(String key) {
        return get(segment(key));
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return its value, or the default value if it is absent
     */
    public long get(byte[] key) {
        return get(MemorySegment.ofArray(key));
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return its value, or the default value if it is absent
     */
    public long get(MemorySegment key) {
        return getOrDefault(key, defaultValue());
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(String key, long otherwise) {
        return getOrDefault(segment(key), otherwise);
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(byte[] key, long otherwise) {
        return getOrDefault(MemorySegment.ofArray(key), otherwise);
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(MemorySegment key, long otherwise) {
        long value = BytesCalls.get(map, stamp, key, key.byteSize(), otherwise);
        checkOpen();
        return value;
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's characters
     * @return true if it has a value
     */
    public boolean containsKey(String key) {
        return containsKey(segment(key));
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's bytes
     * @return true if it has a value
     */
    public boolean containsKey(byte[] key) {
        return containsKey(MemorySegment.ofArray(key));
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's bytes
     * @return true if it has a value
     */
    public boolean containsKey(MemorySegment key) {
        int status = BytesCalls.contains(map, stamp, key, key.byteSize());
        checkOpen();
        return status == PRESENT;
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's characters
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(String key, long value) {
        return put(segment(key), value);
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(byte[] key, long value) {
        return put(MemorySegment.ofArray(key), value);
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(MemorySegment key, long value) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = BytesCalls.put(m, stamp, key, key.byteSize(), value);
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, key.byteSize(), round);
        }
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's characters
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(String key, long value) {
        return putIfAbsent(segment(key), value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(byte[] key, long value) {
        return putIfAbsent(MemorySegment.ofArray(key), value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(MemorySegment key, long value) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = BytesCalls.putIfAbsent(m, stamp, key, key.byteSize(), value);
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, key.byteSize(), round);
        }
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's characters
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(String key, long delta) {
        return addTo(segment(key), delta);
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's bytes
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(byte[] key, long delta) {
        return addTo(MemorySegment.ofArray(key), delta);
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's bytes
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(MemorySegment key, long delta) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = BytesCalls.add(m, stamp, key, key.byteSize(), delta, defaultValue());
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            recover(status, key.byteSize(), round);
        }
    }

    /**
     * Removes a key.
     *
     * @param key the key's characters
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(String key) {
        return remove(segment(key));
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(byte[] key) {
        return remove(MemorySegment.ofArray(key));
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(MemorySegment key) {
        for (int round = 0; ; round++) {
            long m = map;
            writes++;
            int status = BytesCalls.remove(m, stamp, key, key.byteSize());
            if (status >= 0) {
                return status == ABSENT ? defaultValue() : previous(m);
            }
            if (neverWritten()) {
                return defaultValue();
            }
            // A removal needs no memory for its key; the length is for the message about limits.
            recover(status, status == NEEDS_ROOM ? 0 : key.byteSize(), round);
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
    public long getAll(String[] keys, long[] values) {
        return getAll(keys, values, 0, sameLength(keys.length, values.length));
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
    public long getAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (data, starts, ends, from, n) ->
                        getAll(data, starts, ends, Batches.part(values, from, n), n));
    }

    /**
     * Looks up many keys.
     *
     * @param data bytes of all keys
     * @param starts where each key starts in {@code data}
     * @param ends where each key ends, exclusive
     * @param values receives their values, the default value for absent ones
     * @param offset first element of {@code starts}, {@code ends} and {@code values}
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within the arrays, or a key within
     *     the data
     */
    public long getAll(
            MemorySegment data, long[] starts, long[] ends, long[] values, int offset, int length) {
        Batches.spans(data, starts, ends, offset, length);
        return getAll(
                data,
                Batches.part(starts, offset, length),
                Batches.part(ends, offset, length),
                Batches.part(values, offset, length),
                length);
    }

    private long getAll(
            MemorySegment data,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment values,
            int n) {
        return runBatch(
                n,
                p ->
                        BytesCalls.getAll(
                                map,
                                stamp,
                                data,
                                data.byteSize(),
                                starts,
                                ends,
                                values,
                                n,
                                defaultValue(),
                                p),
                keyLength(starts, ends));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(String[] keys, long[] values) {
        return putAll(keys, values, 0, sameLength(keys.length, values.length));
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
    public long putAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (data, starts, ends, from, n) ->
                        putAll(data, starts, ends, Batches.part(values, from, n), n));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param data bytes of all keys
     * @param starts where each key starts in {@code data}
     * @param ends where each key ends, exclusive
     * @param values their values
     * @param offset first element of {@code starts}, {@code ends} and {@code values}
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within the arrays, or a key within
     *     the data
     */
    public long putAll(
            MemorySegment data, long[] starts, long[] ends, long[] values, int offset, int length) {
        Batches.spans(data, starts, ends, offset, length);
        return putAll(
                data,
                Batches.part(starts, offset, length),
                Batches.part(ends, offset, length),
                Batches.part(values, offset, length),
                length);
    }

    private long putAll(
            MemorySegment data,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment values,
            int n) {
        writes++;
        return runBatch(
                n,
                p ->
                        BytesCalls.putAll(
                                map, stamp, data, data.byteSize(), starts, ends, values, n, p),
                keyLength(starts, ends));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long addAll(String[] keys, long[] deltas) {
        return addAll(keys, deltas, 0, sameLength(keys.length, deltas.length));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long addAll(String[] keys, long[] deltas, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                deltas.length,
                (data, starts, ends, from, n) ->
                        addAll(data, starts, ends, Batches.part(deltas, from, n), n));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(String, long)} does.
     *
     * @param data bytes of all keys
     * @param starts where each key starts in {@code data}
     * @param ends where each key ends, exclusive
     * @param deltas what to add to each
     * @param offset first element of {@code starts}, {@code ends} and {@code deltas}
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within the arrays, or a key within
     *     the data
     */
    public long addAll(
            MemorySegment data, long[] starts, long[] ends, long[] deltas, int offset, int length) {
        Batches.spans(data, starts, ends, offset, length);
        return addAll(
                data,
                Batches.part(starts, offset, length),
                Batches.part(ends, offset, length),
                Batches.part(deltas, offset, length),
                length);
    }

    private long addAll(
            MemorySegment data,
            MemorySegment starts,
            MemorySegment ends,
            MemorySegment deltas,
            int n) {
        writes++;
        return runBatch(
                n,
                p ->
                        BytesCalls.addAll(
                                map,
                                stamp,
                                data,
                                data.byteSize(),
                                starts,
                                ends,
                                deltas,
                                n,
                                defaultValue(),
                                p),
                keyLength(starts, ends));
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(String[] keys) {
        return removeAll(keys, 0, keys.length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @param offset first element of the array
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long removeAll(String[] keys, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                keys.length,
                (data, starts, ends, from, n) -> removeAll(data, starts, ends, n));
    }

    /**
     * Removes many keys.
     *
     * @param data bytes of all keys
     * @param starts where each key starts in {@code data}
     * @param ends where each key ends, exclusive
     * @param offset first element of {@code starts}, {@code ends}
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the arrays, or a key within
     *     the data
     */
    public long removeAll(MemorySegment data, long[] starts, long[] ends, int offset, int length) {
        Batches.spans(data, starts, ends, offset, length);
        return removeAll(
                data,
                Batches.part(starts, offset, length),
                Batches.part(ends, offset, length),
                length);
    }

    private long removeAll(MemorySegment data, MemorySegment starts, MemorySegment ends, int n) {
        checkOpen();
        if (neverWritten()) {
            return 0;
        }
        writes++;
        return runBatch(
                n,
                p -> BytesCalls.removeAll(map, stamp, data, data.byteSize(), starts, ends, n, p),
                i -> 0);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(String[] keys, boolean[] found) {
        return containsAll(keys, found, 0, sameLength(keys.length, found.length));
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
    public long containsAll(String[] keys, boolean[] found, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                found.length,
                (data, starts, ends, from, n) -> containsAll(data, starts, ends, found, from, n));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param data bytes of all keys
     * @param starts where each key starts in {@code data}
     * @param ends where each key ends, exclusive
     * @param found receives true or false for each
     * @param offset first element of {@code starts}, {@code ends} and {@code found}
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within the arrays, or a key within
     *     the data
     */
    public long containsAll(
            MemorySegment data,
            long[] starts,
            long[] ends,
            boolean[] found,
            int offset,
            int length) {
        Batches.spans(data, starts, ends, offset, length);
        Objects.checkFromIndexSize(offset, length, found.length);
        checkOpen();
        long present = 0;
        for (int done = 0; done < length; done += CHUNK) {
            int n = Math.min(length - done, CHUNK);
            present +=
                    containsAll(
                            data,
                            Batches.part(starts, offset + done, n),
                            Batches.part(ends, offset + done, n),
                            found,
                            offset + done,
                            n);
        }
        return present;
    }

    private long containsAll(
            MemorySegment data,
            MemorySegment starts,
            MemorySegment ends,
            boolean[] found,
            int from,
            int n) {
        byte[] bytes = new byte[n];
        MemorySegment answers = MemorySegment.ofArray(bytes);
        long present =
                runBatch(
                        n,
                        p ->
                                BytesCalls.containsAll(
                                        map,
                                        stamp,
                                        data,
                                        data.byteSize(),
                                        starts,
                                        ends,
                                        answers,
                                        n,
                                        p),
                        keyLength(starts, ends));
        for (int i = 0; i < n; i++) {
            found[from + i] = bytes[i] != 0;
        }
        return present;
    }

    /**
     * Calls an action for each entry, the key decoded as UTF-8 (malformed bytes become U+FFFD);
     * what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with key and value
     */
    public void forEach(ObjLongConsumer<String> action) {
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

    private static MemorySegment segment(String key) {
        return MemorySegment.ofArray(Utf8.encode(key));
    }

    private static int sameLength(int keys, int others) {
        if (keys != others) {
            throw new IllegalArgumentException(
                    "the second array has " + others + " elements, must have " + keys);
        }
        return keys;
    }

    private static KeyLength keyLength(MemorySegment starts, MemorySegment ends) {
        return i -> ends.getAtIndex(JAVA_LONG, i) - starts.getAtIndex(JAVA_LONG, i);
    }

    /** A chunk of encoded strings: key i is element from + i of the caller's arrays. */
    @FunctionalInterface
    private interface ChunkStep {
        long run(MemorySegment data, MemorySegment starts, MemorySegment ends, int from, int n);
    }

    private long inChunks(String[] keys, int offset, int length, int others, ChunkStep step) {
        Objects.checkFromIndexSize(offset, length, keys.length);
        Objects.checkFromIndexSize(offset, length, others);
        checkOpen();
        Utf8.Keys encoded = new Utf8.Keys(Math.min(length, CHUNK));
        long present = 0;
        for (int done = 0; done < length; ) {
            int end = offset + done + Math.min(length - done, CHUNK);
            int n = encoded.fill(keys, offset + done, end);
            present +=
                    step.run(
                            MemorySegment.ofArray(encoded.data()),
                            Batches.part(encoded.bounds(), 0, n),
                            Batches.part(encoded.bounds(), 1, n),
                            offset + done,
                            n);
            done += n;
        }
        return present;
    }

    /** A walk over a {@link StringLongMap}. */
    public static final class Cursor extends MapCursor {
        private static final int FIRST_BYTES = 1 << 13;

        private final StringLongMap map;
        private byte[] bytes = new byte[FIRST_BYTES];
        private long[] ends = new long[CHUNK];
        private MemorySegment keyChunk = MemorySegment.ofArray(bytes);
        private MemorySegment endChunk = MemorySegment.ofArray(ends);

        private Cursor(StringLongMap map) {
            super(map);
            this.map = map;
        }

        /**
         * The key of the entry that {@link #next} moved to, decoded as UTF-8; malformed bytes
         * become U+FFFD.
         *
         * @return a new string
         * @throws IllegalStateException if there is no such entry
         */
        public String key() {
            int i = here();
            return new String(bytes, start(i), end(i) - start(i), UTF_8);
        }

        /**
         * The bytes of the key.
         *
         * @return a copy
         * @throws IllegalStateException if there is no such entry
         */
        public byte[] keyBytes() {
            int i = here();
            return Arrays.copyOfRange(bytes, start(i), end(i));
        }

        /**
         * The bytes of the key where the cursor keeps them, without a copy.
         *
         * @return a read-only segment, good until the next call of {@link #next}
         * @throws IllegalStateException if there is no such entry
         */
        public MemorySegment keySegment() {
            return slice(here()).asReadOnly();
        }

        private int start(int i) {
            return i == 0 ? 0 : (int) ends[i - 1];
        }

        private int end(int i) {
            return (int) ends[i];
        }

        private MemorySegment slice(int i) {
            return keyChunk.asSlice(start(i), end(i) - start(i));
        }

        @Override
        MemorySegment keyChunk() {
            return keyChunk;
        }

        @Override
        MemorySegment keyEnds() {
            return endChunk;
        }

        @Override
        void resizeKeys(int n, int size) {
            bytes = new byte[size];
            keyChunk = MemorySegment.ofArray(bytes);
            ends = new long[n];
            endChunk = MemorySegment.ofArray(ends);
        }

        @Override
        boolean containsAt(int i) {
            return map.containsKey(slice(i));
        }

        @Override
        long getAt(int i) {
            return map.get(slice(i));
        }

        @Override
        void putAt(int i, long value) {
            map.put(slice(i), value);
        }

        @Override
        void removeAt(int i) {
            map.remove(slice(i));
        }
    }
}
