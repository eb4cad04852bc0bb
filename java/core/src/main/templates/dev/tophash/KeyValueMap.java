package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.KeyValueCalls;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.WordCalls;
import dev.tophash.internal.Words;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * A hash map from {@code KEY} to {@code VALUE} whose entries lie in native memory. Any key and any
 * value is allowed; an absent key reads as the map's {@linkplain #defaultValue() default value}.
 *
 * {@snippet :
 * try (KeyValueMap map = KeyValueMap.withExpectedSize(1_000_000)) {
 *     map.put(42, 1);
 *     map.addTo(42, 10);
 *     VALUE v = map.get(42); // 11
 *
 *     KEY[] keys = {1, 42};
 *     VALUE[] values = new VALUE[2];
 *     map.getAll(keys, values); // many keys at once: several times as fast as one by one
 * }
 * }
 *
 * Memory, lifetimes, threads and closing: see {@link OffHeap}. Every method of a closed map throws
 * {@link IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, and {@link
 * OutOfMemoryError} when native memory is refused; the map is then unchanged (a batch has done a
 * first part of its keys).
 *
 * <p>Batch methods take arrays of the same length, a part of them by offset and length, or memory
 * segments in native byte order, aligned to the size of an element. Element i of one belongs to
 * element i of the other. To code that wants a {@link Map}, {@link #asMap} is one.
 */
public final class KeyValueMap extends KeyValueTable {
    private static final long TYPE = TableType.of(KEY_BOX.BYTES, VALUE_BOX.BYTES);

    private KeyValueMap(TableOptions options, VALUE defaultValue) {
        super(TYPE, options, defaultValue);
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static KeyValueMap create() {
        return new KeyValueMap(TableOptions.DEFAULT, 0);
    }

    /**
     * Makes a map whose first write allocates enough for a number of entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static KeyValueMap withExpectedSize(long expectedSize) {
        return builder().expectedSize(expectedSize).build();
    }

    /** The shard of a concurrent map. */
    static KeyValueMap ofShard(TableOptions options, VALUE defaultValue) {
        return new KeyValueMap(options, defaultValue);
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a map, {@link OffHeap} says.
     *
     * @param file its path
     * @return a read-only map
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     */
    public static KeyValueMap open(Path file) throws IOException {
        return TableFiles.open(file, (options, type) -> new KeyValueMap(options, 0));
    }

    /**
     * Makes a map of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param file its path
     * @return a map that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws OutOfMemoryError if native memory is refused
     */
    public static KeyValueMap load(Path file) throws IOException {
        return builder().load(file);
    }

    /**
     * Starts to choose more than the expected size.
     *
     * @return a builder that has chosen nothing yet
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes maps of this type. */
    public static final class Builder extends MapBuilder<Builder> {
        private VALUE defaultValue;

        private Builder() {}

        /**
         * Chooses what the map returns for an absent key.
         *
         * @param value any value; 0 unless chosen
         * @return this builder
         */
        public Builder defaultValue(VALUE value) {
            defaultValue = value;
            return this;
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         */
        public KeyValueMap build() {
            return new KeyValueMap(options(), defaultValue);
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
         * @throws OutOfMemoryError if native memory is refused
         */
        public KeyValueMap load(Path file) throws IOException {
            return TableFiles.load(file, options(), (o, type) -> new KeyValueMap(o, defaultValue));
        }
    }

    @Override
    public VALUE get(KEY key) {
        return getOrDefault(key, defaultValue);
    }

    @Override
    public VALUE getOrDefault(KEY key, VALUE otherwise) {
        long word = KeyValueCalls.get(map, stamp, key, Words.of(otherwise));
        checkOpen();
        return Words.toVALUE(word);
    }

    @Override
    public boolean containsKey(KEY key) {
        int status = KeyValueCalls.contains(map, stamp, key);
        checkOpen();
        return status == PRESENT;
    }

    @Override
    public VALUE put(KEY key, VALUE value) {
        return replaced(write(Write.PUT, key, Words.of(value)));
    }

    @Override
    public VALUE putIfAbsent(KEY key, VALUE value) {
        return replaced(write(Write.PUT_IF_ABSENT, key, Words.of(value)));
    }

    @Override
    public VALUE addTo(KEY key, VALUE delta) {
        return replaced(write(Write.ADD, key, Words.of(delta)));
    }

    @Override
    public VALUE remove(KEY key) {
        return replaced(write(Write.REMOVE, key, 0));
    }

    /** What a write that has returned ABSENT or PRESENT found. */
    private VALUE replaced(int status) {
        return status == ABSENT ? defaultValue : Words.toVALUE(previous());
    }

    /**
     * Does a write; the value from before is left where {@link #previous} finds it.
     *
     * @return ABSENT or PRESENT
     */
    int write(Write kind, KEY key, long operand) {
        for (int round = 0; ; round++) {
            written();
            int status = writeOnce(kind, key, operand);
            if (status >= 0) {
                Reference.reachabilityFence(this); // a forgotten map could be closed under the call
                return status;
            }
            if (kind == Write.REMOVE && neverWritten()) {
                return ABSENT;
            }
            recover(status, 0, round);
        }
    }

    /** Comparisons rather than a switch: they vanish where the kind is known. */
    private int writeOnce(Write kind, KEY key, long operand) {
        if (kind == Write.PUT) {
            return WordCalls.put(map, stamp, key, operand);
        }
        if (kind == Write.PUT_IF_ABSENT) {
            return WordCalls.putIfAbsent(map, stamp, key, operand);
        }
        if (kind == Write.ADD) {
            return WordCalls.ADD_CALL(map, stamp, key, operand, Words.of(defaultValue));
        }
        return WordCalls.remove(map, stamp, key);
    }

    @Override
    public long putAll(MemorySegment keys, MemorySegment values) {
        long n = Batches.elements(keys, KEY_BOX.BYTES, "keys");
        Batches.elements(values, VALUE_BOX.BYTES, "values", n);
        written();
        return runBatch(n, p -> WordCalls.putAll(map, stamp, keys, values, n, p), NO_BYTES);
    }

    @Override
    public long addAll(MemorySegment keys, MemorySegment deltas) {
        long n = Batches.elements(keys, KEY_BOX.BYTES, "keys");
        Batches.elements(deltas, VALUE_BOX.BYTES, "deltas", n);
        written();
        long otherwise = Words.of(defaultValue);
        return runBatch(
                n,
                p -> WordCalls.ADD_ALL_CALL(map, stamp, keys, deltas, n, otherwise, p),
                NO_BYTES);
    }

    /**
     * Calls an action for each entry; what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with key and value
     */
    public void forEach(KeyValueConsumer action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        for (int n = cursor.nextChunk(); n > 0; n = cursor.nextChunk()) {
            for (int i = 0; i < n; i++) {
                if (cursor.visits(i)) {
                    action.accept(cursor.keys[i], cursor.values[i]);
                }
            }
        }
    }

    /**
     * Starts a walk over the entries.
     *
     * @return a cursor before its first entry
     */
    public Cursor cursor() {
        return new Cursor(this);
    }

    /**
     * This map as a {@link Map} of boxed keys and values: a view, which reads and writes this map
     * and lives as long. Keys and values must not be null; an absent key reads as null, whatever
     * the default value. Iterators keep the promises of {@link MapCursor}.
     *
     * @return a new view
     */
    public Map<KEY_BOX, VALUE_BOX> asMap() {
        return new KeyValueEntries(this);
    }

    /** A walk over a {@link KeyValueMap}. */
    public static final class Cursor extends MapCursor
            implements EntryMap.Walk<KEY_BOX, VALUE_BOX> {
        private final KeyValueMap map;
        private KEY[] keys;
        private VALUE[] values;
        private MemorySegment keyChunk;
        private MemorySegment valueChunk;

        private Cursor(KeyValueMap map) {
            super(map);
            this.map = map;
        }

        private Cursor(Cursor other) {
            super(other);
            this.map = other.map;
        }

        /**
         * The key of the entry that {@link #next} moved to.
         *
         * @return its key
         * @throws IllegalStateException if there is no such entry
         */
        public KEY key() {
            return keys[here()];
        }

        /**
         * The value of the entry that {@link #next} moved to.
         *
         * @return its value at that moment, or the one given to {@link #setValue} since
         * @throws IllegalStateException if there is no such entry
         */
        public VALUE value() {
            return values[here()];
        }

        /**
         * Gives the entry another value.
         *
         * @param value the new value
         * @throws IllegalStateException if there is no entry, it has been removed, or the map is
         *     closed
         */
        public void setValue(VALUE value) {
            int at = here();
            update(() -> map.put(keys[at], value));
            values[at] = value;
        }

        @Override
        public KEY_BOX boxedKey() {
            return key();
        }

        @Override
        public VALUE_BOX boxedValue() {
            return value();
        }

        @Override
        public Cursor split() {
            Cursor other = new Cursor(this);
            return splitTo(other) ? other : null;
        }

        @Override
        void resize(int entries, long keyBytes, long valueBytes) {
            KEY[] newKeys = new KEY[entries];
            VALUE[] newValues = new VALUE[entries]; // both or none
            keys = newKeys;
            values = newValues;
            keyChunk = MemorySegment.ofArray(keys);
            valueChunk = MemorySegment.ofArray(values);
        }

        @Override
        MemorySegment keyChunk() {
            return keyChunk;
        }

        @Override
        MemorySegment valueChunk() {
            return valueChunk;
        }

        @Override
        boolean reload(int i) {
            if (!map.containsKey(keys[i])) {
                return false;
            }
            values[i] = map.get(keys[i]);
            return true;
        }

        @Override
        void removeAt(int i) {
            map.remove(keys[i]);
        }
    }
}
