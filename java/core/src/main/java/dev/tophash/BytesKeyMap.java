package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.NEEDS_ROOM;
import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.BytesCalls;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;

import java.lang.foreign.MemorySegment;

/**
 * A hash map from sequences of bytes to {@code long} whose entries lie in native memory: what
 * {@link BytesLongMap} and {@link StringLongMap} have in common. A key may have up to
 * 2<sup>31</sup>-1 bytes, any bytes, and may be empty, unless the map was made for keys of one
 * length; an absent key reads as the map's {@linkplain #defaultValue default value}.
 *
 * <p>Keys are given as {@code byte[]} or as {@link MemorySegment} (any segment, native or heap,
 * read from its start to its end), and are looked up where they lie. Batch methods take {@link
 * Spans}; value i belongs to key i.
 *
 * <p>Memory, lifetimes, threads and closing: see {@link OffHeap}. Every method of a closed map
 * throws {@link IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, {@link
 * OutOfMemoryError} when native memory is refused, and {@link IllegalArgumentException} for a key
 * beyond the limit; the map is then unchanged (a batch has done a first part of its keys). A {@code
 * null} key is a {@link NullPointerException}. In a map of {@linkplain
 * BytesLongMap.Builder#keyWidth fixed key width}, methods that read or write a key of another
 * length throw {@link IllegalArgumentException}, and a batch with one in it does nothing else.
 */
public abstract sealed class BytesKeyMap extends BytesTable permits BytesLongMap, StringKeyMap {
    private final long defaultValue;

    BytesKeyMap(int keyWidth, TableOptions options, long defaultValue) {
        super(TableType.of(keyWidth, 1, Long.BYTES, Long.BYTES), options);
        this.defaultValue = defaultValue;
    }

