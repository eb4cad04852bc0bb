package dev.tophash;

/** Takes a key and its value. */
@FunctionalInterface
public interface LongLongConsumer {
    /**
     * Called for an entry.
     *
     * @param key the key
     * @param value its value
     */
    void accept(long key, long value);
}
