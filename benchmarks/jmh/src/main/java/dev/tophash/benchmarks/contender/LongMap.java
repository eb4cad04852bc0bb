package dev.tophash.benchmarks.contender;

import dev.tophash.OffHeap;

import java.util.Map;

/** A map of longs as the benchmarks use it. One that has no batches does them one by one. */
public interface LongMap extends AutoCloseable {
    /** The value of a key; that of an absent one is up to the map. */
    long get(long key);

    void put(long key, long value);

    void remove(long key);

    default void getAll(long[] keys, long[] values, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            values[i] = get(keys[i]);
        }
    }

    default void putAll(long[] keys, long[] values, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            put(keys[i], values[i]);
        }
    }

    default void removeAll(long[] keys, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            remove(keys[i]);
        }
    }

    /** Sum of all keys and values, by what the map offers for walking it with a function. */
    long sumForEach();

    /** The same by its fastest iterator. */
    long sumIterator();

    /**
     * The map as one of the JDK's, for its spliterator.
     *
     * @throws UnsupportedOperationException if it cannot be seen so
     */
    default Map<Long, Long> asMap() {
        throw new UnsupportedOperationException(getClass().getSimpleName());
    }

    /** The map if its memory is native, or null. */
    default OffHeap offHeap() {
        return null;
    }

    @Override
    default void close() {}
}
