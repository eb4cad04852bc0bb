package dev.tophash;

import dev.tophash.internal.Batches;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What {@link ConcurrentNativeMap} and {@link DurableMap} have in common: a concurrent map over a
 * table of codecs.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
abstract sealed class ConcurrentObjectMap<K, V> extends ConcurrentEntryMap<K, V> implements OffHeap
        permits ConcurrentNativeMap, DurableMap {
    private final ConcurrentCodecTable<K, V> table;

    ConcurrentObjectMap(ConcurrentCodecTable<K, V> table) {
        this.table = table;
    }

    @Override
    final ConcurrentCodecTable<K, V> table() {
        return table;
    }

    @Override
    final Object find(Object key) {
        return table.find(key);
    }

    @Override
    Object insert(K key, V value, PutMode mode) {
        return table.insert(key, value, mode);
    }

    @Override
    Object delete(Object key) {
        return table.delete(key);
    }

    @Override
    Object update(K key, UnaryOperator<Object> function) {
        return table.update(key, function);
    }

    /** An array may be changed by whoever gets it; iterators remove by what was in it. */
    @Override
    @SuppressWarnings("unchecked")
    final K given(K key) {
        return key instanceof byte[] bytes ? (K) bytes.clone() : key;
    }

    @Override
    final Walk<K, V> walk() {
        return table.walk();
    }

    @Override
    public boolean containsKey(Object key) {
        return table.contains(key);
    }

    /**
     * Number of entries, where {@link #size} stops at {@link Integer#MAX_VALUE}.
     *
     * @return 0 or more
     */
    public long sizeAsLong() {
        return table.size();
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> others) {
        others.forEach((key, value) -> table.insert(key, value, PutMode.ALWAYS));
    }

    /**
     * Looks up many keys: several times as fast as one by one when the map is large. Here and in
     * the other batches every element must be one that the codec accepts, or it is a {@link
     * NullPointerException} or {@link ClassCastException}.
     *
     * @param keys the keys
     * @param values receives their values, null for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(K[] keys, V[] values) {
        Batches.sameLength(keys.length, values.length);
        return new CodecBatches<>(table).getAll(keys, values, null);
    }

    /**
     * Puts many entries; those of the same key in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(K[] keys, V[] values) {
        int length = Batches.sameLength(keys.length, values.length);
        return new ConcurrentBatches<>(table).putAll(keys, values, length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(K[] keys) {
        return new ConcurrentBatches<>(table).removeAll(keys);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(K[] keys, boolean[] found) {
        Batches.sameLength(keys.length, found.length);
        return new CodecBatches<>(table).containsAll(keys, found);
    }

    @Override
    public void reserve(long entries) {
        table.reserve(entries);
    }

    @Override
    public void migrate(MemoryPolicy policy) {
        table.migrate(policy);
    }

    @Override
    public void shrinkToFit() {
        table.shrinkToFit();
    }

    @Override
    public void saveTo(Path file) throws IOException {
        table.saveTo(file);
    }

    @Override
    public boolean isReadOnly() {
        return table.isReadOnly();
    }

    @Override
    public void verify() throws IOException {
        table.verify();
    }

    @Override
    public void warm() {
        table.warm();
    }

    @Override
    public MapFileInfo fileInfo() {
        return table.fileInfo();
    }

    @Override
    public MapStats stats() {
        return table.stats();
    }

    @Override
    public MapStats fullStats() {
        return table.fullStats();
    }

    @Override
    public boolean isClosed() {
        return table.isClosed();
    }

    @Override
    public void close() {
        table.close();
    }

    /** {@inheritDoc} Of a closed map it says so. */
    @Override
    public String toString() {
        return isClosed() ? getClass().getSimpleName() + "[closed]" : super.toString();
    }
}
