package dev.tophash;

import dev.tophash.internal.TableOptions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;

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
public final class ConcurrentNativeMap<K, V> extends ConcurrentObjectMap<K, V> {
    private ConcurrentNativeMap(ConcurrentCodecTable<K, V> table) {
        super(table);
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
}
