package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.WordCalls;
import dev.tophash.internal.Words;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * What a map from {@code KEY} to {@code VALUE} can do with single entries and with many, whoever
 * writes to it. Single entries are looked up and written by the classes themselves, which are
 * final: no call of theirs has to find out whose method it is for.
 */
abstract sealed class KeyValueTable extends KeyTable permits MAPS {
    final VALUE defaultValue;

    KeyValueTable(long type, TableOptions options, VALUE defaultValue) {
        super(type, options);
        this.defaultValue = defaultValue;
    }

    @Override
    String keyName() {
        return "KEY";
    }

    @Override
    String valueName() {
        return "VALUE";
    }

    /**
     * What this map returns for an absent key; chosen when it was created.
     *
     * @return the default value, 0 unless another was given
     */
    public VALUE defaultValue() {
        return defaultValue;
    }

    /**
     * The value of a key.
     *
     * @param key any key
     * @return its value, or the default value if it is absent
     */
    public abstract VALUE get(KEY key);

    /**
     * The value of a key.
     *
     * @param key any key
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public abstract VALUE getOrDefault(KEY key, VALUE otherwise);

    /**
     * Whether a key is present.
     *
     * @param key any key
     * @return true if it has a value
     */
    public abstract boolean containsKey(KEY key);

    /**
     * Sets the value of a key.
     *
     * @param key any key
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public abstract VALUE put(KEY key, VALUE value);

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key any key
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public abstract VALUE putIfAbsent(KEY key, VALUE value);

    /**
     * Adds to the value of a key; what does not fit wraps around, but for floating point. An absent
     * key starts from the default value.
     *
     * @param key any key
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public abstract VALUE addTo(KEY key, VALUE delta);

    /**
     * Removes a key.
     *
     * @param key any key
     * @return the value that it had, or the default value if it was absent
     */
    public abstract VALUE remove(KEY key);

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(KEY[] keys, VALUE[] values) {
        return getAll(keys, values, 0, Batches.sameLength(keys.length, values.length));
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
    public long getAll(KEY[] keys, VALUE[] values, int offset, int length) {
        return getAll(Batches.part(keys, offset, length), Batches.part(values, offset, length));
    }

    /**
     * Looks up many keys.
     *
     * @param keys elements of type {@code KEY}
     * @param values as many of type {@code VALUE}: receives the values, the default value for
     *     absent keys
     * @return how many keys are present
     * @throws IllegalArgumentException if the segments differ in length, are misaligned or
     *     read-only
     */
    public long getAll(MemorySegment keys, MemorySegment values) {
        long n = Batches.elements(keys, KEY_BOX.BYTES, "keys");
        Batches.elements(values, VALUE_BOX.BYTES, "values", n);
        Batches.writable(values, "values");
        return runBatch(n, p -> getAllOnce(keys, values, n, p), NO_BYTES);
    }

    private int getAllOnce(
            MemorySegment keys, MemorySegment values, long n, MemorySegment progress) {
        long otherwise = Words.of(defaultValue);
        long at = map; // read once: the map may be closed by another thread
        if (at == Linkage.EMPTY_MAP) { // it is of no type, and takes values to have 8 bytes
            VarHandle.acquireFence(); // closed, if it is, before it was emptied
            Batches.readable(keys);
            Words.fill(values, VALUE_BOX.BYTES, otherwise);
            return ABSENT;
        }
        return WordCalls.getAll(at, stamp, keys, values, n, otherwise, progress);
    }

    /**
     * Sets the values of many keys; of a key that comes twice the last one stays.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(KEY[] keys, VALUE[] values) {
        return putAll(keys, values, 0, Batches.sameLength(keys.length, values.length));
    }

    /**
     * Sets the values of many keys; of a key that comes twice the last one stays.
     *
     * @param keys the keys
     * @param values their values
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long putAll(KEY[] keys, VALUE[] values, int offset, int length) {
        return putAll(Batches.part(keys, offset, length), Batches.part(values, offset, length));
    }

    /**
     * Sets the values of many keys; of a key that comes twice the last one stays.
     *
     * @param keys elements of type {@code KEY}
     * @param values as many of type {@code VALUE}
     * @return how many keys were present before
     * @throws IllegalArgumentException if the segments differ in length or are misaligned
     */
    public abstract long putAll(MemorySegment keys, MemorySegment values);

    /**
     * Adds to the values of many keys, as {@link #addTo} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long addAll(KEY[] keys, VALUE[] deltas) {
        return addAll(keys, deltas, 0, Batches.sameLength(keys.length, deltas.length));
    }

    /**
     * Adds to the values of many keys, as {@link #addTo} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long addAll(KEY[] keys, VALUE[] deltas, int offset, int length) {
        return addAll(Batches.part(keys, offset, length), Batches.part(deltas, offset, length));
    }

    /**
     * Adds to the values of many keys, as {@link #addTo} does.
     *
     * @param keys elements of type {@code KEY}
     * @param deltas as many of type {@code VALUE}
     * @return how many keys were present before
     * @throws IllegalArgumentException if the segments differ in length or are misaligned
     */
    public abstract long addAll(MemorySegment keys, MemorySegment deltas);
}
