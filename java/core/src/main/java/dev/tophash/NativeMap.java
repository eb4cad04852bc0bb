package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * A {@link Map} whose entries lie in native memory, put there and taken out by {@linkplain Codec
 * codecs}.
 *
 * {@snippet :
 * try (NativeMap<String, Long> stock = NativeMap.of(String.class, Long.class)) {
 *     stock.put("apples", 3L);
 *     stock.merge("apples", 2L, Long::sum);
 *     stock.entrySet().removeIf(e -> e.getValue() == 0);
 * }
 * }
 *
 * It does what {@link java.util.HashMap} does, with these differences:
 *
 * <ul>
 *   <li>it is to be closed: see {@link OffHeap} for memory, lifetimes and threads;
 *   <li>it holds the bytes of keys and values, not the objects: what {@code get} returns is equal
 *       to what was put, not the same, and changing it does not change the map;
 *   <li>null is neither key nor value unless the codec was made {@linkplain Codecs#nullable
 *       nullable}: putting it throws {@link NullPointerException}. Asking for null, or for an
 *       object that the key codec does not accept, finds nothing;
 *   <li>iterators keep the promises of {@link MapCursor} and never throw {@link
 *       java.util.ConcurrentModificationException} because of changes made by the same thread; the
 *       functions given to {@code compute}, {@code merge} and the like may change the map. An entry
 *       of {@link #entrySet} is a copy: {@code setValue} writes to the map if the key is still
 *       there, and nothing else changes it;
 *   <li>it may have more than {@link Integer#MAX_VALUE} entries: see {@link #sizeAsLong};
 *   <li>it is not serializable; {@code toString} lists 256 entries at most.
 * </ul>
 *
 * Methods that write throw {@link OutOfMemoryError} when native memory is refused; the map is then
 * unchanged (a bulk operation has done a first part). Every method of a closed map throws {@link
 * IllegalStateException}.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class NativeMap<K, V> extends EntryMap<K, V> implements OffHeap {
    private final CodecTable<K, V> table;
    private final V defaultValue;

    private NativeMap(CodecTable<K, V> table, V defaultValue) {
        this.table = table;
        this.defaultValue = defaultValue;
    }

    private static <K, V> CodecTable<K, V> tableOf(
            Codec<K> keys, Codec<V> values, TableOptions options) {
        return new CodecTable<>(keys, values, false, options);
    }

    /**
     * Makes a map for types that have ready-made codecs. It holds no native memory before the first
     * write.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param keys class of the keys, see {@link Codecs#of}
     * @param values class of the values
     * @return an empty map
     * @throws IllegalArgumentException if there is no ready-made codec for one of them, or keys are
     *     wider than a key can be
     */
    public static <K, V> NativeMap<K, V> of(Class<K> keys, Class<V> values) {
        return create(Codecs.of(keys), Codecs.of(values));
    }

    /**
     * Makes a map. It holds no native memory before the first write.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param keys codec of the keys
     * @param values codec of the values
     * @return an empty map
     * @throws IllegalArgumentException if a width or an alignment is not one that the map can have
     */
    public static <K, V> NativeMap<K, V> create(Codec<K> keys, Codec<V> values) {
        return new NativeMap<>(tableOf(keys, values, TableOptions.DEFAULT), null);
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a map, {@link OffHeap} says.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param file its path
     * @param keys class of the keys, see {@link Codecs#of}
     * @param values class of the values
     * @return a read-only map
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if there is no ready-made codec for one of them
     */
    public static <K, V> NativeMap<K, V> open(Path file, Class<K> keys, Class<V> values)
            throws IOException {
        return open(file, Codecs.of(keys), Codecs.of(values));
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a map, {@link OffHeap} says.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param file its path
     * @param keys codec of the keys
     * @param values codec of the values
     * @return a read-only map
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if a codec is not one that such a map can have
     */
    public static <K, V> NativeMap<K, V> open(Path file, Codec<K> keys, Codec<V> values)
            throws IOException {
        return new NativeMap<>(TableFiles.open(file, (o, type) -> tableOf(keys, values, o)), null);
    }

    /**
     * Makes a map of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param file its path
     * @param keys class of the keys, see {@link Codecs#of}
     * @param values class of the values
     * @return a map that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if there is no ready-made codec for one of them
     * @throws OutOfMemoryError if native memory is refused
     */
    public static <K, V> NativeMap<K, V> load(Path file, Class<K> keys, Class<V> values)
            throws IOException {
        return load(file, Codecs.of(keys), Codecs.of(values));
    }

    /**
     * Makes a map of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param file its path
     * @param keys codec of the keys
     * @param values codec of the values
     * @return a map that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if a codec is not one that such a map can have
     * @throws OutOfMemoryError if native memory is refused
     */
    public static <K, V> NativeMap<K, V> load(Path file, Codec<K> keys, Codec<V> values)
            throws IOException {
        return builder(keys, values).load(file);
    }

    /**
     * Starts to choose more than the codecs.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param keys codec of the keys
     * @param values codec of the values
     * @return a builder that has chosen nothing yet
     */
    public static <K, V> Builder<K, V> builder(Codec<K> keys, Codec<V> values) {
        return new Builder<>(keys, values);
    }

    /**
     * Makes maps of this type.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     */
    public static final class Builder<K, V> extends MapBuilder<Builder<K, V>> {
        private final Codec<K> keys;
        private final Codec<V> values;
        private V defaultValue;

        private Builder(Codec<K> keys, Codec<V> values) {
            this.keys = Objects.requireNonNull(keys);
            this.values = Objects.requireNonNull(values);
        }

        /**
         * Chooses what {@link Map#get get} returns for an absent key in place of null. This is
         * outside the contract of {@link Map}: another map's {@code equals} may take the default
         * for an entry. No other method of this map is affected.
         *
         * @param value any; null unless chosen
         * @return this builder
         */
        public Builder<K, V> defaultValue(V value) {
            defaultValue = value;
            return this;
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         * @throws IllegalArgumentException if a width or an alignment is not one that the map can
         *     have
         */
        public NativeMap<K, V> build() {
            return new NativeMap<>(tableOf(keys, values, options()), defaultValue);
        }

        /**
         * Makes a map of what is in a file that {@link OffHeap#saveTo} has written. All of it is
         * read and verified.
         *
         * @param file its path
         * @return a map that can be written to
         * @throws MapFileException if it is no map file, one of other keys and values, or damaged
         * @throws java.nio.file.NoSuchFileException if there is none
         * @throws IOException if the system refuses it
         * @throws IllegalArgumentException if a codec is not one that such a map can have
         * @throws OutOfMemoryError if native memory is refused
         */
        public NativeMap<K, V> load(Path file) throws IOException {
            return new NativeMap<>(
                    TableFiles.load(file, options(), (o, type) -> tableOf(keys, values, o)),
                    defaultValue);
        }
    }

    @Override
    CodecTable<K, V> table() {
        return table;
    }

    @Override
    Object find(Object key) {
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

    /** An array may be changed by whoever gets it; iterators remove by what was in it. */
    @Override
    @SuppressWarnings("unchecked")
    K given(K key) {
        return key instanceof byte[] bytes ? (K) bytes.clone() : key;
    }

    @Override
    CodecCursor<K, V> walk() {
        return new CodecCursor<>(table);
    }

    @Override
    @SuppressWarnings("unchecked")
    public V get(Object key) {
        Object found = table.find(key);
        return found == NOTHING ? defaultValue : (V) found;
    }

    @Override
    public boolean containsKey(Object key) {
        return table.contains(key);
    }

    /**
     * What {@link #get} returns for an absent key; chosen when the map was made.
     *
     * @return the default value, null unless another was given
     */
    public V defaultValue() {
        return defaultValue;
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
        int chunk = Math.min(others.size(), EncodedBatch.CHUNK);
        // Arrays of Object, but only K and V get in, and they do not get out.
        @SuppressWarnings("unchecked")
        K[] keys = (K[]) new Object[chunk];
        @SuppressWarnings("unchecked")
        V[] values = (V[]) new Object[chunk];
        CodecBatches<K, V> batches = new CodecBatches<>(table);
        int n = 0;
        for (Map.Entry<? extends K, ? extends V> other : others.entrySet()) {
            if (n == chunk) { // also when `others` has grown since
                batches.putAll(keys, values, n);
                n = 0;
            }
            if (chunk == 0) {
                put(other.getKey(), other.getValue());
                continue;
            }
            keys[n] = other.getKey();
            values[n++] = other.getValue();
        }
        batches.putAll(keys, values, n);
    }

    /**
     * Looks up many keys: several times as fast as one by one when the map is large. Here and in
     * the other batches every element must be one that the codec accepts, or it is a {@link
     * NullPointerException} or {@link ClassCastException}.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(K[] keys, V[] values) {
        Batches.sameLength(keys.length, values.length);
        return new CodecBatches<>(table).getAll(keys, values, defaultValue);
    }

    /**
     * Puts many entries, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(K[] keys, V[] values) {
        int length = Batches.sameLength(keys.length, values.length);
        return new CodecBatches<>(table).putAll(keys, values, length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(K[] keys) {
        return new CodecBatches<>(table).removeAll(keys);
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
        return isClosed() ? "NativeMap[closed]" : super.toString();
    }
}
