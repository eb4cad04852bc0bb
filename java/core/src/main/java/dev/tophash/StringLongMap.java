package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.Utf8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.ObjLongConsumer;

/**
 * A hash map from strings to {@code long} whose entries lie in native memory. Keys are sequences of
 * bytes, a {@link String} standing for its UTF-8 encoding: {@code get("\u00e9")} and {@code get(new
 * byte[] {(byte) 0xc3, (byte) 0xa9})} are the same key. An absent key reads as the map's
 * {@linkplain #defaultValue default value}.
 *
 * {@snippet :
 * try (StringLongMap counts = StringLongMap.create()) {
 *     for (String word : text.split(" ")) {
 *         counts.addTo(word, 1);
 *     }
 *     counts.forEach((word, n) -> System.out.println(word + " " + n));
 * }
 * }
 *
 * A string with a surrogate that lacks its partner has no UTF-8 encoding and is refused with an
 * {@link IllegalArgumentException}. No string is made of keys given as bytes; how those are given,
 * and what else is refused and when, {@link BytesKeyMap} says.
 */
public final class StringLongMap extends BytesKeyMap {
    /** Strings encoded at a time. */
    private static final int CHUNK = 1024;

    private StringLongMap(TableOptions options, long defaultValue) {
        super(TableType.BYTES, options, defaultValue);
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static StringLongMap create() {
        return new StringLongMap(TableOptions.DEFAULT, 0);
    }

    /**
     * Makes a map whose first write allocates enough for a number of entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static StringLongMap withExpectedSize(long expectedSize) {
        return builder().expectedSize(expectedSize).build();
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
    public static StringLongMap open(Path file) throws IOException {
        return TableFiles.open(file, (options, type) -> new StringLongMap(options, 0));
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
    public static StringLongMap load(Path file) throws IOException {
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
        private long defaultValue;

        private Builder() {}

        /**
         * Chooses what the map returns for an absent key.
         *
         * @param value any value; 0 unless chosen
         * @return this builder
         */
        public Builder defaultValue(long value) {
            defaultValue = value;
            return this;
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         */
        public StringLongMap build() {
            return new StringLongMap(options(), defaultValue);
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
        public StringLongMap load(Path file) throws IOException {
            return TableFiles.load(
                    file, options(), (o, type) -> new StringLongMap(o, defaultValue));
        }
    }

    @Override
    String keyName() {
        return "string";
    }

    @Override
    String valueName() {
        return "long";
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @return its value, or the default value if it is absent
     */
    public long get(String key) {
        return get(segment(key));
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(String key, long otherwise) {
        return getOrDefault(segment(key), otherwise);
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's characters
     * @return true if it has a value
     */
    public boolean containsKey(String key) {
        return containsKey(segment(key));
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's characters
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(String key, long value) {
        return put(segment(key), value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's characters
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(String key, long value) {
        return putIfAbsent(segment(key), value);
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's characters
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(String key, long delta) {
        return addTo(segment(key), delta);
    }

    /**
     * Removes a key.
     *
     * @param key the key's characters
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(String key) {
        return remove(segment(key));
    }

    private static MemorySegment segment(String key) {
        return Utf8.passing(key);
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(String[] keys, long[] values) {
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
    public long getAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (chunk, from, n) -> getAll(chunk, Batches.part(values, from, n)));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(String[] keys, long[] values) {
        return putAll(keys, values, 0, Batches.sameLength(keys.length, values.length));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long putAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (chunk, from, n) -> putAll(chunk, Batches.part(values, from, n)));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long addAll(String[] keys, long[] deltas) {
        return addAll(keys, deltas, 0, Batches.sameLength(keys.length, deltas.length));
    }

    /**
     * Adds to the values of many keys, in order, as {@link #addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long addAll(String[] keys, long[] deltas, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                deltas.length,
                (chunk, from, n) -> addAll(chunk, Batches.part(deltas, from, n)));
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(String[] keys) {
        return removeAll(keys, 0, keys.length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @param offset first element of the array
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long removeAll(String[] keys, int offset, int length) {
        return inChunks(keys, offset, length, keys.length, (chunk, from, n) -> removeAll(chunk));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(String[] keys, boolean[] found) {
        return containsAll(keys, found, 0, Batches.sameLength(keys.length, found.length));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long containsAll(String[] keys, boolean[] found, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                found.length,
                (chunk, from, n) ->
                        Batches.found(
                                found,
                                from,
                                n,
                                (first, answers) ->
                                        containsAll(
                                                chunk.part(first, answers.byteSize()), answers)));
    }

    /** A chunk of encoded strings: key i is element from + i of the caller's arrays. */
    @FunctionalInterface
    private interface ChunkStep {
        long run(Spans chunk, int from, int n);
    }

    private long inChunks(String[] keys, int offset, int length, int others, ChunkStep step) {
        Objects.checkFromIndexSize(offset, length, keys.length);
        Objects.checkFromIndexSize(offset, length, others);
        checkOpen();
        int likely = length == 0 ? 0 : keys[offset].length();
        Utf8.Keys encoded = new Utf8.Keys(Math.min(length, CHUNK), likely);
        long present = 0;
        for (int done = 0; done < length; ) {
            int end = offset + done + Math.min(length - done, CHUNK);
            int n = encoded.fill(keys, offset + done, end);
            Spans chunk = Spans.endToEnd(encoded.data(), encoded.bounds(), n);
            present += step.run(chunk, offset + done, n);
            done += n;
        }
        return present;
    }

    /**
     * Calls an action for each entry, the key decoded as UTF-8 (malformed bytes become U+FFFD);
     * what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with key and value
     */
    public void forEach(ObjLongConsumer<String> action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        while (cursor.next()) {
            action.accept(cursor.key(), cursor.value());
        }
    }

    @Override
    public Cursor cursor() {
        return new Cursor(this);
    }

    /**
     * This map as a {@link Map} of strings: a view, which reads and writes this map and lives as
     * long. Keys and values must not be null; an absent key reads as null, whatever the default
     * value. A string that has no UTF-8 encoding is absent, and refused by writes with {@link
     * IllegalArgumentException}. Iterators keep the promises of {@link MapCursor}; a key whose
     * bytes are no UTF-8 (it was put as bytes) is shown with U+FFFD in place of what is malformed,
     * and cannot be found by that string: what is done to its entry here is done to the key that
     * the string stands for. Use {@link #cursor} for such keys.
     *
     * @return a new view
     */
    public Map<String, Long> asMap() {
        return new AsMap(this);
    }

    private static final class AsMap extends LongValues<String> {
        private final StringLongMap table;

        AsMap(StringLongMap table) {
            super(table);
            this.table = table;
        }

        @Override
        MemorySegment keyOrNull(Object key) {
            byte[] bytes = key instanceof String s ? Utf8.encodeOrNull(s) : null;
            return bytes == null ? null : MemorySegment.ofArray(bytes);
        }

        @Override
        MemorySegment key(String key) {
            return segment(key);
        }

        @Override
        Cursor walk() {
            return new Cursor(table);
        }
    }

    /** A walk over a {@link StringLongMap}. */
    public static final class Cursor extends BytesKeyCursor implements EntryMap.Walk<String, Long> {
        private Cursor(StringLongMap map) {
            super(map);
        }

        private Cursor(Cursor other) {
            super(other);
        }

        /**
         * The key of the entry that {@link #next} moved to, decoded as UTF-8; malformed bytes
         * become U+FFFD.
         *
         * @return a new string
         * @throws IllegalStateException if there is no such entry
         */
        public String key() {
            return keyUtf8();
        }

        @Override
        public String boxedKey() {
            return key();
        }

        @Override
        public Long boxedValue() {
            return value();
        }

        @Override
        public Cursor split() {
            Cursor other = new Cursor(this);
            return splitTo(other) ? other : null;
        }
    }
}
