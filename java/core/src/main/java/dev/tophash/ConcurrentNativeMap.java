package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

/**
 * A {@link ConcurrentMap} whose entries lie in native memory, put there and taken out by
 * {@linkplain Codec codecs}. Any number of threads may use it at the same time, for anything.
 *
 * {@snippet :
 * try (ConcurrentNativeMap<String, Long> hits = ConcurrentNativeMap.of(String.class, Long.class)) {
 *     hits.merge("/index.html", 1L, Long::sum); // from any thread
 *     Long n = hits.get("/index.html"); // takes no lock
 * }
 * }
 *
 * <h2>Threads</h2>
 *
 * <ul>
 *   <li>Looking up, one key or many, takes no lock and writes to no memory that another thread
 *       reads. It does not wait for writers, but for the moment in which one is replacing a value
 *       of more than 8 bytes in the same bucket.
 *   <li>The map has a number of parts, the {@linkplain ConcurrentMapBuilder#shards shards}, by hash
 *       of the key. Writes to the same part wait for each other; virtual threads that wait do not
 *       hold up their carriers.
 *   <li>Every operation on one key is atomic, the functions of {@code compute}, {@code merge} and
 *       so on included: these are called at most once, while other threads can read the key but not
 *       write to it. {@code computeIfAbsent} of a key that is present takes no lock. What a thread
 *       did before it put an entry is visible to those who read it.
 *   <li>Such a function should be short, and must not write to this map or walk it: that throws
 *       {@link IllegalStateException}, always, and leaves the entry as it was. It may look up. Two
 *       maps whose functions write to each other can wait for each other for ever. A codec must not
 *       use the map that it is of, and a key not change during a call.
 *   <li>A batch, {@link #putAll}, {@link #clear} and {@link #replaceAll} are atomic for each key
 *       and not as a whole.
 *   <li>{@link #size} is a sum over the parts: exact when nobody writes.
 * </ul>
 *
 * <h2>Walks</h2>
 *
 * Iterators, spliterators and {@code forEach} are weakly consistent: they go through the parts one
 * after the other, and fetch up to 256 entries at a time, during which writers of that part wait.
 * An entry that is in the map from the beginning of the walk to its end is visited exactly once,
 * with a value that it had meanwhile; one that was put or removed meanwhile may or may not be
 * visited; no key is visited twice unless it was removed and put again; no change makes them throw.
 * To remove by an iterator of {@link #keySet} is to remove the key; by one of {@link #entrySet} or
 * {@link #values}, to remove the entry if it still has the value that was met. So do {@code
 * removeIf}, {@code retainAll} and their like.
 *
 * <h2>Otherwise</h2>
 *
 * As in {@link NativeMap}: it is to be closed (from any thread: the others get {@link
 * IllegalStateException}), holds bytes rather than objects, may have more than {@link
 * Integer#MAX_VALUE} entries, is not serializable. Null is neither key nor value, and a {@linkplain
 * Codecs#nullable nullable} codec is refused; asking for null finds nothing. {@link #clear} lets go
 * of the memory for entries, and the next writes ask for as much anew. Out of memory, a write
 * throws {@link OutOfMemoryError} and changes nothing; of a batch, any part may then be done. For
 * memory and lifetimes see {@link OffHeap}.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class ConcurrentNativeMap<K, V> extends ConcurrentEntryMap<K, V> implements OffHeap {
    private final ConcurrentCodecTable<K, V> table;

    private ConcurrentNativeMap(ConcurrentCodecTable<K, V> table) {
        this.table = table;
    }

    private static <K, V> ConcurrentCodecTable<K, V> tableOf(
            Codec<K> keys, Codec<V> values, TableOptions options, int shards) {
        return new ConcurrentCodecTable<>(keys, values, false, options, shards);
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
    public static <K, V> ConcurrentNativeMap<K, V> of(Class<K> keys, Class<V> values) {
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
     * @throws IllegalArgumentException if a width or an alignment is not one that the map can have,
     *     or a codec takes null
     */
    public static <K, V> ConcurrentNativeMap<K, V> create(Codec<K> keys, Codec<V> values) {
        return builder(keys, values).build();
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
    public static <K, V> ConcurrentNativeMap<K, V> open(Path file, Class<K> keys, Class<V> values)
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
    public static <K, V> ConcurrentNativeMap<K, V> open(Path file, Codec<K> keys, Codec<V> values)
            throws IOException {
        return new ConcurrentNativeMap<>(
                TableFiles.open(file, (o, type) -> tableOf(keys, values, o, Shards.countOf(o))));
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
    public static <K, V> ConcurrentNativeMap<K, V> load(Path file, Class<K> keys, Class<V> values)
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
    public static <K, V> ConcurrentNativeMap<K, V> load(Path file, Codec<K> keys, Codec<V> values)
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
    public static final class Builder<K, V> extends ConcurrentMapBuilder<Builder<K, V>> {
        private final Codec<K> keys;
        private final Codec<V> values;

        private Builder(Codec<K> keys, Codec<V> values) {
            this.keys = Objects.requireNonNull(keys);
            this.values = Objects.requireNonNull(values);
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         * @throws IllegalArgumentException if a width or an alignment is not one that the map can
         *     have, or a codec takes null
         */
        public ConcurrentNativeMap<K, V> build() {
            return new ConcurrentNativeMap<>(tableOf(keys, values, options(), shards()));
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
        public ConcurrentNativeMap<K, V> load(Path file) throws IOException {
            return new ConcurrentNativeMap<>(
                    TableFiles.load(
                            file, options(), (o, type) -> tableOf(keys, values, o, shards())));
        }
    }

    @Override
    ConcurrentCodecTable<K, V> table() {
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

    @Override
    Object update(K key, UnaryOperator<Object> function) {
        return table.update(key, function);
    }

    /** An array may be changed by whoever gets it; iterators remove by what was in it. */
    @Override
    @SuppressWarnings("unchecked")
    K given(K key) {
        return key instanceof byte[] bytes ? (K) bytes.clone() : key;
    }

    @Override
    Walk<K, V> walk() {
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
        others.forEach(this::put);
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
        return isClosed() ? "ConcurrentNativeMap[closed]" : super.toString();
    }
}