    /**
     * What this map returns for an absent key; chosen when it was created.
     *
     * @return the default value, 0 unless another was given
     */
    public final long defaultValue() {
        return defaultValue;
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return its value, or the default value if it is absent
     */
    public final long get(byte[] key) {
        return getOrDefault(MemorySegment.ofArray(key), defaultValue);
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return its value, or the default value if it is absent
     */
    public final long get(MemorySegment key) {
        return getOrDefault(key, defaultValue);
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public final long getOrDefault(byte[] key, long otherwise) {
        return getOrDefault(MemorySegment.ofArray(key), otherwise);
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public final long getOrDefault(MemorySegment key, long otherwise) {
        checkKey(key);
        long value = BytesCalls.get(map, stamp, key, key.byteSize(), otherwise);
        checkOpen();
        return value;
    }

    @Override
    public final boolean containsKey(byte[] key) {
        return containsKey(MemorySegment.ofArray(key));
    }

    @Override
    public final boolean containsKey(MemorySegment key) {
        checkKey(key);
        int status = BytesCalls.contains(map, stamp, key, key.byteSize());
        checkOpen();
        return status == PRESENT;
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public final long put(byte[] key, long value) {
        return put(MemorySegment.ofArray(key), value);
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public final long put(MemorySegment key, long value) {
        return replaced(write(Write.PUT, key, value));
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public final long putIfAbsent(byte[] key, long value) {
        return putIfAbsent(MemorySegment.ofArray(key), value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public final long putIfAbsent(MemorySegment key, long value) {
        return replaced(write(Write.PUT_IF_ABSENT, key, value));
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's bytes
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public final long addTo(byte[] key, long delta) {
        return addTo(MemorySegment.ofArray(key), delta);
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's bytes
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public final long addTo(MemorySegment key, long delta) {
        return replaced(write(Write.ADD, key, delta));
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return the value that it had, or the default value if it was absent
     */
    public final long remove(byte[] key) {
        return remove(MemorySegment.ofArray(key));
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return the value that it had, or the default value if it was absent
     */
    public final long remove(MemorySegment key) {
        return replaced(write(Write.REMOVE, key, 0));
    }

    /** What a write that has returned ABSENT or PRESENT found. */
    private long replaced(int status) {
        return status == ABSENT ? defaultValue : previous();
    }

    /**
     * Does a write; the value from before is left where {@link #previous} finds it.
     *
     * @return ABSENT or PRESENT
     */
    final int write(Write kind, MemorySegment key, long operand) {
        checkKey(key);
        for (int round = 0; ; round++) {
            written();
            int status = writeOnce(kind, key, operand);
            if (status >= 0) {
                return status;
            }
            if (kind == Write.REMOVE && neverWritten()) {
                return ABSENT;
            }
            // A removal needs no memory for its key; the length is for the message about limits.
            boolean noBytes =
                    keyWidth != TableType.BYTES || kind == Write.REMOVE && status == NEEDS_ROOM;
            recover(status, noBytes ? 0 : key.byteSize(), round);
        }
    }

    /** Comparisons rather than a switch: they vanish where the kind is known. */
    private int writeOnce(Write kind, MemorySegment key, long operand) {
        if (kind == Write.PUT) {
            return BytesCalls.put(map, stamp, key, key.byteSize(), operand);
        }
        if (kind == Write.PUT_IF_ABSENT) {
            return BytesCalls.putIfAbsent(map, stamp, key, key.byteSize(), operand);
        }
        if (kind == Write.ADD) {
            return BytesCalls.add(map, stamp, key, key.byteSize(), operand, defaultValue);
        }
        return BytesCalls.remove(map, stamp, key, key.byteSize());
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if there are not as many values as keys
     */
    public final long getAll(Spans keys, long[] values) {
        return getAll(keys, MemorySegment.ofArray(values));
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values as many elements of type {@code long}: receives the values, the default value
     *     for absent keys
     * @return how many keys are present
     * @throws IllegalArgumentException if there are not as many values as keys, or the segment is
     *     misaligned or read-only
     */
    public final long getAll(Spans keys, MemorySegment values) {
        Batches.elements(values, Long.BYTES, "values", keys.count());
        Batches.writable(values, "values");
        return batch(
                keys,
                false,
                (k, from, p) ->
                        BytesCalls.getAll(
                                map,
                                stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                part(values, from, k),
                                k.count(),
                                defaultValue,
                                p));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if there are not as many values as keys
     */
    public final long putAll(Spans keys, long[] values) {
        return putAll(keys, MemorySegment.ofArray(values));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values as many elements of type {@code long}
     * @return how many keys were present before
     * @throws IllegalArgumentException if there are not as many values as keys, or the segment is
     *     misaligned
     */
    public final long putAll(Spans keys, MemorySegment values) {
        Batches.elements(values, Long.BYTES, "values", keys.count());
        written();
        return batch(
                keys,
                true,
                (k, from, p) ->
                        BytesCalls.putAll(
                                map,
                                stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                part(values, from, k),
                                k.count(),
                                p));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(byte[], long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if there are not as many deltas as keys
     */
    public final long addAll(Spans keys, long[] deltas) {
        return addAll(keys, MemorySegment.ofArray(deltas));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(byte[], long)} does.
     *
     * @param keys the keys
     * @param deltas as many elements of type {@code long}
     * @return how many keys were present before
     * @throws IllegalArgumentException if there are not as many deltas as keys, or the segment is
     *     misaligned
     */
    public final long addAll(Spans keys, MemorySegment deltas) {
        Batches.elements(deltas, Long.BYTES, "deltas", keys.count());
        written();
        return batch(
                keys,
                true,
                (k, from, p) ->
                        BytesCalls.addAll(
                                map,
                                stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                part(deltas, from, k),
                                k.count(),
                                defaultValue,
                                p));
    }

    private long batch(Spans keys, boolean inserts, SpanBatch.Step step) {
        return SpanBatch.run(this, keyWidth, keys, inserts, step);
    }

    /** The elements that belong to some of the keys. */
    private static MemorySegment part(MemorySegment values, long from, Spans keys) {
        return values.asSlice(from * Long.BYTES, keys.count() * Long.BYTES);
    }

    /**
     * Starts a walk over the entries.
     *
     * @return a cursor before its first entry
     */
    public abstract BytesKeyCursor cursor();
}
