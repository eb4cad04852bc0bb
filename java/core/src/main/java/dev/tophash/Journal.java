package dev.tophash;

/** Is told what changes in a concurrent map, in the order in which it does for each key. */
@FunctionalInterface
interface Journal<K, V> {
    /**
     * A key has got another value; called with the lock of its shard. If it throws, the change is
     * taken back.
     *
     * @param value null: it was removed
     */
    void changed(K key, V value);
}
