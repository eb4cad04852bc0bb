package dev.tophash.benchmarks.contender;

/** A map from strings to longs as the benchmarks use it. */
public interface StringMap extends AutoCloseable {
    /** The value of a key, or 0. */
    long get(String key);

    void put(String key, long value);

    default void getAll(String[] keys, long[] values) {
        for (int i = 0; i < keys.length; i++) {
            values[i] = get(keys[i]);
        }
    }

    @Override
    default void close() {}
}
